// A requestor for tests of the built-in receiver. It sends exactly the bytes that a test wants, and shares no code with src.

import { Socket } from 'node:net';
import { commandElement, commandSet, storeRequestElements } from './naive-command-set.ts';
import * as naive from './naive-pdu.ts';
import { PeerConnection } from './scripted-peer.ts';

export const CT = '1.2.840.10008.5.1.4.1.1.2';
const EXPLICIT_LE = '1.2.840.10008.1.2.1';

/** Status of a C-STORE-RSP. */
const STATUS = 0x0900;

export interface StoreClient extends PeerConnection {
  /** Type of the PDU that answered the A-ASSOCIATE-RQ; undefined: the connection was closed. */
  readonly answer: number | undefined;
}

/** Connects and proposes one context for CT images, unless other items are given. */
export async function connectClient(
  port: number,
  callingAETitle = 'CLIENT',
  localAddress?: string,
  items: readonly naive.Piece[] = naive.plainItems(naive.proposedContext(1, CT, [EXPLICIT_LE])),
): Promise<StoreClient> {
  const socket = new Socket();
  const connection = new PeerConnection(socket);
  socket.connect({ port, host: '127.0.0.1', ...(localAddress === undefined ? {} : { localAddress }) });
  connection.send(naive.associateRq({ callingAETitle, items }));
  const answer = await connection.pdu();
  return Object.assign(connection, { answer: answer?.type });
}

/** The command of a C-STORE-RQ for this SOP Instance UID, as it stands. */
export function storeCommand(sopInstanceUID: string): Buffer {
  const elements = storeRequestElements();
  elements.set(0x1000, commandElement(0x1000, sopInstanceUID));
  return naive.pData(naive.pdv(1, 3, commandSet([...elements.values()])));
}

export const dataSet = (bytes: Uint8Array, isLast = true): Buffer => naive.pData(naive.pdv(1, isLast ? 2 : 0, bytes));

/** Stores one instance. The status of its response; undefined: the association was aborted or the connection closed. */
export async function storeInstance(
  client: PeerConnection,
  sopInstanceUID: string,
  fragments: readonly Uint8Array[] = [Buffer.from('08000500', 'hex')],
): Promise<number | undefined> {
  client.send(storeCommand(sopInstanceUID));
  for (const [index, fragment] of fragments.entries()) client.send(dataSet(fragment, index === fragments.length - 1));
  const response = await client.message();
  return response?.command.get(STATUS)?.readUInt16LE(0);
}

export async function release(client: PeerConnection): Promise<void> {
  client.send(naive.releaseRq());
  await client.pdu();
  client.socket.destroy();
}
