// The built-in receiver: Storage and Verification SCP. PS3.4 Annexes A and B.
//
// It accepts every storage SOP class, in the transfer syntax that the sender proposes first. It writes each data set
// unchanged, behind a new File Meta Information group. It listens on the loopback interface unless the person says otherwise.

import { resolve } from 'node:path';
import { makeFolder } from '../part10/write/make-folder.ts';
import { removeLeftovers } from '../part10/write/unfinished-file.ts';
import { RECEIVED_INSTANCE_LENGTH_MAX, RECEIVED_PDU_LENGTH } from '../protocol/limits.ts';
import { AcceptedAssociation } from './accepted-association.ts';
import type { Listen } from './connection.ts';
import type { PduSink } from './pdu-tap.ts';
import type { ReceivedInstance } from './received-instance.ts';
import { ReceiverPlaces } from './receiver-places.ts';
import { listenTcp } from './tcp.ts';
import type { TraceSink } from './trace-record.ts';

export interface ReceiverOptions {
  /** 0 = any free port. */
  readonly port: number;
  /** Default '127.0.0.1'. Another address only if the person asked for it. */
  readonly host?: string;
  /** Folder of the Part 10 files. Created if it does not exist. */
  readonly directory: string;
  /** By default all files lie in `directory`. Otherwise in a folder for each study, in one for each series. */
  readonly folders?: 'none' | 'study and series';
  /** Without it, any called AE title is accepted. */
  readonly aeTitle?: string;
  readonly maxPduLength?: number;
  /** Longer data sets are refused. In bytes; `RECEIVED_INSTANCE_LENGTH_MAX` by default. */
  readonly maxInstanceLength?: number;
  /** What to do with a data set whose UIDs are not those of the request; by default it is refused. */
  readonly mismatch?: 'refuse' | 'accept';
  /** The transport; TCP by default. */
  readonly listen?: Listen;
  readonly trace?: TraceSink;
  /** Gets every PDU, redacted. */
  readonly pdus?: PduSink;
  readonly received?: (instance: ReceivedInstance) => void;
  /** Told when `answers` counts another refusal. */
  readonly refused?: () => void;
}

/** Counts of answers to C-STORE requests. */
export interface ReceiverAnswers {
  /** Instances that it had not, with or without a warning. */
  readonly stored: number;
  /** Instances that took the place of one with the same SOP Instance UID. */
  readonly replaced: number;
  /** For each status how many it refused with it. */
  readonly refused: ReadonlyMap<number, number>;
}

export interface Receiver {
  readonly port: number;
  readonly host: string;
  readonly directory: string;
  /** What it answered since the start, as it is now. */
  readonly answers: ReceiverAnswers;
  /** Associations that it has accepted since the start. */
  readonly associations: number;
  /** Aborts all open associations and stops listening. */
  stop(): Promise<void>;
}

/** Rejects with the system's error if the port is taken or the folder cannot be created. */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const directory = resolve(options.directory);
  await makeFolder(directory, 0o700);
  await removeLeftovers(directory, Date.now());
  const places = new ReceiverPlaces<AcceptedAssociation>();
  let stored = 0;
  let replaced = 0;
  const refused = new Map<number, number>();
  const endpoint = { host: options.host ?? '127.0.0.1', port: options.port };
  const listener = await (options.listen ?? listenTcp)(endpoint, (connection) => {
    const association = new AcceptedAssociation(connection, {
      maxPduLength: options.maxPduLength ?? RECEIVED_PDU_LENGTH,
      trace: options.trace,
      pdus: options.pdus,
      aeTitle: options.aeTitle,
      directory,
      folders: options.folders ?? 'none',
      mismatch: options.mismatch ?? 'refuse',
      maxInstanceLength: options.maxInstanceLength ?? RECEIVED_INSTANCE_LENGTH_MAX,
      received: (instance) => {
        if (instance.isReplaced) replaced += 1;
        else stored += 1;
        options.received?.(instance);
      },
      refused: (status) => {
        refused.set(status, (refused.get(status) ?? 0) + 1);
        options.refused?.();
      },
      places,
      associations: () => places.associations,
    });
    places.arrived(association);
  });
  return {
    port: listener.port,
    host: listener.host,
    directory,
    get answers() {
      return { stored, replaced, refused };
    },
    get associations() {
      return places.admitted;
    },
    stop: async () => {
      const closed = listener.close();
      await Promise.all(places.all.map((association) => association.stop()));
      await closed;
    },
  };
}
