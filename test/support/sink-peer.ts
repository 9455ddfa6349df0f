// An SCP that takes instances of any size and keeps nothing of them but their length and a checksum.

import { createHash } from 'node:crypto';
import * as naive from './naive-pdu.ts';
import {
  type AcceptOptions,
  commandElements,
  type PeerConnection,
  type ScriptedPeer,
  startScriptedPeer,
  storeResponse,
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
        // Copied: the buffer that it lies in is used again.
        request = commandElements(Buffer.from(data));
        continue;
      }
      length += data.length;
      if (hashes) hash.update(data);
      if ((control & 2) === 0) continue;
      instances.push({ bytes: length, sha256: hash.digest('hex') });
      length = 0;
      hash = createHash('sha256');
      connection.send(naive.pData(naive.pdv(id, 3, storeResponse({ command: request }, 0))));
    }
  }
}
