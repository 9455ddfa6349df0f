// The page of results in a real Chromium without an editor around it, as `npm run build` makes it: under the same kind of
// content security policy, with the colours of VS Code's default themes, and with a stand-in for the editor that records what
// the page says.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { FromPage, ToPage } from '../../src/messages/results.ts';
import type { Scope } from './temporary-folder.ts';

export type Theme = 'light' | 'dark' | 'high contrast';

const dist = join(import.meta.dirname, '../../dist');

/** In the order of the themes. */
const COLOURS: Readonly<Record<string, readonly [light: string, dark: string, highContrast: string | undefined]>> = {
  foreground: ['#3b3b3b', '#cccccc', '#ffffff'],
  descriptionForeground: ['#5c5c5c', '#9d9d9d', '#ffffff'],
  disabledForeground: ['#757575', '#868686', '#a5a5a5'],
  'editor-background': ['#ffffff', '#1f1f1f', '#000000'],
  focusBorder: ['#005fb8', '#0078d4', '#f38518'],
  'textLink-foreground': ['#005fb8', '#4daafc', '#21a6ff'],
  'button-background': ['#005fb8', '#0078d4', '#000000'],
  'button-foreground': ['#ffffff', '#ffffff', '#ffffff'],
  'button-hoverBackground': ['#0258a8', '#026ec1', '#000000'],
  'button-secondaryBackground': ['#e5e5e5', '#313131', '#000000'],
  'button-secondaryForeground': ['#3b3b3b', '#cccccc', '#ffffff'],
  'button-secondaryHoverBackground': ['#cccccc', '#3c3c3c', '#000000'],
  'panel-border': ['#e5e5e5', '#2b2b2b', '#6fc3df'],
  'widget-border': ['#e5e5e5', '#313131', '#6fc3df'],
  'input-background': ['#ffffff', '#313131', '#000000'],
  'input-foreground': ['#3b3b3b', '#cccccc', '#ffffff'],
  'input-border': ['#cecece', '#3c3c3c', '#6fc3df'],
  'input-placeholderForeground': ['#6b6b6b', '#989898', '#b3b3b3'],
  'inputOption-activeBackground': ['#bed6ed', '#2489db82', '#000000'],
  'inputOption-activeBorder': ['#005fb8', '#2488db', '#f38518'],
  'inputOption-activeForeground': ['#000000', '#ffffff', '#ffffff'],
  'inputValidation-warningBackground': ['#f6f5d2', '#352a05', '#000000'],
  'inputValidation-warningBorder': ['#b89500', '#b89500', '#ffd370'],
  'list-hoverBackground': ['#f2f2f2', '#2a2d2e', '#ffffff1a'],
  'list-activeSelectionBackground': ['#e8e8e8', '#04395e', '#000000'],
  'list-activeSelectionForeground': ['#000000', '#ffffff', '#ffffff'],
  'list-inactiveSelectionBackground': ['#e4e6f1', '#37373d', '#000000'],
  'list-warningForeground': ['#855f00', '#cca700', '#ffd370'],
  'list-errorForeground': ['#b01011', '#f88070', '#f48771'],
  'charts-green': ['#388a34', '#89d185', '#89d185'],
  'charts-purple': ['#652d90', '#b180d7', '#d4a6ff'],
  'charts-blue': ['#1a85ff', '#3794ff', '#21a6ff'],
  'menu-background': ['#ffffff', '#1f1f1f', '#000000'],
  'menu-foreground': ['#3b3b3b', '#cccccc', '#ffffff'],
  'menu-selectionBackground': ['#005fb8', '#0078d4', '#000000'],
  'menu-selectionForeground': ['#ffffff', '#ffffff', '#ffffff'],
  'widget-shadow': ['#00000029', '#0000005c', undefined as never],
  contrastBorder: [undefined as never, undefined as never, '#6fc3df'],
  contrastActiveBorder: [undefined as never, undefined as never, '#f38518'],
};

const FONTS = `--vscode-font-family: system-ui, sans-serif; --vscode-font-size: 13px; --vscode-editor-font-family: monospace;`;

function pageHtml(theme: Theme): string {
  const place = ['light', 'dark', 'high contrast'].indexOf(theme);
  const colours = Object.entries(COLOURS).flatMap(([name, values]) =>
    values[place] === undefined ? [] : [`--vscode-${name}: ${values[place]};`],
  );
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Results</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'nonce-n'; style-src 'self' 'nonce-n'">
<style nonce="n">:root { ${FONTS} ${colours.join(' ')} }</style>
<link rel="stylesheet" href="/webview-results.css"></head>
<body data-send="test" class="${theme === 'high contrast' ? 'vscode-high-contrast' : `vscode-${theme}`}">
<script nonce="n">
globalThis.said = [];
globalThis.acquireVsCodeApi = () => ({ postMessage: (message) => said.push(message), setState: () => {} });
</script>
<script nonce="n" src="/webview-results.js"></script></body></html>`;
}

/** Serves the page of each theme at `/light`, `/dark` and `/high%20contrast`. Build dist before. @returns its origin */
export async function serveResultsPage(scope: Scope): Promise<string> {
  const server = createServer((request, response) => {
    const name = decodeURIComponent(request.url ?? '').slice(1);
    const isFile = name === 'webview-results.css' || name === 'webview-results.js';
    const type = name.endsWith('.css') ? 'text/css' : isFile ? 'text/javascript' : 'text/html';
    response.setHeader('content-type', `${type}; charset=utf-8`);
    if (isFile) void readFile(join(dist, name)).then((bytes) => response.end(bytes));
    else response.end(pageHtml(name as Theme));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  scope.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Typed arrays do not pass as they are from one process to the other. */
const packed = (message: ToPage): string =>
  JSON.stringify(message, (_key, value: unknown) =>
    ArrayBuffer.isView(value)
      ? {
          kind: value.constructor.name,
          base64: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64'),
        }
      : value,
  );

/**
 * Hands messages to the page as the editor would.
 * @returns milliseconds until files were on the screen
 */
export async function tell(page: Page, messages: Iterable<ToPage>): Promise<number> {
  return page.evaluate(
    (texts) => {
      const messages = texts.map((text): unknown =>
        JSON.parse(text, (_key, value: unknown) => {
          const { kind, base64 } = (value ?? {}) as { kind?: string; base64?: string };
          if (kind === undefined || base64 === undefined) return value;
          const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
          const made = (globalThis as unknown as Record<string, unknown>)[kind] as new (buffer: ArrayBuffer) => unknown;
          return new made(bytes.buffer);
        }),
      );
      const startedMs = performance.now();
      const screen = globalThis as unknown as EventTarget & {
        document: { querySelector(selector: string): unknown };
        requestAnimationFrame(then: () => void): void;
      };
      for (const data of messages) screen.dispatchEvent(new MessageEvent('message', { data }));
      return new Promise<number>((resolve) => {
        const look = (): void => {
          // A frame with the row has been given to the screen when the task after it runs.
          if (screen.document.querySelector('.row[id]') === null) screen.requestAnimationFrame(look);
          else screen.requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - startedMs), 0));
        };
        look();
      });
    },
    [...messages].map(packed),
  );
}

/** What the page has said so far. */
export async function said(page: Page): Promise<FromPage[]> {
  return page.evaluate(() => (globalThis as unknown as { said: FromPage[] }).said);
}
