// The built-in receiver: Storage and Verification SCP. PS3.4 Annexes A and B.
//
// It takes every storage SOP class in whatever transfer syntax the sender proposed first, and writes each data set as it
// came behind a fresh meta group. It listens on loopback unless the person says otherwise.

import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AcceptedAssociation, type RefusedAssociation, refuseForCongestion } from './accepted-association.ts';
import type { Listen } from './connection.ts';
import type { PduSink } from './pdu-tap.ts';
import type { ReceivedInstance } from './received-instance.ts';
import { listenTcp } from './tcp.ts';
import type { TraceSink } from './trace-record.ts';

export interface ReceiverOptions {
  /** 0 = any free port. */
  readonly port: number;
  /** Default '127.0.0.1'. Anything else than a loopback address must have been asked for by the person. */
  readonly host?: string;
  /** Where the Part 10 files go; made if it is not there. */
  readonly directory: string;
  /** Without it, any called AE title is accepted. */
  readonly aeTitle?: string;
  readonly maxPduLength?: number;
  /** The longest data set that is written, in bytes; `RECEIVED_INSTANCE_LENGTH_MAX` by default. */
  readonly maxInstanceLength?: number;
  /** Over which transport; TCP by default. */
  readonly listen?: Listen;
  readonly trace?: TraceSink;
  /** Gets every PDU, redacted. */
  readonly pdus?: PduSink;
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

/** More at once are rejected as transient, so that a flood of connections cannot exhaust the machine. */
export const RECEIVER_ASSOCIATIONS_MAX = 32;
/** So many more are answered at all; what comes on top of them is closed at once. */
const REFUSALS_MAX = 32;
/** 16 GiB: no modality makes an instance of this length, and one that never ends must not fill the disk. */
export const RECEIVED_INSTANCE_LENGTH_MAX = 16 * 2 ** 30;
/** The longest P-DATA-TF variable field that it announces, in bytes. */
export const RECEIVED_PDU_LENGTH = 131_072;

/** Rejects with the system's error where the port or the directory cannot be had. */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const directory = resolve(options.directory);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const open = new Set<AcceptedAssociation>();
  const refused = new Set<RefusedAssociation>();
  let count = 0;
  const endpoint = { host: options.host ?? '127.0.0.1', port: options.port };
  const listener = await (options.listen ?? listenTcp)(endpoint, (connection) => {
    const { aeTitle, trace, pdus } = options;
    const common = { maxPduLength: options.maxPduLength ?? RECEIVED_PDU_LENGTH, trace, pdus };
    if (open.size >= RECEIVER_ASSOCIATIONS_MAX) {
      if (refused.size >= REFUSALS_MAX) {
        connection.destroy();
        return;
      }
      const refusal: RefusedAssociation = refuseForCongestion(connection, {
        ...common,
        gone: () => refused.delete(refusal),
      });
      refused.add(refusal);
      return;
    }
    const association: AcceptedAssociation = new AcceptedAssociation(connection, {
      ...common,
      aeTitle,
      directory,
      maxInstanceLength: options.maxInstanceLength ?? RECEIVED_INSTANCE_LENGTH_MAX,
      received: (instance) => {
        count += 1;
        options.received?.(instance);
      },
      gone: () => open.delete(association),
    });
    open.add(association);
  });
  return {
    port: listener.port,
    host: listener.host,
    directory,
    get count() {
      return count;
    },
    stop: async () => {
      const closed = listener.close();
      for (const refusal of refused) refusal.destroy();
      await Promise.all([...open].map((association) => association.stop()));
      await closed;
    },
  };
}
