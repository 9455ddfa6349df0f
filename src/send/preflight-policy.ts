// Which findings keep a file from being sent. By default those that make a peer lose data or abort the association, and
// with it take other files along: measured with DCMTK and Orthanc, see docs/pre-flight.md.

import type { Finding } from '../part10/check/finding.ts';

interface Repetition {
  readonly sopInstanceUID: string;
  /** Absolute; of the file that is sent. */
  readonly firstPath: string;
}

/** The instance was met before in the same send: with the same data set, or with another one under the same UID. */
export type RepeatedInstance =
  | (Repetition & { readonly code: 'duplicate instance' })
  | (Repetition & { readonly code: 'conflicting instance' });

export type PreflightFinding = Finding | RepeatedInstance;
export type PreflightCode = PreflightFinding['code'];

/** 'send': all the same, and the finding is reported. 'skip': the file is not sent, and the finding is the reason. */
export type PreflightPolicy = Readonly<Record<PreflightCode, 'send' | 'skip'>>;

export const DEFAULT_PREFLIGHT_POLICY: PreflightPolicy = {
  truncated: 'skip',
  'broken structure': 'skip',
  'deep nesting': 'skip',
  'trailing bytes': 'skip',
  'zero padding': 'send',
  'odd length': 'skip',
  'odd value': 'send',
  'meta disagrees': 'send',
  'ill-formed UID': 'send',
  'no pixel data': 'send',
  'not checked': 'send',
  'duplicate instance': 'skip',
  'conflicting instance': 'skip',
};
