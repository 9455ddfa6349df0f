// Data sets with one element of each kind that conversion treats differently, and a dictionary for them.

import type { NaiveElement } from './naive-data-set.ts';

const STANDARD: Readonly<Record<number, string>> = {
  0x00080005: 'CS',
  0x00080016: 'UI',
  0x00080018: 'UI',
  0x00081140: 'SQ',
  0x00081150: 'UI',
  0x00081155: 'UI',
  0x00100010: 'PN',
  0x00101010: 'AS',
  0x00189810: 'US or SS',
  0x00280002: 'US',
  0x00280009: 'AT',
  0x00280010: 'US',
  0x00280011: 'US',
  0x00280100: 'US',
  0x00280103: 'US',
  0x00280106: 'US or SS',
  0x00281101: 'US or SS',
  0x00281201: 'OW',
  0x00283000: 'SQ',
  0x00283002: 'xs',
  0x00283006: 'lt',
  0x0040a160: 'UT',
  0x00701101: 'OF',
  0x0066002f: 'SQ',
  0x00660016: 'OF',
  0x00660040: 'OL',
  0x00686340: 'FD',
  0x00880200: 'SQ',
  0x5000200c: 'ox',
  0x50003000: 'ox',
  0x54000100: 'SQ',
  0x54001004: 'US',
  0x54001010: 'ox',
  0x60000010: 'US',
  0x60003000: 'ox',
  0x7fe00001: 'OV',
  0x7fe00008: 'OF',
  0x7fe00009: 'OD',
  0x7fe00010: 'OB or OW',
  0x00182043: 'FL',
  0x00186020: 'SL',
  0x00080024: 'DA',
  0x0018603a: 'UL',
  0x0040a30a: 'DS',
  0x00720082: 'SV',
  0x00720083: 'UV',
  0x00720074: 'FD',
};

export const sampleDictionary = { vrOf: (tag: number): string | undefined => STANDARD[tag] };

export function isSampleSequence(tag: number): boolean {
  return STANDARD[tag] === 'SQ';
}

export function text(value: string): Uint8Array {
  return Buffer.from(value.length % 2 === 0 ? value : `${value} `, 'latin1');
}

export function uid(value: string): Uint8Array {
  return Buffer.from(value.length % 2 === 0 ? value : `${value}\0`, 'latin1');
}

export function us(...values: number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [value & 0xff, (value >>> 8) & 0xff]));
}

export function counted(length: number, from = 1): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (from + index * 7) & 0xff);
}

const pixels = counted(4_002, 3);

/** Of every VR with words, nested both ways, private, unknown, empty; in tag order, lengths even. */
export const sample: readonly NaiveElement[] = [
  { tag: 0x00080005, vr: 'CS', value: text('ISO_IR 100') },
  { tag: 0x00080016, vr: 'UI', value: uid('1.2.840.10008.5.1.4.1.1.7') },
  { tag: 0x00080018, vr: 'UI', value: uid('2.25.77') },
  { tag: 0x00080024, vr: 'DA', value: new Uint8Array(0) },
  {
    tag: 0x00081140,
    vr: 'SQ',
    undefinedLength: true,
    value: [
      {
        undefinedLength: true,
        elements: [
          {
            tag: 0x00081140,
            vr: 'SQ',
            value: [
              { elements: [{ tag: 0x00081155, vr: 'UI', value: uid('2.25.78') }] },
              { elements: [] },
              { undefinedLength: true, elements: [{ tag: 0x00280002, vr: 'US', value: us(0x0102) }] },
            ],
          },
          { tag: 0x00081150, vr: 'UI', value: uid('1.2.840.10008.5.1.4.1.1.7') },
        ],
      },
      { elements: [{ tag: 0x00081140, vr: 'SQ', value: [] }] },
    ],
  },
  { tag: 0x00090010, vr: 'LO', value: text('SOMEBODY 1') },
  { tag: 0x00091001, vr: 'UN', value: counted(10) },
  { tag: 0x00091002, vr: 'UN', value: new Uint8Array(0) },
  { tag: 0x00100010, vr: 'PN', value: text('Nobody^At All') },
  { tag: 0x00182043, vr: 'FL', value: counted(8) },
  { tag: 0x00186020, vr: 'SL', value: counted(4) },
  { tag: 0x0018603a, vr: 'UL', value: counted(12) },
  { tag: 0x00280002, vr: 'US', value: us(1) },
  { tag: 0x00280009, vr: 'AT', value: us(0x0018, 0x1063, 0x0018, 0x1065) },
  { tag: 0x00280010, vr: 'US', value: us(3) },
  { tag: 0x00280011, vr: 'US', value: us(667) },
  { tag: 0x00280100, vr: 'US', value: us(16) },
  { tag: 0x00280103, vr: 'US', value: us(1) },
  { tag: 0x00280106, vr: 'SS', value: us(0xfffe) },
  {
    tag: 0x00283000,
    vr: 'SQ',
    value: [
      {
        elements: [
          { tag: 0x00283002, vr: 'SS', value: us(4, 0xfff0, 16) },
          { tag: 0x00283006, vr: 'OW', value: us(1, 2, 3, 0x0405) },
        ],
      },
    ],
  },
  { tag: 0x0040a160, vr: 'UT', value: text('x'.repeat(70_001)) },
  { tag: 0x0066002f, vr: 'SQ', value: [{ elements: [{ tag: 0x00660040, vr: 'OL', value: counted(16) }] }] },
  { tag: 0x00720074, vr: 'FD', value: counted(24) },
  { tag: 0x00720082, vr: 'SV', value: counted(8) },
  { tag: 0x00720083, vr: 'UV', value: counted(16) },
  {
    tag: 0x00880200,
    vr: 'SQ',
    undefinedLength: true,
    value: [
      {
        elements: [
          { tag: 0x00280100, vr: 'US', value: us(8) },
          { tag: 0x00280103, vr: 'US', value: us(0) },
          { tag: 0x00280106, vr: 'US', value: us(7) },
          { tag: 0x7fe00010, vr: 'OB', value: counted(6) },
        ],
      },
    ],
  },
  { tag: 0x60000010, vr: 'US', value: us(3) },
  { tag: 0x60003000, vr: 'OW', value: counted(6) },
  { tag: 0x60023000, vr: 'OW', value: counted(2) },
  { tag: 0x7fe00001, vr: 'OV', value: counted(16) },
  { tag: 0x7fe00008, vr: 'OF', value: counted(20) },
  { tag: 0x7fe00009, vr: 'OD', value: counted(16) },
  { tag: 0x7fe00010, vr: 'OW', value: pixels },
  { tag: 0xfffcfffc, vr: 'OB', value: counted(8) },
];
