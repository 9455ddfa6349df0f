// Paths whose bytes are not UTF-8, as text. On Linux a name is any bytes; old archives have names in Latin-1.
//
// Inside of the program a path is a string, for every reader: scan, journals, kept sends, retry, reports. A byte that is not
// part of valid UTF-8 is one lone surrogate, U+DC80 for byte 80H to U+DCFF for FFH. UTF-8 has no surrogates (RFC 3629, clause
// 3), so no other name becomes the same string, and the bytes come back exactly. JSON and messages between threads keep lone
// surrogates. Only who calls the system (part10/read/file-access.ts) turns the string back into bytes, and only what is shown
// turns them into marks that a person can read.

const REPLACEMENT = '\ufffd';
const BYTE_BASE = 0xdc00;
const LONE_BYTES = /[\udc80-\udcff]/gu;

/** What stands for a byte of a path that is not UTF-8. */
export const isLoneByte = (code: number): boolean => code >= BYTE_BASE + 0x80 && code <= BYTE_BASE + 0xff;

/** `\xE4` */
export const loneByteText = (code: number): string => `\\x${(code - BYTE_BASE).toString(16).toUpperCase()}`;

/** What the system calls a file, as text. The same text for the same bytes, and for no others. */
export function pathOfBytes(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const text = buffer.toString('utf8');
  if (!text.includes(REPLACEMENT)) return text;
  let path = '';
  for (let at = 0; at < buffer.length; ) {
    const length = characterLength(buffer, at);
    path += length === 0 ? String.fromCharCode(BYTE_BASE + buffer[at]!) : buffer.toString('utf8', at, at + length);
    at += Math.max(length, 1);
  }
  return path;
}

/** Of the UTF-8 character that begins at `at`, in bytes; 0: none begins there. */
function characterLength(bytes: Buffer, at: number): number {
  const lead = bytes[at]!;
  if (lead < 0x80) return 1;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  const character = bytes.subarray(at, at + length);
  // Overlong forms, surrogates and halves do not come back as they were.
  return Buffer.from(character.toString('utf8')).equals(character) ? length : 0;
}

/** For the system: the text itself, or the bytes of one that is not UTF-8. */
export function systemPath(path: string): string | Buffer {
  return path.isWellFormed() ? path : bytesOfPath(path);
}

export function bytesOfPath(path: string): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (const { index } of path.matchAll(LONE_BYTES)) {
    parts.push(Buffer.from(path.slice(from, index)), Buffer.of(path.charCodeAt(index) - BYTE_BASE));
    from = index + 1;
  }
  return Buffer.concat([...parts, Buffer.from(path.slice(from))]);
}

/** Such bytes as `\xE4`, for people. Not to be read back: a name may have these four characters. */
export function withShownBytes(text: string): string {
  return text.isWellFormed() ? text : text.replace(LONE_BYTES, (character) => loneByteText(character.charCodeAt(0)));
}

/** The system could not give this name as text: its bytes are to be asked for. It may also be a name with U+FFFD in it. */
export const mayHaveLostBytes = (name: string): boolean => name.includes(REPLACEMENT);
