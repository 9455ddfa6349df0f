import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { reportMarkdown } from '../../../src/report/markdown.ts';
import { failedFile, sendResult } from '../../support/send-results.ts';

const ATTACKS: readonly string[] = [
  '//evil.example/path',
  'http://evil.example www.evil.example a@b.example evil.com',
  '<a href="command:workbench.action.quit">x</a> <img src=x onerror=alert(1)> <!-- x -->',
  '[x](command:workbench.action.quit) ![x](https://evil.example/x.png) <https://evil.example>',
  'file:///etc/passwd vscode://x/y command:workbench.action.quit',
  '$x$ $$x$$ :smile: [^1] `x` ``x',
  '# x',
  '1. x',
];

const unescaped = (html: string): string =>
  html.replace(/<[^>]*>/g, '').replace(/&(lt|gt|quot|amp|#39);/g, (_all, name: string) => {
    return { lt: '<', gt: '>', quot: '"', amp: '&' }[name] ?? "'";
  });

/** What the editor's own renderer, with the plug-ins that come with it, makes of the results of a send. */
async function previewOf(words: string): Promise<string> {
  const file = failedFile('/study/a.dcm', { code: 'status', status: 0xc001, errorComment: words });
  const { peer } = sendResult([]);
  const markdown = [...reportMarkdown(sendResult([file], { peer: { ...peer, name: words } }))].join('');
  return vscode.commands.executeCommand<string>('markdown.api.render', markdown);
}

/** All tags but those of code spans. */
const tagsOf = (html: string): string[] => (html.match(/<[^>]*>/g) ?? []).filter((tag) => !/^<\/?code\b/.test(tag));

describe('The Markdown preview of results', () => {
  let plain: readonly string[];

  before(async () => {
    plain = tagsOf(await previewOf('plain'));
  });

  for (const attack of ATTACKS)
    it(`makes nothing of what a peer says: ${attack}`, async () => {
      const html = await previewOf(attack.slice(0, 64));
      assert.deepEqual(tagsOf(html), plain);
      assert.ok(unescaped(html).includes(attack.slice(0, 64)), html);
    });
});
