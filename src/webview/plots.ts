// Two small plots: bytes per second, and the time of each file, over the time of the send. Drawn anew at each width.

import { drawing, element, fill } from './elements.ts';
import { axisText, durationText } from './figures.ts';
import type { RowTable } from './row-table.ts';
import { plotsLabel, type Timing, throughputOf } from './timing.ts';

const HEIGHT = 74;
/** Where the plotted area begins and ends. */
const LEFT = 46;
const RIGHT = 6;
const TOP = 6;
const BOTTOM = 58;
/** Of a bin of the throughput, in pixels. */
const BIN = 6;

/** 1, 2, 2.5 or 5 times a power of ten, so that there are a few steps up to `max`. */
function stepOf(max: number, steps: number): number {
  const raw = max / steps;
  const power = 10 ** Math.floor(Math.log10(raw));
  return [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((step) => step >= raw) ?? raw;
}

interface Frame {
  readonly svg: SVGElement;
  readonly x: (ms: number) => number;
  readonly width: number;
}

function frameOf(width: number, timing: Timing): Frame {
  const svg = drawing('svg', { viewBox: `0 0 ${width} ${HEIGHT}`, 'aria-hidden': 'true' });
  const x = (ms: number): number => LEFT + (ms / timing.endMs) * (width - LEFT - RIGHT);
  const step = stepOf(timing.endMs, 4);
  for (let ms = 0; ms <= timing.endMs; ms += step)
    svg.append(
      drawing(
        'text',
        { x: x(ms), y: 72, 'text-anchor': ms === 0 ? 'start' : 'middle' },
        ms === 0 ? '0 s' : axisText(ms),
      ),
    );
  return { svg, x, width };
}

function grade({ svg, width }: Frame, y: number, text: string): void {
  svg.append(drawing('path', { class: 'axis', d: `M${LEFT} ${y}H${width - RIGHT}` }));
  svg.append(drawing('text', { x: LEFT - 6, y: y + 3, 'text-anchor': 'end' }, text));
}

function events({ svg, x, width }: Frame, { silence, slowdown }: Timing, labelled: boolean): void {
  const from = silence?.fromMs ?? slowdown?.fromMs;
  if (from === undefined) return;
  if (silence !== undefined) {
    const area = { x: x(silence.fromMs), y: TOP, height: BOTTOM - TOP, width: x(silence.toMs) - x(silence.fromMs) };
    svg.append(drawing('rect', { class: 'silence', ...area }));
  }
  svg.append(drawing('path', { class: 'event', d: `M${x(from)} ${TOP - 4}V${BOTTOM}` }));
  if (!labelled) return;
  const text =
    silence === undefined ? 'slower from here' : `no answer for ${durationText(silence.toMs - silence.fromMs)}`;
  const isLate = x(from) > width / 2;
  const place = { x: x(from) + (isLate ? -5 : 5), y: TOP + 4, 'text-anchor': isLate ? 'end' : 'start' };
  svg.append(drawing('text', { class: 'said', ...place }, text));
}

function throughput(table: RowTable, timing: Timing, width: number): { svg: SVGElement; unit: string } {
  const frame = frameOf(width, timing);
  const bins = Math.max(8, Math.floor((width - LEFT - RIGHT) / BIN));
  const rates = throughputOf(table, timing, bins);
  const max = Math.max(1, ...rates);
  const [divisor, unit] = max >= 1e6 ? [1e6, 'MB/s'] : max >= 1e3 ? [1e3, 'kB/s'] : [1, 'bytes/s'];
  const step = stepOf(max / divisor, 2);
  const top = step * Math.ceil(max / divisor / step);
  const y = (rate: number): number => BOTTOM - (rate / divisor / top) * (BOTTOM - TOP);
  for (let value = 0; value <= top; value += step) grade(frame, y(value * divisor), String(Number(value.toFixed(3))));
  const points = Array.from(rates, (rate, bin) => {
    const at = frame.x(((bin + 0.5) / bins) * timing.endMs);
    return `${at.toFixed(1)} ${y(rate).toFixed(1)}`;
  });
  const line = `M${points.join('L')}`;
  frame.svg.append(
    drawing('path', { class: 'area', d: `${line}V${BOTTOM}H${frame.x((0.5 / bins) * timing.endMs).toFixed(1)}Z` }),
    drawing('path', { class: 'line', d: line }),
  );
  events(frame, timing, true);
  return { svg: frame.svg, unit };
}

/** A point a pixel and height, whatever the number of files; failures and the slowest are always among them. */
function timeOfEach(table: RowTable, timing: Timing, width: number): SVGElement {
  const frame = frameOf(width, timing);
  let [least, most] = [Number.POSITIVE_INFINITY, 1];
  for (const row of timing.rows) {
    least = Math.min(least, Math.max(0.1, table.elapsedMs.at(row)));
    most = Math.max(most, table.elapsedMs.at(row));
  }
  const low = Math.floor(Math.log10(Math.min(least, most)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(most)));
  const y = (ms: number): number => {
    return BOTTOM - ((Math.log10(Math.max(0.1, ms)) - low) / (high - low)) * (BOTTOM - TOP);
  };
  const every = Math.ceil((high - low) / 3);
  for (let power = low; power <= high; power += every) {
    const ms = 10 ** power;
    grade(frame, y(ms), ms < 1 ? `${ms} ms` : ms < 1000 ? `${ms} ms` : `${ms / 1000} s`);
  }
  const points = [new Set<string>(), new Set<string>()] as const;
  for (const row of timing.rows) {
    const at = frame.x(table.startedMs.at(row) + table.elapsedMs.at(row));
    points[table.outcome.at(row) <= 1 ? 0 : 1].add(`M${at.toFixed(0)} ${y(table.elapsedMs.at(row)).toFixed(0)}h.01`);
  }
  events(frame, timing, false);
  frame.svg.append(
    drawing('path', { class: 'dots', d: [...points[0]].join('') }),
    drawing('path', { class: 'dots bad', d: [...points[1]].join('') }),
  );
  return frame.svg;
}

/** @param parent is given both plots, as wide as it is */
export function drawPlots(parent: HTMLElement, table: RowTable, timing: Timing): void {
  const width = Math.max(200, (parent.clientWidth - 24) / 2);
  const first = throughput(table, timing, width);
  const figures = [
    [`Throughput, ${first.unit}`, first.svg],
    ['Time of each file, logarithmic', timeOfEach(table, timing, width)],
  ] as const;
  parent.setAttribute('aria-label', plotsLabel(timing));
  fill(
    parent,
    ...figures.map(([title, svg]) =>
      element('div', { class: 'plot' }, element('div', { class: 'caption' }, title), svg),
    ),
  );
}
