// What the scan has found out about one file.

import type { Finding } from '../part10/check/finding.ts';
import type { HeaderProblem, InstanceHeader } from '../part10/header/header.ts';
import type { FileIdentity } from '../part10/read/file-identity.ts';

/** One file that the scan found. `path` is absolute; `identity` is what the file was when it was scanned. */
export type ScannedFile = ScannedInstance | SkippedFile;

export interface ScannedInstance {
  readonly type: 'instance';
  readonly path: string;
  readonly header: InstanceHeader;
  readonly identity: FileIdentity;
  /** Where the file is, if a link out of the selection was followed: absolute, without any link in it. */
  readonly leadsTo?: string;
  /** What is wrong with it, in the order of the file. The job's policy decides whether it is held back for that. */
  readonly findings: readonly Finding[];
}

export interface SkippedFile {
  readonly type: 'skipped';
  readonly path: string;
  readonly problem: HeaderProblem;
}

/** Where the name of a file begins in its path. Folders are shared by many files, names are not: lists keep them apart. */
export function nameStart(path: string): number {
  return Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1;
}
