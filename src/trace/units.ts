// Numbers for people. Units are decimal (1 MB = 1,000,000 bytes), as for networks and disks.

/** 1234567 → '1,234,567', in every language. */
export function formatCount(count: number): string {
  // Most counts are small, and the expression takes longer than the rest of a line.
  if (count < 1000) return String(count);
  return String(count).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** '1 file', '2 files'. */
export function plural(count: number, singular: string, many = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : many}`;
}

const SIZES = ['kB', 'MB', 'GB', 'TB', 'PB'];

/** 999 → '999 bytes', 38786 → '38.8 kB', 6_600_000 → '6.6 MB'. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return bytes === 1 ? '1 byte' : `${bytes} bytes`;
  let value = bytes;
  let unit = -1;
  // 999.95 would be shown as 1000.0
  while (value >= 999.95 && unit < SIZES.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value.toFixed(1)} ${SIZES[Math.max(unit, 0)]}`;
}

/** Milliseconds → '12 ms', '1.2 s', '3 min 5 s', '1 h 2 min'. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${ms < 10 && !Number.isInteger(ms) ? ms.toFixed(1) : Math.round(ms)} ms`;
  if (ms < 59_950) {
    const seconds = ms / 1000;
    return `${seconds % 1 === 0 ? seconds : seconds.toFixed(1)} s`;
  }
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min${seconds % 60 === 0 ? '' : ` ${seconds % 60} s`}`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h${minutes % 60 === 0 ? '' : ` ${minutes % 60} min`}`;
}

const two = (value: number): string => String(value).padStart(2, '0');

/** The time of day, local: '20:49:56'. @param timeMs Unix time in milliseconds */
export function formatClock(timeMs: number): string {
  const time = new Date(timeMs);
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':');
}

/** The same to the millisecond: '20:49:56.123'. @param timeMs Unix time in milliseconds */
export function formatExactClock(timeMs: number): string {
  return `${formatClock(timeMs)}.${String(new Date(timeMs).getMilliseconds()).padStart(3, '0')}`;
}

/** The day, local: '2026-11-27'. @param timeMs Unix time in milliseconds */
export function formatDay(timeMs: number): string {
  const time = new Date(timeMs);
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
}

/** Local, with its offset from UTC at that time: '2026-11-27 20:49:56 +01:00'. @param timeMs Unix time in milliseconds */
export function formatLocalTime(timeMs: number): string {
  const east = -new Date(timeMs).getTimezoneOffset();
  const offset = `${east < 0 ? '-' : '+'}${two(Math.floor(Math.abs(east) / 60))}:${two(Math.abs(east) % 60)}`;
  return `${formatDay(timeMs)} ${formatClock(timeMs)} ${offset}`;
}

/** From one time to the other, local: '2026-11-27 20:49:56 to 20:50:10 +01:00'. */
export function formatTimeSpan(fromMs: number, toMs: number): string {
  const [from, to] = [formatLocalTime(fromMs), formatLocalTime(toMs)];
  const [day = '', clock = '', offset = ''] = from.split(' ');
  const isSameDay = to.startsWith(day) && to.endsWith(offset);
  return isSameDay ? `${day} ${clock} to ${formatClock(toMs)} ${offset}` : `${from} to ${to}`;
}

/** '3.2 MB/s'; undefined: nothing was measured. */
export function formatRate(bytes: number, ms: number | undefined): string | undefined {
  if (ms === undefined || ms <= 0 || bytes <= 0) return undefined;
  return `${formatBytes(Math.round((bytes * 1000) / ms))}/s`;
}

/** 0xA700 → 'A700', the digits of the standard's 'A700H'. */
export function hexWord(value: number): string {
  return value.toString(16).toUpperCase().padStart(4, '0');
}

/** 0x00080018 → '(0008,0018)'. */
export function formatTag(tag: number): string {
  const digits = (tag >>> 0).toString(16).toUpperCase().padStart(8, '0');
  return `(${digits.slice(0, 4)},${digits.slice(4)})`;
}
