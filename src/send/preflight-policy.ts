// Which findings keep a file from being sent. By default those that make a peer lose data or abort the association, and
// with it take other files along: measured with DCMTK and Orthanc, see docs/pre-flight.md.

import type { Finding } from '../part10/finding.ts';

/** The instance was met before in the same send. `firstPath`: absolute, of the file that is sent. */
export interface RepeatedInstance {
  /** With the same data set, or with another one in the same name. */
  readonly code: 'duplicate instance' | 'conflicting instance';
  readonly sopInstanceUID: string;
  readonly firstPath: string;
}

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
