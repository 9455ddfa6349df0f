// An SCP that takes instances of any size and keeps nothing of them but their length and a checksum.

import { createHash } from 'node:crypto';
import * as naive from './naive-pdu.ts';
import {
  type AcceptOptions,
  commandSet,
  type PeerConnection,
  type ScriptedPeer,
  startScriptedPeer,
  uint16,
} from './scripted-peer.ts';

export interface SunkInstance {
  readonly bytes: number;
  readonly sha256: string;
}

export interface SinkPeer extends ScriptedPeer {
  readonly instances: readonly SunkInstance[];
}

/** @param hashes false: no checksums, for what is too large to be worth one */
export async function startSinkPeer(options: AcceptOptions & { readonly hashes?: boolean } = {}): Promise<SinkPeer> {
  const instances: SunkInstance[] = [];
  const peer = await startScriptedPeer(async (connection) => {
    await connection.accept({ maximumLength: 131_072, ...options });
    await sink(connection, options.hashes ?? true, instances);
  });
  return Object.create(peer, { instances: { value: instances } }) as SinkPeer;
}

async function sink(connection: PeerConnection, hashes: boolean, instances: SunkInstance[]): Promise<void> {
  let length = 0;
  let hash = createHash('sha256');
  let request = new Map<number, Buffer>();
  for (;;) {
    const pdu = await connection.pdu();
    if (pdu?.type === 0x05) connection.send(naive.releaseRp());
    if (pdu?.type !== 0x04) return;
    for (let at = 0; at < pdu.body.length; ) {
      const size = pdu.body.readUInt32BE(at);
      const [id, control] = [pdu.body.readUInt8(at + 4), pdu.body.readUInt8(at + 5)];
      const data = pdu.body.subarray(at + 6, at + 4 + size);
      at += 4 + size;
      if ((control & 1) === 1) {
        request = commandElements(data);
        continue;
      }
      length += data.length;
      if (hashes) hash.update(data);
      if ((control & 2) === 0) continue;
      instances.push({ bytes: length, sha256: hash.digest('hex') });
      length = 0;
      hash = createHash('sha256');
      connection.send(naive.pData(naive.pdv(id, 3, success(request))));
    }
  }
}

function success(request: ReadonlyMap<number, Buffer>): Buffer {
  return commandSet(
    new Map([
      [0x0002, request.get(0x0002)],
      [0x0100, uint16(0x8001)],
      [0x0120, request.get(0x0110)],
      [0x0800, uint16(0x0101)],
      [0x0900, uint16(0)],
      [0x1000, request.get(0x1000)],
    ]),
  );
}

/** Of a command set in one fragment, copied: the buffer that it lies in is used again. */
function commandElements(bytes: Buffer): Map<number, Buffer> {
  const elements = new Map<number, Buffer>();
  for (let at = 0; at + 8 <= bytes.length; ) {
    const length = bytes.readUInt32LE(at + 4);
    elements.set(bytes.readUInt16LE(at + 2), Buffer.from(bytes.subarray(at + 8, at + 8 + length)));
    at += 8 + length;
  }
  return elements;
}
