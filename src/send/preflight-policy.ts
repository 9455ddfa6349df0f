// Which findings hold a file back. By default: those on which a peer loses data or aborts the association, which also
// costs other files their try. Measured with DCMTK and Orthanc, see docs/pre-flight.md.

import type { Finding } from '../part10/check/finding.ts';

interface Repetition {
  readonly sopInstanceUID: string;
  /** Absolute; of the file that is sent, or was stored. */
  readonly firstPath: string;
}

/** Another file has the same SOP Instance UID: with the same data set, or with another one. */
export type RepeatedInstance =
  | (Repetition & { readonly code: 'duplicate instance' })
  | (Repetition & {
      readonly code: 'conflicting instance';
      /** That file was stored by an earlier send; absent: it is in the same send. */
      readonly isStored?: true;
    });

export type PreflightFinding = Finding | RepeatedInstance;
export type PreflightCode = PreflightFinding['code'];

/**
 * 'send': the file is sent, and the finding is reported. 'skip': the file is held back, and the finding is the reason.
 */
export type PreflightPolicy = Readonly<Record<PreflightCode, 'send' | 'skip'>>;

export const DEFAULT_PREFLIGHT_POLICY: PreflightPolicy = {
  truncated: 'skip',
  'broken structure': 'skip',
  'deep nesting': 'skip',
  'trailing bytes': 'skip',
  'zero padding': 'send',
  'deflate trailer': 'send',
  'odd length': 'skip',
  'odd value': 'send',
  'meta disagrees': 'send',
  'stray meta elements': 'send',
  'unknown VR': 'send',
  'VR against dictionary': 'send',
  'wrong encoding': 'skip',
  'pixel data against transfer syntax': 'skip',
  'missing attribute': 'skip',
  'no study or series': 'send',
  'ill-formed UID': 'send',
  'no pixel data': 'send',
  'not checked': 'send',
  'duplicate instance': 'skip',
  'conflicting instance': 'skip',
};
