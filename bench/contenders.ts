// The senders: the product with several settings, DCMTK, other tools that are installed, and the copy without a protocol.

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Programs } from './cache.ts';
import type { DataSelection } from './data.ts';
import type { Command } from './measure.ts';
import type { Target } from './targets.ts';

export interface Contender {
  readonly name: string;
  readonly command: (target: Target, data: DataSelection) => Command;
  /** No DICOM arrives, so the sink counts nothing. */
  readonly isRaw?: boolean;
}

export interface Contenders {
  ours(options?: readonly string[]): Contender;
  readonly storescu: Contender;
  readonly dcmsend: Contender;
  /** The same, with TCP_NODELAY=1 in the environment. */
  readonly storescuNoDelay: Contender;
  readonly dcmsendNoDelay: Contender;
  readonly rawCopy: Contender;
  /** Other senders that are installed. */
  readonly others: readonly Contender[];
  /** Name, and why it is missing. */
  readonly absent: readonly string[];
}

/** The block that was fastest of 16 KiB to 4 MiB. */
const RAW_BLOCK_LENGTH = 262_144;
const NO_DELAY = { TCP_NODELAY: '1' };
const HOST = '127.0.0.1';

function runs(file: string, ...args: readonly string[]): boolean {
  try {
    execFileSync(file, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export function findContenders({ cli }: Programs): Contenders {
  if (!runs('storescu', '--version') || !runs('dcmsend', '--version')) throw new Error('DCMTK is not installed');
  const dcmtk = (name: string, file: string, args: readonly string[], env: Readonly<Record<string, string>>) => ({
    name,
    command: ({ port }: Target, { paths }: DataSelection) => ({
      argv: [file, ...args, HOST, String(port), ...paths],
      env,
    }),
  });
  const others: Contender[] = [];
  const absent: string[] = [];
  if (runs('python3', '-c', 'import pynetdicom')) {
    others.push({
      name: 'pynetdicom',
      command: ({ port }, { paths }) => ({
        argv: ['python3', '-m', 'pynetdicom', 'storescu', '-q', '-cx', '-r', HOST, String(port), ...paths],
      }),
    });
  } else absent.push('pynetdicom is not installed');
  if (existsSync(join(import.meta.dirname, 'node_modules/dcmjs-dimse'))) {
    others.push({
      name: 'dcmjs-dimse',
      command: ({ port }, { paths }) => ({
        argv: [process.execPath, join(import.meta.dirname, 'dcmjs-dimse-send.ts'), String(port), ...paths],
      }),
    });
  } else absent.push('dcmjs-dimse is not installed (`npm install --prefix bench`)');

  return {
    ours: (options = []) => ({
      name: options.length === 0 ? 'Send to PACS' : `Send to PACS ${options.join(' ')}`,
      command: ({ port }, { paths }) => ({
        argv: [process.execPath, cli, 'store', ...options, '-r', HOST, String(port), ...paths],
      }),
    }),
    storescu: dcmtk('storescu', 'storescu', ['-R', '+sd', '+r'], {}),
    dcmsend: dcmtk('dcmsend', 'dcmsend', ['+sd', '+r'], {}),
    storescuNoDelay: dcmtk('storescu, TCP_NODELAY=1', 'storescu', ['-R', '+sd', '+r'], NO_DELAY),
    dcmsendNoDelay: dcmtk('dcmsend, TCP_NODELAY=1', 'dcmsend', ['+sd', '+r'], NO_DELAY),
    rawCopy: {
      name: 'raw copy in Node',
      isRaw: true,
      command: ({ discardPort }, { paths }) => ({
        argv: [
          process.execPath,
          join(import.meta.dirname, 'raw-copy.ts'),
          String(discardPort),
          String(RAW_BLOCK_LENGTH),
          ...paths,
        ],
      }),
    },
    others,
    absent,
  };
}
