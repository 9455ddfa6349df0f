// An example of each pre-flight finding, for the catalogue of explanations. A finding without one does not compile.

import type { PreflightFinding } from '../send/preflight-policy.ts';

/** At least one example for each code. */
export type Examples<Union extends { readonly code: string }> = {
  readonly [Code in Union['code']]: readonly [Extract<Union, { code: Code }>, ...Extract<Union, { code: Code }>[]];
};

export const FINDINGS: Examples<PreflightFinding> = {
  truncated: [
    { code: 'truncated', offset: 1340, part: 'value', tag: '(7FE0,0010)', missing: 2048 },
    { code: 'truncated', offset: 525_648, part: 'delimiter', tag: '(7FE0,0010)' },
  ],
  'broken structure': [{ code: 'broken structure', offset: 1340, detail: 'no VR that DICOM knows' }],
  'deep nesting': [{ code: 'deep nesting', offset: 1340, depth: 1_000 }],
  'trailing bytes': [{ code: 'trailing bytes', offset: 525_648, length: 40 }],
  'zero padding': [{ code: 'zero padding', offset: 525_648, length: 512 }],
  'deflate trailer': [{ code: 'deflate trailer', offset: 525_648, length: 40 }],
  'odd length': [{ code: 'odd length', offset: 332, length: 525_649 }],
  'odd value': [{ code: 'odd value', offset: 400, tag: '(0010,0010)', length: 7, count: 1 }],
  'meta disagrees': [
    { code: 'meta disagrees', offset: 200, keyword: 'SOPInstanceUID', meta: '1.2.3', dataSet: '1.2.4' },
  ],
  'ill-formed UID': [
    {
      code: 'ill-formed UID',
      offset: 400,
      tag: '(0008,0018)',
      keyword: 'SOPInstanceUID',
      value: '1.2.03',
      fault: 'leading zero',
      count: 1,
    },
  ],
  'stray meta elements': [{ code: 'stray meta elements', offset: 332, place: 'before the data set', count: 2 }],
  'unknown VR': [{ code: 'unknown VR', offset: 400, tag: '(0008,0012)', kind: 'hyphens', count: 1 }],
  'VR against dictionary': [{ code: 'VR against dictionary', offset: 400, tag: '(0012,0064)', count: 1 }],
  'wrong encoding': [
    {
      code: 'wrong encoding',
      offset: 332,
      transferSyntaxUID: '1.2.840.10008.1.2.4.50',
      actual: 'Implicit VR Little Endian',
    },
  ],
  'pixel data against transfer syntax': [
    {
      code: 'pixel data against transfer syntax',
      offset: 1340,
      tag: '(7FE0,0010)',
      transferSyntaxUID: '1.2.840.10008.1.2.5',
      pixels: 'native',
      count: 1,
    },
  ],
  'missing attribute': [{ code: 'missing attribute', offset: 332, tag: '(0008,0018)', keyword: 'SOPInstanceUID' }],
  'no study or series': [
    {
      code: 'no study or series',
      offset: 332,
      missing: [{ tag: '(0020,000D)', keyword: 'StudyInstanceUID' }],
    },
  ],
  'no pixel data': [{ code: 'no pixel data', offset: 1340 }],
  'not checked': [{ code: 'not checked', offset: 332 }],
  'duplicate instance': [{ code: 'duplicate instance', sopInstanceUID: '1.2.3', firstPath: 'study/IM1.dcm' }],
  'conflicting instance': [{ code: 'conflicting instance', sopInstanceUID: '1.2.3', firstPath: 'study/IM1.dcm' }],
};
