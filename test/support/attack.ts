// What the attacks in test/attack share: their size, and what the attacked process has taken.
//
// An attack is a test: it does what a hostile peer, file, folder or setting would do, against the real part (a process of its
// own where memory or descriptors are measured), and asserts what must hold meanwhile and afterwards. `npm test` runs each in
// its short form, `npm run attack` in its long one.

import { readFileSync } from 'node:fs';

/** The environment variable by which `npm run attack` asks for the long form. */
export const LONG_ATTACKS = 'SEND_TO_PACS_LONG_ATTACKS';

/** A number of repetitions, associations, bytes …: the first in `npm test`, the second in `npm run attack`. */
export function attackSize<Size = number>(short: Size, long: Size): Size {
  return process.env[LONG_ATTACKS] === '1' ? long : short;
}

const MIB = 1_048_576;

function kilobytes(pid: number, field: string): number {
  const line = new RegExp(`^${field}:\\s*(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (line === undefined) throw new Error(`/proc/${pid}/status has no ${field}`);
  return Number(line);
}

/** The most memory that a process on this machine ever had resident, in MiB. Linux only. */
export function peakMemory(pid: number | undefined): number {
  return Math.round((kilobytes(pid ?? 0, 'VmHWM') * 1024) / MIB);
}

/** What it has resident now, in MiB. Linux only. */
export function memoryNow(pid: number | undefined): number {
  return Math.round((kilobytes(pid ?? 0, 'VmRSS') * 1024) / MIB);
}

/** A figure that an attack measured, for the person who runs `npm run attack`. */
export function measured(what: string, figure: number, unit: string): void {
  if (process.env[LONG_ATTACKS] === '1') console.log(`${what}: ${figure} ${unit}`);
}
