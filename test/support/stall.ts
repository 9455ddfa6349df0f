// How long this thread computes without giving anything else a turn. It is measured in the thread's processor time, as other
// processes use the machine, too. A measurement above the limit is repeated, as garbage collection takes time now and then:
// what is slow by itself is slow each time.

/** The longest that anything from outside may hold the event loop, in milliseconds. */
export const STALL_MS = 50;

const TRIES = 6;
/** How often the event loop is looked at, in milliseconds. */
const LOOK_MS = 2;

/** CPU time of this thread so far, in milliseconds. */
export function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** What the work costs at least; it is repeated only while it holds the thread for longer than `limitMs`. */
export function leastThreadMs(work: () => void, limitMs = STALL_MS): number {
  let least = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < TRIES && least > limitMs; tries += 1) {
    const began = threadMs();
    work();
    least = Math.min(least, threadMs() - began);
  }
  return least;
}

/** The longest that this thread computed in one go while the work ran, in milliseconds. */
export async function longestTurnMs(work: () => Promise<void>): Promise<number> {
  let longest = 0;
  let last = threadMs();
  const look = (): void => {
    const now = threadMs();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(look, LOOK_MS);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  look();
  return longest;
}

/** The same at best; the work is repeated only while a turn of it is longer than `limitMs`. */
export async function leastLongestTurnMs(work: () => Promise<void>, limitMs = STALL_MS): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < TRIES && least > limitMs; tries += 1) least = Math.min(least, await longestTurnMs(work));
  return least;
}
