// Signs: a shape for each outcome that is readable without its colour. Drawn on 16 x 16.

import type { SignName } from '../messages/results.ts';
import { drawing, element } from './elements.ts';

const CIRCLE = 'M14.4 8A6.4 6.4 0 1 1 1.6 8a6.4 6.4 0 0 1 12.8 0';
const PATHS = {
  stored: `${CIRCLE}M5 8.3l2.1 2.1L11.2 6`,
  'stored with warning': 'M8 2.2l6.4 11.2H1.6zM8 6.4v3.2M8 11.4v.2',
  failed: `${CIRCLE}M5.7 5.7l4.6 4.6M10.3 5.7l-4.6 4.6`,
  'held back': 'M5.4 1.8h5.2l3.6 3.6v5.2l-3.6 3.6H5.4l-3.6-3.6V5.4zM6.5 5.8v4.4M9.5 5.8v4.4',
  skipped: `${CIRCLE}M3.6 12.4l8.8-8.8`,
  cancelled: `${CIRCLE}M5.2 8h5.6`,
  unknown: `${CIRCLE}M6.2 6.4c.1-2.3 3.6-2.2 3.6 0 0 1.4-1.8 1.4-1.8 2.8M8 11.3v.2`,
  sending: 'M8 1.6A6.4 6.4 0 1 1 1.6 8',
  note: `${CIRCLE}M8 7.2v4M8 4.8v.2`,
  retry: 'M13 3v3.4H9.6M13 6.2A5.5 5.5 0 1 0 13.4 9',
  export: 'M8 9.5V2M5.2 4.6L8 1.8l2.8 2.8M5 7H3v7h10V7h-2',
  down: 'M3.5 6L8 10.5 12.5 6',
  right: 'M6 3.5L10.5 8 6 12.5',
  filter: 'M2 3.5h12M4.5 8h7M6.8 12.5h2.4',
  clock: `${CIRCLE}M8 4.5V8l2.5 1.5`,
  folder: 'M1.8 3.5h4.4l1.4 1.8h6.6v7.2H1.8z',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  stop: `${CIRCLE}M5.8 5.8h4.4v4.4H5.8z`,
  resume: 'M4.5 2.8v10.4L13 8z',
  review: 'M2 8s2.2-4 6-4 6 4 6 4-2.2 4-6 4-6-4-6-4zM8 6.4a1.6 1.6 0 1 0 0 3.2 1.6 1.6 0 0 0 0-3.2',
} as const;

export type Shape = keyof typeof PATHS;

/** @param colour of which outcome; without it that of the words around it */
export function sign(shape: Shape, colour?: SignName): HTMLElement {
  const svg = drawing('svg', { viewBox: '0 0 16 16', class: shape === 'sending' ? 'turns' : '' });
  svg.append(drawing('path', { d: PATHS[shape] }));
  const name = colour === undefined ? 'sign' : `sign is-${colour.replaceAll(' ', '-')}`;
  const made = element('span', { class: name, 'aria-hidden': 'true' });
  made.append(svg);
  return made;
}
