// The built-in receiver: Storage and Verification SCP. PS3.4 Annexes A and B.

import type { TraceSink } from './trace-record.ts';

export interface ReceivedInstance {
  /** Absolute path of the Part 10 file. */
  readonly path: string;
  readonly sopClassUID: string;
  readonly sopInstanceUID: string;
  readonly transferSyntaxUID: string;
  readonly callingAETitle: string;
  /** Of the data set. */
  readonly bytes: number;
}

export interface ReceiverOptions {
  /** 0 = any free port. */
  readonly port: number;
  /** Default '127.0.0.1'. Anything else than a loopback address must have been asked for by the person. */
  readonly host?: string;
  /** Where the Part 10 files go; made if it is not there. */
  readonly directory: string;
  readonly aeTitle?: string;
  readonly maxPduLength?: number;
  readonly trace?: TraceSink;
  readonly received?: (instance: ReceivedInstance) => void;
}

export interface Receiver {
  readonly port: number;
  readonly host: string;
  readonly directory: string;
  /** Instances stored since the start. */
  readonly count: number;
  /** Aborts what is open and closes. */
  stop(): Promise<void>;
}

export async function startReceiver(_options: ReceiverOptions): Promise<Receiver> {
  throw new Error('not built yet');
}
