// The picture: for each comparison, the time of the others if ours is 1. The axis is logarithmic, because the differences span
// three orders of magnitude. Plain SVG that is legible on a light and on a dark background.

import type { ScenarioResult } from './scenario.ts';

const WIDTH = 920;
const LABEL_WIDTH = 330;
const VALUE_WIDTH = 70;
const BAR_HEIGHT = 18;
const ROW_HEIGHT = 24;
const TITLE_HEIGHT = 40;
const RATIO_MIN = 0.1;
const RATIO_MAX = 1_000;

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function ratioText(ratio: number): string {
  return `${ratio >= 100 ? ratio.toFixed(0) : ratio >= 10 ? ratio.toFixed(1) : ratio.toFixed(2)}×`;
}

export function pictureOf(results: readonly ScenarioResult[]): string {
  const chart = WIDTH - LABEL_WIDTH - VALUE_WIDTH - 20;
  const xOf = (ratio: number): number => {
    const bounded = Math.min(RATIO_MAX, Math.max(RATIO_MIN, ratio));
    return LABEL_WIDTH + (Math.log10(bounded / RATIO_MIN) / Math.log10(RATIO_MAX / RATIO_MIN)) * chart;
  };
  const parts: string[] = [];
  let y = 56;
  for (const { title, rows } of results) {
    const measured = rows.filter(({ rounds }) => rounds > 0);
    const [ours] = measured;
    if (ours === undefined) continue;
    const unit = ours.wallMs / ours.files;
    parts.push(`<text x="20" y="${y + 18}" class="title">${escape(title)}</text>`);
    y += TITLE_HEIGHT - 12;
    for (const row of measured) {
      const ratio = row.wallMs / row.files / unit;
      const isOurs = row.name.startsWith('Send to PACS');
      const [from, to] = [xOf(Math.min(1, ratio)), xOf(Math.max(1, ratio))];
      parts.push(
        `<text x="${LABEL_WIDTH - 10}" y="${y + 14}" class="label">${escape(row.name)}</text>`,
        `<rect x="${from.toFixed(1)}" y="${y}" width="${Math.max(2, to - from).toFixed(1)}" height="${BAR_HEIGHT}" rx="2" class="${isOurs ? 'ours' : 'other'}"/>`,
        `<text x="${(to + 6).toFixed(1)}" y="${y + 14}" class="value">${ratioText(ratio)}</text>`,
      );
      y += ROW_HEIGHT;
    }
    y += 16;
  }
  const ticks = [0.1, 1, 10, 100, 1_000].map((ratio) => {
    const x = xOf(ratio).toFixed(1);
    return `<line x1="${x}" y1="50" x2="${x}" y2="${y}" class="${ratio === 1 ? 'one' : 'tick'}"/><text x="${x}" y="44" class="tick-label">${ratio}×</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + 10}" width="${WIDTH}" height="${y + 10}" role="img" aria-label="Time per file beside Send to PACS">
<style>
text { font: 13px system-ui, sans-serif; fill: #1f2328; }
.head { font-weight: 600; font-size: 15px; } .title { font-weight: 600; }
.label { text-anchor: end; } .tick-label { text-anchor: middle; font-size: 11px; fill: #59636e; }
.ours { fill: #0969da; } .other { fill: #8c959f; }
.tick { stroke: #d1d9e0; } .one { stroke: #0969da; stroke-dasharray: 3 3; }
</style>
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="20" y="24" class="head">Time per file; Send to PACS with its defaults = 1, longer is slower</text>
${ticks.join('\n')}
${parts.join('\n')}
</svg>
`;
}
