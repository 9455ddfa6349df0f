// The options of a send, for the editor's settings and the command line alike.

import type { Priority } from '../protocol/dimse/command.ts';
import { FILE_TIMEOUT_MS } from '../protocol/limits.ts';
import type { PreflightPolicy } from './preflight-policy.ts';

/**
 * Whether a data set may be converted where the peer refuses the file's transfer syntax. Results say which ones were.
 */
export type ConversionPolicy =
  /** Never: such a file fails. */
  | 'never'
  /** Between uncompressed syntaxes, and from syntaxes with lossless compression to uncompressed ones. */
  | 'lossless'
  /** Also from syntaxes with lossy compression: decompressing loses nothing more. */
  | 'any';

export interface SendOptions {
  /**
   * How many associations are open at the same time, 1-8; the peer may allow fewer. 'auto': one, and more as long as
   * each makes the send faster.
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
  /** Propose only this uncompressed transfer syntax, whatever the files have; data sets are converted to it. */
  readonly requestOnly?: string;
  /**
   * 'needed': the presentation contexts that the files need. 'all storage': beside those, every storage SOP class of
   * the current standard in the uncompressed syntaxes, as far as they fit into the association.
   */
  readonly propose: 'needed' | 'all storage';
  /** Changes to DEFAULT_PREFLIGHT_POLICY: which findings hold a file back. */
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

/** Of 'auto'. */
export const AUTO_ASSOCIATIONS_MAX = 4;
/** PS3.7 D.3.3.3: 16 bits. */
export const OPERATIONS_INVOKED_MAX = 65_535;
