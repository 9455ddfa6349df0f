// What the scan says of one file.

import type { FileIdentityLike } from '../part10/file-identity.ts';
import type { Finding } from '../part10/finding.ts';
import type { HeaderProblem, InstanceHeader } from '../part10/header.ts';

/** One file that the scan found. `path` is absolute; `identity` is what the file was when it was scanned. */
export type ScannedFile = ScannedInstance | SkippedFile;

export interface ScannedInstance {
  readonly type: 'instance';
  readonly path: string;
  readonly header: InstanceHeader;
  readonly identity: FileIdentityLike;
  /** What is wrong with it, in the order of the file. Whether that stops it is the job's policy. */
  readonly findings: readonly Finding[];
}

export interface SkippedFile {
  readonly type: 'skipped';
  readonly path: string;
  readonly problem: HeaderProblem;
}
