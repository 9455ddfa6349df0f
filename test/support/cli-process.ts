// The command line as a person runs it: a process of its own, with stdout and stderr apart.

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Scope, temporaryFolder } from './temporary-folder.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export interface CliExit {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliProcess {
  readonly child: ChildProcess;
  readonly exit: Promise<CliExit>;
  /** Resolves with what a stream has said, once it matches; rejects where the process ends before. */
  said(stream: 'stdout' | 'stderr', pattern: RegExp): Promise<string>;
}

/**
 * @param limits commands that a POSIX shell runs before it starts the command line, such as 'ulimit -S -f 64'
 * @param within a program with its arguments that starts this shell, such as one that gives it a network of its own
 * @param main the program, if it is not the one in the source
 */
export function startCli(
  args: readonly string[],
  cwd?: string,
  limits?: string,
  within: readonly string[] = [],
  main = MAIN,
): CliProcess {
  const shell = [...within, '/bin/sh', '-c', `${limits}; exec "$0" "$@"`, process.execPath];
  const [program = '', ...before] = limits === undefined ? [process.execPath] : shell;
  const child = spawn(program, [...before, main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  });
  const text = { stdout: '', stderr: '' };
  let ended = false;
  const waiting = new Set<() => void>();
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.setEncoding('utf8').on('data', (piece: string) => {
      text[stream] += piece;
      for (const check of waiting) check();
    });
  }
  const exit = new Promise<CliExit>((done, failed) => {
    child.on('error', failed);
    child.on('close', (code) => {
      ended = true;
      for (const check of waiting) check();
      done({ code, ...text });
    });
  });
  return {
    child,
    exit,
    said: (stream, pattern) =>
      new Promise((done, failed) => {
        const check = (): void => {
          if (pattern.test(text[stream])) done(text[stream]);
          else if (ended) failed(new Error(`ended before ${pattern}: ${text.stdout}\n${text.stderr}`));
          else return;
          waiting.delete(check);
        };
        waiting.add(check);
        check();
      }),
  };
}

export function runCli(args: readonly string[], cwd?: string): Promise<CliExit> {
  return startCli(args, cwd).exit;
}

/** `receive` on a free port of the loopback interface, ready. */
export async function startCliReceiver(
  directory: string,
  args: readonly string[] = [],
): Promise<CliProcess & { readonly port: string }> {
  const receiver = startCli(['receive', '--port', '0', '--out', directory, ...args]);
  const said = await receiver.said('stdout', /^Listening on .*:\d+\n/);
  return { ...receiver, port: /:(\d+)\n/.exec(said)?.[1] ?? '' };
}

/** The same with a folder of its own. When the test ends, it stops before the folder is removed, into which it may still write. */
export async function receiverFor(
  context: Scope,
  args: readonly string[] = [],
  name = 'out',
): Promise<CliProcess & { readonly port: string }> {
  let receiver: CliProcess | undefined;
  context.after(async () => {
    if (receiver !== undefined) await stopCli(receiver);
  });
  const started = await startCliReceiver(join(temporaryFolder(context), name), args);
  receiver = started;
  return started;
}

export async function stopCli(cli: CliProcess, signal: NodeJS.Signals = 'SIGINT'): Promise<CliExit> {
  cli.child.kill(signal);
  return await cli.exit;
}
