// Outcomes of invented sends, for the page of results: what a person meets, in any number.

import { ResultRows } from '../../src/extension/results-rows.ts';
import { OUTCOME_NAMES, RESULTS_VERSION, ROWS_MAX, type ToPage } from '../../src/messages/results.ts';
import { headline } from '../../src/report/problems.ts';
import type { FileOutcome, Outcome, OutcomeCounts, Reason } from '../../src/send/outcome.ts';

const CT = '1.2.840.10008.5.1.4.1.1.2';
const MR = '1.2.840.10008.5.1.4.1.1.4';
const EXPLICIT = '1.2.840.10008.1.2.1';
const JPEG_2000 = '1.2.840.10008.1.2.4.90';
const JPEG_LOSSLESS = '1.2.840.10008.1.2.4.70';

const status = (code: number, errorComment: string): Reason => ({ code: 'status', status: code, errorComment });
const refused: Reason = {
  code: 'presentation context refused',
  sopClassUID: MR,
  refused: [{ transferSyntaxUID: JPEG_2000, result: 4 }],
  accepted: [EXPLICIT],
};

/** After a fifth of the files the peer answers nothing for 6.2 s, and is slower afterwards. */
export function* failingSend(files: number): Generator<FileOutcome> {
  let atMs = 0;
  for (let index = 0; index < files; index++) {
    const series = String(Math.floor((12 * index) / files)).padStart(3, '0');
    const isCt = index % 3 === 0;
    const path = `/data/small3000/ser${series}/${isCt ? 'CT' : 'MR'}${String(index).padStart(4, '0')}.dcm`;
    const isLate = index > files / 5;
    if (index === Math.floor(files / 5) + 1) atMs += 6_200;
    const kind = index % 10;
    const file = {
      path,
      sopClassUID: isCt ? CT : MR,
      sopInstanceUID: `1.2.3.${index}`,
      transferSyntaxUID: isCt ? JPEG_LOSSLESS : EXPLICIT,
      transferSyntaxOnWire: EXPLICIT,
      bytesSent: 526_400,
      startedAtMs: atMs,
      elapsedMs: (isLate ? 73 : 44) + (index % 7),
    };
    atMs += isLate ? 18 : 11;
    if (index < 4) yield { path, outcome: 'skipped', bytesSent: 0, reason: { code: 'not DICOM', looksLike: 'text' } };
    else if (index === Math.floor(files / 5)) yield { ...file, outcome: 'stored', status: 0, elapsedMs: 6_190 };
    else if (kind === 5) {
      yield {
        ...file,
        outcome: 'failed',
        status: 0xa900,
        reason: status(0xa900, 'Rows (0028,0010) is missing'),
        elapsedMs: 9 + (index % 4),
      };
    } else if (index > files * 0.96) {
      yield {
        ...file,
        outcome: 'failed',
        status: 0xa700,
        reason: status(0xa700, 'Storage volume quota exceeded'),
        elapsedMs: 4,
      };
    } else if (kind === 7 && index % 50 === 7) {
      yield { ...file, outcome: 'failed', transferSyntaxUID: JPEG_2000, bytesSent: 0, reason: refused };
    } else if (index % 250 === 92) {
      const reason: Reason = {
        code: 'pre-flight',
        finding: { code: 'truncated', missing: 41_312, offset: 1_204 } as never,
      };
      yield {
        path,
        outcome: 'held back',
        sopClassUID: file.sopClassUID,
        transferSyntaxUID: EXPLICIT,
        bytesSent: 0,
        reason,
      };
    } else if (kind === 3) {
      yield { ...file, outcome: 'stored with warning', status: 0xb000, reason: status(0xb000, 'PatientID coerced') };
    } else yield { ...file, outcome: 'stored', status: 0 };
  }
}

/** Names and comments as a hostile folder and a hostile peer would choose them. */
export function* hostileSend(): Generator<FileOutcome> {
  const names = [
    '<img src=x onerror=alert(1)>.dcm',
    '"><script>alert(2)</script>',
    '\u202ecod.mcd',
    'a\u200bb\u0000c.dcm',
  ];
  for (const [index, name] of names.entries()) {
    const reason = status(0xa900, `</bdi><script>alert(3)</script>${name}`);
    const file = { path: `/data/small3000/<b>${index}</b>/${name}`, bytesSent: 10, startedAtMs: 0, elapsedMs: 5 };
    yield { ...file, outcome: 'failed', status: 0xa900, sopClassUID: CT, transferSyntaxUID: EXPLICIT, reason };
  }
}

/** What the page gets of these files after the send has ended. */
export function* messagesOf(files: Iterable<FileOutcome>): Generator<ToPage> {
  const peer = { name: 'ARCHIVE', callingAETitle: 'SENDTOPACS', calledAETitle: 'ARCHIVE' };
  const rows = new ResultRows({
    peer,
    shown: (path) => path.slice('/data/'.length),
    root: 'small3000',
    startedAtMs: 0,
  });
  const counts = Object.fromEntries(OUTCOME_NAMES.map((name) => [name, 0])) as Record<Outcome, number>;
  const chunks: ToPage[] = [];
  let index = 0;
  const flush = (): void => {
    const message = rows.take();
    if (message !== undefined) chunks.push(message);
  };
  for (const file of files) {
    rows.add(index++, file);
    counts[file.outcome] += 1;
    if (rows.pending >= ROWS_MAX) flush();
  }
  flush();
  yield {
    type: 'head',
    version: RESULTS_VERSION,
    isRunning: false,
    sign: counts.failed > 0 ? 'failed' : 'stored',
    verdict: headline(counts as OutcomeCounts, false),
    facts: [
      'small3000 → ARCHIVE',
      '10.20.4.11:104',
      'SENDTOPACS → ARCHIVE',
      'today 20:49:56, 49 s',
      '1.5 GB, 30 MB/s',
      '4 associations',
    ],
    counts: OUTCOME_NAMES.map((name) => counts[name]),
    files: index,
    problems: rows.problems(true),
    buttons: counts.failed > 0 ? [{ action: 'retry', label: 'Retry Failed…' }] : [],
    root: 'small3000',
    peer: 'ARCHIVE',
    rows: index,
  };
  yield* chunks;
}
