import * as assert from 'node:assert/strict';
import { Socket as UdpSocket } from 'node:dgram';
import { Server, Socket } from 'node:net';
import * as vscode from 'vscode';

// Records every connection that the extension opens during the suite, in its own process. This file is loaded before the
// first test of any file, and its own tests run last.

interface Connect {
  readonly host: string;
  readonly port: number;
  /** Peers of the user settings at that moment, and where the extension's receiver listened. */
  readonly allowed: readonly string[];
}

const connects: Connect[] = [];
const listens: string[] = [];
let datagrams = 0;

const isOurs = (): boolean => /[\\/]dist[\\/]extension\.cjs/.test(new Error().stack ?? '');

function configured(): string[] {
  const found = vscode.workspace.getConfiguration('sendToPacs').inspect<{ host?: string; port?: number }[]>('peers');
  return (found?.globalValue ?? []).map(({ host, port }) => `${host}:${port}`);
}

Error.stackTraceLimit = 50;
const { connect } = Socket.prototype;
Socket.prototype.connect = function audited(this: Socket, ...args: unknown[]): Socket {
  if (isOurs()) {
    const [first, second] = args.flat();
    const options = typeof first === 'object' ? (first as { host?: string; port?: number }) : undefined;
    const { host = '?', port = -1 } = options ?? { host: String(second), port: Number(first) };
    connects.push({ host, port, allowed: [...configured(), ...listens] });
  }
  return Reflect.apply(connect, this, args) as Socket;
} as typeof connect;

const { listen } = Server.prototype;
Server.prototype.listen = function audited(this: Server, ...args: unknown[]): Server {
  if (isOurs()) {
    this.once('listening', () => {
      const address = this.address();
      listens.push(typeof address === 'object' && address !== null ? `${address.address}:${address.port}` : '?');
    });
  }
  return Reflect.apply(listen, this, args) as Server;
} as typeof listen;

const { send } = UdpSocket.prototype;
UdpSocket.prototype.send = function audited(this: UdpSocket, ...args: unknown[]): void {
  if (isOurs()) datagrams += 1;
  Reflect.apply(send, this, args);
} as typeof send;

describe('During the whole suite', () => {
  it('the extension connected only to peers of the user settings and to its own receiver', () => {
    assert.ok(connects.length > 20, `the audit saw only ${connects.length}`);
    for (const { host, port, allowed } of connects) {
      assert.equal(host, '127.0.0.1');
      assert.ok(allowed.includes(`${host}:${port}`), `${host}:${port} is none of ${allowed.join(', ')}`);
    }
    assert.equal(datagrams, 0);
  });

  it('the extension listened on the loopback interface only', () => {
    assert.ok(listens.length > 0);
    for (const address of listens) assert.match(address, /^127\.0\.0\.1:\d+$/);
  });
});
