// Which process writes a journal, and whether it still runs. The process ID alone does not tell: IDs are reused,
// machines restart, and machines or containers that cannot see each other's processes may share a home folder. So the
// journal keeps everything that the system tells about its process, to be compared later.

import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

export interface JournalHolder {
  readonly pid: number;
  readonly host: string;
  /** Boot ID: changes whenever the machine starts. Linux only. */
  readonly boot?: string;
  /** The PID namespace of `pid`. Linux only. */
  readonly space?: string;
  /** When the process started, in the system's own unit: tells it from a later process with the same ID. */
  readonly began: string;
}

/** A process that cannot be seen from here counts as ended when its journal has not grown for this long. */
export const UNSEEN_SILENCE_MS = 10 * 60_000;

export function thisProcess(): JournalHolder {
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
export function isHeld(holder: JournalHolder, silentMs: number): boolean {
  const here = thisProcess();
  if (holder.host === here.host && holder.boot !== here.boot) return false;
  if (holder.host !== here.host || holder.space !== here.space) return silentMs < UNSEEN_SILENCE_MS;
  if (holder.pid === here.pid) return holder.began === here.began;
  if (here.boot !== undefined) return beginningOf(holder.pid) === holder.began;
  try {
    process.kill(holder.pid, 0);
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
