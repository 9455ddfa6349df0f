// Which process writes a journal, and whether it still does. A number alone does not tell: processes end and numbers are
// given again, machines start anew, and a home folder can be shared by machines and containers that cannot see each
// other's processes. So the holder says all that the system lets us know, and whoever asks compares.

import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

export interface JournalHolder {
  readonly pid: number;
  readonly host: string;
  /** Of the running system; another after each start of the machine. Linux only. */
  readonly boot?: string;
  /** The name space in which `pid` counts, where the system has several. Linux only. */
  readonly space?: string;
  /** When the process began, in whatever the system counts in; tells it from a later one with the same number. */
  readonly began: string;
}

/** A holder that cannot be seen from here counts as gone when its journal has not grown for this long. */
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
 * Whether the holder still runs. Where the system does not tell when a process began (it does on Linux), a stranger
 * that got the number of an ended holder is taken for it until it ends, too.
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

/** proc(5): field 22 of `stat`, in clock ticks since the start of the machine. Undefined: not there, or ended. */
function beginningOf(pid: number): string | undefined {
  const status = quiet(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  // The second field is a name in brackets, which can hold anything.
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
