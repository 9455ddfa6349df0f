// Sends files with dcmjs-dimse: dcmjs-dimse-send.ts PORT FOLDER...

import { readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

interface Client {
  on(event: string, listener: (error?: Error) => void): void;
  addRequest(request: unknown): void;
  send(host: string, port: number, callingAETitle: string, calledAETitle: string): void;
}

// Installed in bench/ only: it is not a dependency of the product.
const { Client, requests, log } = createRequire(import.meta.url)('dcmjs-dimse') as {
  readonly Client: new () => Client;
  readonly requests: { readonly CStoreRequest: new (path: string) => unknown };
  readonly log: { level: string };
};
log.level = 'error';
const [port = '', ...paths] = process.argv.slice(2);
const client = new Client();
for (const path of paths) {
  const files = statSync(path).isDirectory() ? readdirSync(path).map((name) => join(path, name)) : [path];
  for (const file of files) client.addRequest(new requests.CStoreRequest(file));
}
client.on('networkError', (error) => {
  throw error ?? new Error('network error');
});
client.on('closed', () => process.exit());
client.send('127.0.0.1', Number(port), 'BENCH', 'ANY-SCP');
