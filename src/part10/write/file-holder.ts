// Which process writes a file, and whether it still runs. The process ID alone does not tell: IDs are reused, machines
// restart, and machines or containers that cannot see each other's processes may share a folder. So the file keeps
// everything that the system tells about its process, to be compared later: a journal in its header, an unfinished file
// as a mark in its name.

import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

export interface FileHolder {
  readonly pid: number;
  readonly host: string;
  /** Boot ID: changes whenever the machine starts. Linux only. */
  readonly boot?: string;
  /** The PID namespace of `pid`. Linux only. */
  readonly space?: string;
  /** When the process started, in the system's own unit: tells it from a later process with the same ID. */
  readonly began: string;
}

/** A process that cannot be seen from here counts as ended when its journal has not grown for this long, in milliseconds. */
export const UNSEEN_SILENCE_MS = 10 * 60_000;

export function thisProcess(): FileHolder {
  const boot = quiet(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim());
  const space = quiet(() => readlinkSync('/proc/self/ns/pid'));
  return {
    pid: process.pid,
    host: hostname(),
    ...(boot === undefined ? {} : { boot }),
    ...(space === undefined ? {} : { space }),
    began: beginningOf(process.pid) ?? ownBeginning(),
  };
}

/**
 * Whether the process still runs. Where the system does not tell when a process started (Linux does), another process
 * with the same ID is taken for it until that one ends.
 * @param silentMs for how long its journal has not grown
 */
export function isHeld(holder: FileHolder, silentMs: number): boolean {
  const here = thisProcess();
  if (holder.host === here.host && holder.boot !== here.boot) return false;
  if (holder.host !== here.host || holder.space !== here.space) return silentMs < UNSEEN_SILENCE_MS;
  if (holder.pid === here.pid) return holder.began === here.began;
  return here.boot === undefined ? isRunning(holder.pid) : beginningOf(holder.pid) === holder.began;
}

/** The shape of `ownMark`: process ID, where it runs, which run it is. */
export const HOLDER_MARK = '([1-9]\\d{0,9})-([0-9a-f]{8})-([0-9a-f]{8})';

/** Asked once: there may be thousands of names to make, or to judge. */
let own: FileHolder | undefined;

function ownProcess(): FileHolder {
  own ??= thisProcess();
  return own;
}

/** This process as part of a file name. */
export function ownMark(): string {
  const here = ownProcess();
  return `${here.pid}-${placeOf(here)}-${runOf(here)}`;
}

/**
 * Whether the process of a mark still runs. Undefined: it belongs to another machine or container, and nobody here can tell.
 * @param pid, place, run the parts of `HOLDER_MARK`
 */
export function isMarkHeld(pid: string, place: string, run: string): boolean | undefined {
  const here = ownProcess();
  if (place !== placeOf(here)) return undefined;
  const number = Number(pid);
  if (number === here.pid) return run === runOf(here);
  if (here.boot === undefined) return isRunning(number);
  const began = beginningOf(number);
  return began !== undefined && run === runOf({ ...here, began });
}

const placeOf = ({ host, space }: FileHolder): string => short(`${host} ${space}`);
const runOf = ({ boot, began }: FileHolder): string => short(`${boot} ${began}`);
const short = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8);

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * proc(5): field 22 of `stat`, in clock ticks since the machine started. Undefined: no such process, or it has ended.
 */
function beginningOf(pid: number): string | undefined {
  const status = quiet(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  // The second field is a name in brackets, which may contain anything, also brackets and spaces.
  const fields = status?.slice(status.lastIndexOf(')') + 2).split(' ');
  const [state] = fields ?? [];
  return state === undefined || state === 'Z' || state === 'X' ? undefined : fields?.[19];
}

function ownBeginning(): string {
  return `origin ${performance.timeOrigin}`;
}

function quiet<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
