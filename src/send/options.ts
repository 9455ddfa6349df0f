// How a send is to be done: one set of options for the editor's settings and the command line.

import { FILE_TIMEOUT_MS } from '../part10/read/file-access.ts';
import type { Priority } from '../protocol/dimse/command.ts';
import type { PreflightPolicy } from './preflight-policy.ts';

/** May a data set be re-encoded where the peer refuses what the file is? It is always said when it was. */
export type ConversionPolicy =
  /** Never: what the peer refuses fails. */
  | 'never'
  /** Between the uncompressed syntaxes, and decoding of syntaxes that compress without loss. */
  | 'lossless'
  /** Also decoding of what was compressed with loss; nothing more is lost by it. */
  | 'any';

export interface SendOptions {
  /**
   * How many associations are open at the same time, 1-8; the peer may allow fewer. 'auto': one, and more while each
   * makes it faster.
   */
  readonly associations: number | 'auto';
  /**
   * Asynchronous operations window (PS3.7 D.3.3.3): how many requests to have open on one association. 1: the window is
   * not proposed. 0: as many as the peer likes.
   */
  readonly operationsInvoked: number;
  /** (0000,0700) of every C-STORE-RQ. */
  readonly priority: Priority;
  readonly conversion: ConversionPolicy;
  /** Ask for this uncompressed transfer syntax only, whatever the files are; their data sets are converted to it. */
  readonly requestOnly?: string;
  /**
   * 'needed': the presentation contexts that the files need. 'all storage': beside those, every storage SOP class of the
   * current standard in the uncompressed syntaxes, as far as they fit into the association.
   */
  readonly propose: 'needed' | 'all storage';
  /** What to do with files that are not as they should be, where it is not as in DEFAULT_PREFLIGHT_POLICY. */
  readonly preflight?: Partial<PreflightPolicy>;
  /** How long one system call on a file may take, in milliseconds; Infinity: no limit. */
  readonly fileTimeoutMs: number;
}

export const DEFAULT_SEND_OPTIONS: SendOptions = {
  associations: 'auto',
  operationsInvoked: 1,
  priority: 0,
  conversion: 'lossless',
  propose: 'needed',
  fileTimeoutMs: FILE_TIMEOUT_MS,
};

export const ASSOCIATIONS_MAX = 8;
/** Of 'auto'. */
export const AUTO_ASSOCIATIONS_MAX = 4;
/** PS3.7 D.3.3.3: 16 bits. */
export const OPERATIONS_INVOKED_MAX = 65_535;
