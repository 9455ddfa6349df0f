import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { ourCommand, shellWord, storescuCommand } from '../../../src/extension/copied-command.ts';

const peer = { name: 'P', host: '192.0.2.1', port: 104, calledAETitle: 'MY PACS', callingAETitle: 'ME' };
const send = { peer: { ...peer, maxPduLength: 0 } as never, selection: ["/data/it's"] };

test('a send as a command', () => {
  assert.equal(ourCommand(send), `send-to-pacs store -r -aet ME -aec 'MY PACS' 192.0.2.1 104 '/data/it'\\''s'`);
  assert.equal(storescuCommand(send), `storescu -aet ME -aec 'MY PACS' +sd +r 192.0.2.1 104 '/data/it'\\''s'`);
});

test('a shell takes each word for what it is, and runs nothing of it', () => {
  const words = ['$(id)', '`id`', "a'b", '"', '\\', 'a\nb', '\u001b[31m', 'ü\u202e', ';id;', '~', '*', '!x'];
  for (const word of words) {
    const out = execFileSync('bash', ['-c', `printf %s ${shellWord(word)}`], { encoding: 'utf8' });
    assert.equal(out, word, shellWord(word));
    assert.match(shellWord(word), /^[ -~]+$/);
  }
});
