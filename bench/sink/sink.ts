// The sink where no C compiler is there: the same conversation on stdin and stdout, the same answers, more CPU. It shares
// no code with the product. Arguments and commands: sink.c.

import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

const maxPdu = Number(process.argv[2] ?? 16_384);
const delayMs = Number(process.argv[3] ?? 0);
const counted = { stores: 0, associations: 0, bytes: 0, firstDataNs: 0n };

class Conversation {
  readonly #socket: Socket;
  #rest: Buffer = Buffer.alloc(0);
  #command: Buffer[] = [];

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (bytes: Buffer) => {
      counted.bytes += bytes.length;
      this.#take(this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]));
    });
    socket.on('error', () => undefined);
  }

  #take(bytes: Buffer): void {
    let at = 0;
    while (bytes.length - at >= 6 && bytes.length - at >= 6 + bytes.readUInt32BE(at + 2)) {
      const end = at + 6 + bytes.readUInt32BE(at + 2);
      const body = bytes.subarray(at + 6, end);
      if (bytes[at] === 0x01) this.#socket.write(accepted(body));
      else if (bytes[at] === 0x04) this.#takeValues(body);
      else if (bytes[at] === 0x05) this.#socket.write(Buffer.from([0x06, 0, 0, 0, 0, 4, 0, 0, 0, 0]));
      else this.#socket.destroy();
      at = end;
    }
    this.#rest = bytes.subarray(at);
  }

  #takeValues(body: Buffer): void {
    for (let at = 0; at + 6 <= body.length; at += 4 + body.readUInt32BE(at)) {
      const control = body[at + 5] ?? 0;
      if ((control & 1) !== 0) this.#command.push(body.subarray(at + 6, at + 4 + body.readUInt32BE(at)));
      else if (counted.firstDataNs === 0n) counted.firstDataNs = process.hrtime.bigint();
      if ((control & 2) === 0) continue;
      const command = elementsOf(Buffer.concat(this.#command));
      const hasDataSet = command.get(0x0800)?.readUInt16LE() !== 0x0101;
      if (hasDataSet && (control & 1) !== 0) continue;
      this.#command = [];
      const answer = response(body[at + 4] ?? 0, command);
      if (command.get(0x0100)?.readUInt16LE() === 1) counted.stores += 1;
      if (delayMs === 0) this.#socket.write(answer);
      else setTimeout(() => this.#socket.write(answer), delayMs);
    }
  }
}

function elementsOf(bytes: Buffer): Map<number, Buffer> {
  const elements = new Map<number, Buffer>();
  for (let at = 0; at + 8 <= bytes.length; at += 8 + bytes.readUInt32LE(at + 4)) {
    elements.set(bytes.readUInt16LE(at + 2), bytes.subarray(at + 8, at + 8 + bytes.readUInt32LE(at + 4)));
  }
  return elements;
}

function response(context: number, command: ReadonlyMap<number, Buffer>): Buffer {
  const field = Buffer.alloc(2);
  field.writeUInt16LE(0x8000 | (command.get(0x0100)?.readUInt16LE() ?? 0));
  const values: [number, Buffer | undefined][] = [
    [0x0002, command.get(0x0002)],
    [0x0100, field],
    [0x0120, command.get(0x0110)],
    [0x0800, Buffer.from([1, 1])],
    [0x0900, Buffer.alloc(2)],
    [0x1000, command.get(0x1000)],
  ];
  const encode = (number: number, value: Buffer): Buffer => {
    const header = Buffer.alloc(8);
    header.writeUInt16LE(number, 2);
    header.writeUInt32LE(value.length, 4);
    return Buffer.concat([header, value]);
  };
  const rest = Buffer.concat(
    values.map(([number, value]) => (value === undefined ? Buffer.alloc(0) : encode(number, value))),
  );
  const groupLength = Buffer.alloc(4);
  groupLength.writeUInt32LE(rest.length);
  const set = Buffer.concat([encode(0, groupLength), rest]);
  const head = Buffer.from([4, 0, 0, 0, 0, 0, 0, 0, 0, 0, context, 3]);
  head.writeUInt32BE(set.length + 6, 2);
  head.writeUInt32BE(set.length + 2, 6);
  return Buffer.concat([head, set]);
}

function item(type: number, content: Uint8Array): Buffer {
  const header = Buffer.from([type, 0, 0, 0]);
  header.writeUInt16BE(content.length, 2);
  return Buffer.concat([header, content]);
}

function itemsOf(bytes: Buffer): { type: number; content: Buffer }[] {
  const items: { type: number; content: Buffer }[] = [];
  for (let at = 0; at + 4 <= bytes.length; at += 4 + bytes.readUInt16BE(at + 2)) {
    items.push({ type: bytes[at] ?? 0, content: bytes.subarray(at + 4, at + 4 + bytes.readUInt16BE(at + 2)) });
  }
  return items;
}

function accepted(request: Buffer): Buffer {
  counted.associations += 1;
  const items = itemsOf(request.subarray(68)).map(({ type, content }) => {
    if (type === 0x20) {
      const syntax = itemsOf(content.subarray(4)).find((sub) => sub.type === 0x40)?.content ?? Buffer.alloc(0);
      return item(0x21, Buffer.concat([content.subarray(0, 1), Buffer.alloc(3), item(0x40, syntax)]));
    }
    if (type !== 0x50) return item(type, content);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(maxPdu);
    const window = itemsOf(content).find((sub) => sub.type === 0x53)?.content;
    const parts = [item(0x51, length), item(0x52, Buffer.from('2.25.281036471911838'))];
    if (window !== undefined) parts.push(item(0x53, window));
    return item(0x50, Buffer.concat(parts));
  });
  const body = Buffer.concat([Buffer.from([0, 1, 0, 0]), request.subarray(4, 36), Buffer.alloc(32), ...items]);
  const head = Buffer.from([2, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(body.length, 2);
  return Buffer.concat([head, body]);
}

const dicom = createServer({ noDelay: true }, (socket) => void new Conversation(socket));
const discard = createServer((socket) => {
  socket.on('data', (bytes) => {
    if (counted.firstDataNs === 0n) counted.firstDataNs = process.hrtime.bigint();
    counted.bytes += bytes.length;
  });
  socket.on('error', () => undefined);
});
const ports: number[] = [];
for (const server of [dicom, discard]) {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  ports.push(address === null || typeof address === 'string' ? 0 : address.port);
}
console.log(`dicom ${ports[0]} discard ${ports[1]}`);

for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'reset') {
    Object.assign(counted, { stores: 0, associations: 0, bytes: 0, firstDataNs: 0n });
    console.log('ok');
  } else {
    console.log(JSON.stringify({ ...counted, firstDataNs: String(counted.firstDataNs) }));
  }
}
process.exit();
