// The comparisons: what is sent, by whom, to whom, and which targets follow.

import type { Programs } from './cache.ts';
import type { Contender, Contenders } from './contenders.ts';
import { ctSlices, type DataSelection, largeFile, smallFiles } from './data.ts';
import { compare, type Entry, perFileMs, rowOf, type ScenarioResult, verdict } from './scenario.ts';
import { startOrthanc, startSink, startStorescp, type Target } from './targets.ts';

export interface Bench {
  readonly programs: Programs;
  readonly contenders: Contenders;
  readonly isQuick: boolean;
}

export type Scenario = (bench: Bench) => Promise<ScenarioResult>;

const ONE = ['--associations', '1'];
const FOUR = ['--associations', '4'];
const WINDOW = [...ONE, '--async-window', '8'];
const PEAK_MB = 110;

/** Rounds of a comparison, and of the slow ones that lose seconds to Nagle's algorithm. */
const roundsOf = ({ isQuick }: Bench): number => (isQuick ? 3 : 7);
const slowRoundsOf = ({ isQuick }: Bench): number => (isQuick ? 1 : 3);

async function withTarget<T>(target: Promise<Target>, use: (target: Target) => Promise<T>): Promise<T> {
  const started = await target;
  try {
    return await use(started);
  } finally {
    started.stop();
  }
}

const all = (data: DataSelection, contenders: readonly Contender[], rounds?: number): Entry[] =>
  contenders.map((contender) => ({ contender, data, ...(rounds === undefined ? {} : { rounds }) }));

export async function ct(bench: Bench): Promise<ScenarioResult> {
  const { contenders, programs, isQuick } = bench;
  const data = await ctSlices(isQuick ? 100 : 1_000);
  const some = await ctSlices(isQuick ? 30 : 200);
  const ours = contenders.ours();
  const entries = [
    ...all(data, [ours, ...[ONE, FOUR, WINDOW].map((options) => contenders.ours(options))]),
    ...all(data, [contenders.dcmsendNoDelay, contenders.storescuNoDelay, contenders.rawCopy]),
    ...all(some, [contenders.dcmsend, contenders.storescu], slowRoundsOf(bench)),
    ...all(await ctSlices(isQuick ? 20 : 100), contenders.others, 1),
  ];
  const rows = await withTarget(startSink(programs.sink), (sink) =>
    compare(programs.measure, sink, entries, roundsOf(bench)),
  );
  const row = rowOf(rows, ours);
  return {
    title: `${data.files.toLocaleString('en')} CT slices of 525 KB`,
    note: 'To the sink. Slower senders send fewer slices; each slice costs them the same.',
    rows,
    verdicts: [
      verdict(
        'CT: ours / dcmsend with TCP_NODELAY=1',
        row.wallMs / rowOf(rows, contenders.dcmsendNoDelay).wallMs,
        '≤',
        1,
      ),
      verdict('CT: peak memory', row.peakMB, '≤', PEAK_MB, ' MB'),
    ],
  };
}

export async function small(bench: Bench): Promise<ScenarioResult> {
  const { contenders, programs, isQuick } = bench;
  const data = await smallFiles(isQuick ? 1_000 : 5_000);
  const some = await smallFiles(isQuick ? 20 : 100);
  const ours = contenders.ours();
  const entries = [
    ...all(data, [ours, ...[ONE, FOUR, WINDOW].map((options) => contenders.ours(options))]),
    ...all(data, [contenders.dcmsendNoDelay, contenders.storescuNoDelay, contenders.rawCopy]),
    ...all(some, [contenders.dcmsend, contenders.storescu, ...contenders.others], isQuick ? 1 : 2),
  ];
  const rows = await withTarget(startSink(programs.sink), (sink) =>
    compare(programs.measure, sink, entries, roundsOf(bench)),
  );
  const row = rowOf(rows, ours);
  const noDelay = Math.min(
    ...[contenders.dcmsendNoDelay, contenders.storescuNoDelay].map((contender) => rowOf(rows, contender).wallMs),
  );
  return {
    title: `${data.files.toLocaleString('en')} files of 2 KB`,
    note: 'To the sink. As installed, DCMTK needs 45 ms for each file, so it sends few; ratios to it are per file.',
    rows,
    verdicts: [
      verdict('Small files: ours / the faster DCMTK with TCP_NODELAY=1', row.wallMs / noDelay, '≤', 0.6),
      verdict(
        'Small files: ours / DCMTK storescu as installed',
        perFileMs(row) / perFileMs(rowOf(rows, contenders.storescu)),
        '≤',
        0.01,
      ),
      verdict('Small files: peak memory', row.peakMB, '≤', PEAK_MB, ' MB'),
    ],
  };
}

export async function large(bench: Bench): Promise<ScenarioResult> {
  const { contenders, programs, isQuick } = bench;
  const data = await largeFile(isQuick ? 128 : 1_024);
  const ours = contenders.ours();
  const converting = contenders.ours(['-xi']);
  const entries = [
    ...all(data, [ours, contenders.rawCopy, contenders.dcmsendNoDelay, contenders.storescuNoDelay]),
    ...all(data, [converting, contenders.dcmsend, contenders.storescu], slowRoundsOf(bench)),
  ];
  const rows = await withTarget(startSink(programs.sink), (sink) =>
    compare(programs.measure, sink, entries, roundsOf(bench)),
  );
  const row = rowOf(rows, ours);
  return {
    title: `One file of ${isQuick ? '128 MiB' : '1 GiB'}`,
    note: 'To the sink; `-xi` converts it to Implicit VR on the way.',
    rows,
    verdicts: [
      verdict('1 GB: ours / raw copy in Node', row.wallMs / rowOf(rows, contenders.rawCopy).wallMs, '≤', 1.1),
      verdict('1 GB: peak memory', row.peakMB, '≤', PEAK_MB, ' MB'),
      verdict('1 GB, converted: peak memory', rowOf(rows, converting).peakMB, '≤', PEAK_MB, ' MB'),
    ],
  };
}

export async function slowPeer(bench: Bench): Promise<ScenarioResult> {
  const { contenders, programs, isQuick } = bench;
  const data = await smallFiles(isQuick ? 100 : 500);
  const [four, window] = [contenders.ours(FOUR), contenders.ours(WINDOW)];
  const entries = all(data, [contenders.ours(), contenders.ours(ONE), four, window, contenders.storescuNoDelay]);
  const rows = await withTarget(startSink(programs.sink, { delayMs: 5 }), (sink) =>
    compare(programs.measure, sink, entries, isQuick ? 3 : 5),
  );
  const storescu = rowOf(rows, contenders.storescuNoDelay).wallMs;
  const better = Math.min(rowOf(rows, four).wallMs, rowOf(rows, window).wallMs);
  return {
    title: `A peer that takes 5 ms for each answer, ${data.files} files of 2 KB`,
    note: 'To the sink, which holds back each answer by 5 ms, whatever else it has to do: a peer with latency.',
    rows,
    verdicts: [
      verdict('5 ms peer, 4 associations or a window of 8: times as fast as storescu', storescu / better, '≥', 3.5),
    ],
  };
}

export async function storescpAsInstalled(bench: Bench): Promise<ScenarioResult> {
  const { contenders, programs, isQuick } = bench;
  const data = await smallFiles(isQuick ? 50 : 300);
  const ours = contenders.ours();
  const entries = [
    ...all(data, [ours, contenders.ours(FOUR)]),
    ...all(await smallFiles(isQuick ? 20 : 100), [contenders.ours(ONE), contenders.storescu]),
  ];
  const rows = await withTarget(startStorescp(['--fork'], {}), (storescp) =>
    compare(programs.measure, storescp, entries, isQuick ? 1 : 3),
  );
  const ratio = perFileMs(rowOf(rows, contenders.storescu)) / perFileMs(rowOf(rows, ours));
  return {
    title: `DCMTK's storescp as installed (--fork --ignore), ${data.files} files of 2 KB`,
    note: 'It writes each answer in two pieces under Nagle’s algorithm, which holds the second back by 40 ms.',
    rows,
    verdicts: [verdict('storescp as installed: times as fast as storescu as installed', ratio, '≥', 3)],
  };
}

export async function storescpNoDelay(bench: Bench): Promise<ScenarioResult> {
  const { contenders, programs, isQuick } = bench;
  const slices = await ctSlices(isQuick ? 100 : 500);
  const ours = contenders.ours();
  const entries = all(slices, [ours, contenders.ours(ONE), contenders.dcmsendNoDelay, contenders.storescuNoDelay]);
  const rows = await withTarget(startStorescp(['--fork'], { TCP_NODELAY: '1' }), (storescp) =>
    compare(programs.measure, storescp, entries, isQuick ? 3 : 5),
  );
  return {
    title: `DCMTK's storescp with TCP_NODELAY=1 (--fork --ignore), ${slices.files} CT slices`,
    note: 'A peer that does more with what it gets than the sink.',
    rows,
    verdicts: [],
  };
}

export async function orthanc(bench: Bench): Promise<ScenarioResult> {
  const { contenders, programs, isQuick } = bench;
  const slices = await ctSlices(isQuick ? 30 : 200);
  const title = `Orthanc, ${slices.files} CT slices`;
  const target = await startOrthanc();
  if (target === undefined) return { title, note: 'Orthanc is not installed.', rows: [], verdicts: [] };
  const ours = contenders.ours();
  const entries = all(slices, [ours, contenders.ours(ONE), contenders.dcmsendNoDelay, contenders.storescuNoDelay]);
  const rows = await withTarget(Promise.resolve(target), (peer) =>
    compare(programs.measure, peer, entries, isQuick ? 1 : 5),
  );
  return {
    title,
    note: 'An archive that indexes and writes what it gets; the same slices in every round.',
    rows,
    verdicts: [],
  };
}

export async function trace(bench: Bench): Promise<ScenarioResult> {
  const { contenders, programs, isQuick } = bench;
  const [slices, files] = [await ctSlices(isQuick ? 100 : 1_000), await smallFiles(isQuick ? 1_000 : 5_000)];
  const silent = contenders.ours();
  const debug = contenders.ours(['-d']);
  const rounds = roundsOf(bench);
  const [ctRows, smallRows] = await withTarget(startSink(programs.sink), async (sink) => [
    await compare(programs.measure, sink, all(slices, [silent, debug]), rounds),
    await compare(programs.measure, sink, all(files, [silent, debug]), rounds),
  ]);
  const cost = (rows: typeof ctRows): number => (1 - rowOf(rows, silent).wallMs / rowOf(rows, debug).wallMs) * 100;
  return {
    title: 'The trace at debug level',
    note: 'Into /dev/null, beside the same send without a trace.',
    rows: [...ctRows, ...smallRows],
    verdicts: [
      verdict('Trace at debug level, CT: loss of throughput', cost(ctRows), '≤', 10, ' %'),
      verdict('Trace at debug level, small files: loss of throughput', cost(smallRows), '≤', 10, ' %'),
    ],
  };
}

export async function growth(bench: Bench): Promise<ScenarioResult> {
  const { contenders, programs, isQuick } = bench;
  const counts = isQuick ? [100, 1_000, 5_000] : [100, 1_000, 10_000, 100_000];
  const one = contenders.ours(ONE);
  const rows = await withTarget(startSink(programs.sink), async (sink) => {
    const rowsOfCounts = [];
    for (const count of counts) {
      const rounds = count > 10_000 ? 2 : 3;
      rowsOfCounts.push(...(await compare(programs.measure, sink, all(await smallFiles(count), [one]), rounds)));
    }
    return rowsOfCounts;
  });
  const [first, ...rest] = rows;
  if (first === undefined) throw new Error('nothing was sent');
  // Starting a program costs the same for any number of files. The cost of each further file must not grow.
  const marginal = rest.map((row, index) => {
    const before = rows[index] ?? first;
    return (row.wallMs - before.wallMs) / (row.files - before.files);
  });
  const least = Math.min(...marginal);
  const last = marginal.at(-1) ?? Number.NaN;
  const steps = marginal.map(
    (ms, index) => `${(ms * 1_000).toFixed(0)} µs up to ${rest[index]?.files.toLocaleString('en')}`,
  );
  const most = rows.at(-1) ?? first;
  const before = rows.at(-2) ?? first;
  const kilobytes = ((most.peakMB - before.peakMB) * 1_000) / (most.files - before.files);
  const ofMillions = `peak memory grows by ${kilobytes.toFixed(1)} kB a file at the end, which would be ${(kilobytes * 2).toFixed(1)} GB for 2 million files (the list of files and the outcomes are kept, and garbage waits for its collector)`;
  return {
    title: 'Cost per file, from few files to many',
    note: `Files of 2 KB on one association, to the sink. What each further file costs: ${steps.join(', ')}; ${ofMillions}.`,
    rows,
    verdicts: [
      verdict('Each further file, at most files / at its cheapest', last / least, '≤', 1.25),
      verdict('Peak memory with the most files', most.peakMB, '≤', PEAK_MB, ' MB'),
    ],
  };
}
