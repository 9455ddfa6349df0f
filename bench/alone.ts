// What is measured without a comparison: the preview's scan, conversion, and sends to a distant peer.

import { join } from 'node:path';
import { ctSlices, smallFiles } from './data.ts';
import { startDelayLine } from './delay-line.ts';
import { measure, median } from './measure.ts';
import { compare, type Row, type ScenarioResult, verdict } from './scenario.ts';
import type { Bench } from './scenarios.ts';
import { startSink } from './targets.ts';

export async function preview({ isQuick, programs }: Bench): Promise<ScenarioResult> {
  const { paths, files } = await smallFiles(isQuick ? 5_000 : 20_000);
  const runs: { ms: number; peakMB: number | undefined }[] = [];
  for (let round = 0; round <= 3; round++) {
    const { stdout, peakMB } = await measure(programs.measure, {
      argv: [process.execPath, join(import.meta.dirname, 'scan-run.ts'), ...paths],
    });
    const { files: found, ms } = JSON.parse(stdout) as { readonly files: number; readonly ms: number };
    if (found !== files) throw new Error(`the scan found ${found} of ${files} files`);
    // The first run warms up the system's cache.
    if (round > 0) runs.push({ ms, peakMB });
  }
  const seconds = median(runs.map(({ ms }) => ms)) / 1_000;
  const peakMB = Math.max(...runs.map((run) => run.peakMB ?? Number.NaN));
  return {
    title: `Preview of ${files.toLocaleString('en')} files`,
    note: `Headers read and checked: ${seconds.toFixed(2)} s, ${((seconds / files) * 1e6).toFixed(0)} µs a file, peak memory ${peakMB.toFixed(0)} MB. Each time in a fresh process, with the files in the system's cache.`,
    rows: [],
    verdicts: [verdict('Preview of 20,000 files', (seconds / files) * 20_000, '≤', 3, ' s')],
  };
}

export async function conversion({ isQuick, programs }: Bench): Promise<ScenarioResult> {
  const { stdout } = await measure(programs.measure, {
    argv: [
      process.execPath,
      join(import.meta.dirname, 'conversion-run.ts'),
      isQuick ? '16' : '128',
      isQuick ? '3' : '5',
    ],
  });
  const speeds = new Map(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly what: string; readonly megabytesPerSecond: number })
      .map(({ what, megabytesPerSecond }) => [what, megabytesPerSecond]),
  );
  const speed = (what: string): number => speeds.get(what) ?? Number.NaN;
  const least = (...names: readonly string[]): number => Math.min(...names.map(speed));
  return {
    title: 'Conversion',
    note: 'In memory, in pieces of a PDU. An image is one large value; “short elements” is a data set of nothing but elements of a few bytes in sequences, the worst that there is.',
    rows: [],
    table: [
      '| Conversion | MB/s |',
      '| --- | ---: |',
      ...[...speeds].map(([what, value]) => `| ${what} | ${Math.round(value).toLocaleString('en')} |`),
    ].join('\n'),
    verdicts: [
      verdict(
        'Conversion of images, implicit ↔ explicit VR',
        least('implicit to explicit, image', 'explicit to implicit, image'),
        '≥',
        400,
        ' MB/s',
      ),
      verdict(
        'Conversion of images, byte order',
        least('little to big endian, image', 'big to little endian, image'),
        '≥',
        300,
        ' MB/s',
      ),
      verdict('Inflate: zlib alone / ours', speed('zlib alone') / speed('inflate'), '≤', 1.2),
    ],
  };
}

/** Of the simulated line. */
const ROUND_TRIP_MS = 40;
/** Linux's default limit for unacknowledged bytes of a connection. */
const WINDOW_LENGTH = 4 * 1_048_576;

export async function farPeer({ contenders, isQuick, programs }: Bench): Promise<ScenarioResult> {
  const files = await smallFiles(isQuick ? 40 : 200);
  const slices = await ctSlices(isQuick ? 40 : 200);
  const settings = [
    ['--associations', '1'],
    [],
    ['--associations', '4'],
    ['--associations', '8'],
    ['--associations', '1', '--async-window', '8'],
  ];
  const ours = settings.map((options) => contenders.ours(options));
  const entries = (data: typeof files) =>
    [...ours, contenders.storescuNoDelay].map((contender) => ({ contender, data }));
  const sink = await startSink(programs.sink);
  const line = await startDelayLine(sink.port, { roundTripMs: ROUND_TRIP_MS, windowLength: WINDOW_LENGTH });
  try {
    const target = { ...sink, port: line.port };
    const small = await compare(programs.measure, target, entries(files), 1);
    const large = await compare(programs.measure, target, entries(slices), 1);
    return {
      title: `A peer ${ROUND_TRIP_MS} ms away, ${files.files} files of 2 KB and ${slices.files} CT slices`,
      note: 'Through a simulated line to the sink: each direction is late by half a round trip and holds at most 4 MiB that are not acknowledged. Slow start, losses and the link’s own rate are not simulated.',
      rows: [...small, ...large],
      verdicts: [],
      table: hospital(large),
    };
  } finally {
    await line.stop();
    sink.stop();
  }
}

const INSTANCES = 2e6;
const BYTES = 1e12;

/** From what the slices took, once the first was on its way: two million of them are a terabyte. */
function hospital(rows: readonly Row[]): string {
  const hoursOf = (ms: number): string => {
    const hours = ms / 3_600_000;
    return hours < 48 ? `${hours.toFixed(1)} h` : `${(hours / 24).toFixed(1)} days`;
  };
  const atLink = (megabits: number): string => hoursOf((BYTES * 8) / (megabits * 1e3));
  return [
    '**2 million instances, 1 TB, 40 ms away: computed from the slices above, not measured.** The link’s own rate is a',
    `floor: 1 TB takes ${atLink(100)} at 100 Mbit/s, ${atLink(1_000)} at 1 Gbit/s. By default associations are added while the`,
    'send runs; in a long job that beginning does not count, so it comes near to four associations.',
    '',
    '| Sender | ms per slice | MB/s | the whole job |',
    '| --- | ---: | ---: | ---: |',
    ...rows.map(({ name, wallMs, firstByteMs, files, bytes }) => {
      const onTheWireMs = wallMs - firstByteMs;
      const share = BYTES / INSTANCES / (bytes / files);
      return `| ${name} | ${(onTheWireMs / files).toFixed(1)} | ${(bytes / onTheWireMs / 1e3).toFixed(0)} | ${hoursOf((onTheWireMs / files) * share * INSTANCES)} |`;
    }),
  ].join('\n');
}
