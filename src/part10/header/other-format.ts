// Names the format of a file that is not DICOM, so that a person who selected it by mistake sees what it is.

interface Signature {
  readonly name: string;
  readonly at: number;
  readonly bytes: readonly number[];
}

function signature(name: string, bytes: string | readonly number[], at = 0): Signature {
  return { name, at, bytes: typeof bytes === 'string' ? Array.from(bytes, (one) => one.charCodeAt(0)) : bytes };
}

const SIGNATURES: readonly Signature[] = [
  signature('ZIP', 'PK\x03\x04'),
  signature('ZIP', 'PK\x05\x06'),
  signature('PDF', '%PDF'),
  signature('PNG', '\x89PNG'),
  signature('JPEG', [0xff, 0xd8, 0xff]),
  signature('GIF', 'GIF8'),
  signature('TIFF', 'II*\0'),
  signature('TIFF', 'MM\0*'),
  signature('BMP', 'BM'),
  signature('JPEG 2000', '\0\0\0\x0cjP  '),
  signature('JPEG 2000', [0xff, 0x4f, 0xff, 0x51]),
  signature('gzip', [0x1f, 0x8b]),
  signature('bzip2', 'BZh'),
  signature('xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a]),
  signature('7z', "7z\xbc\xaf'\x1c"),
  signature('RAR', 'Rar!'),
  signature('tar', 'ustar', 257),
  signature('ELF', '\x7fELF'),
  signature('Windows executable', 'MZ'),
  signature('SQLite', 'SQLite format 3'),
  signature('HDF5', '\x89HDF'),
  signature('NRRD', 'NRRD'),
  signature('NIfTI', 'n+1\0', 344),
  signature('MP4', 'ftyp', 4),
  signature('RIFF', 'RIFF'),
];

/** How many bytes of a file are looked at. */
export const OTHER_FORMAT_SIGHT = 512;

/** 'ZIP', 'PDF', 'XML', 'text', ...; undefined where the first bytes say nothing. */
export function otherFormat(prefix: Uint8Array): string | undefined {
  const head = prefix.subarray(0, OTHER_FORMAT_SIGHT);
  const known = SIGNATURES.find(({ at, bytes }) => bytes.every((byte, index) => head[at + index] === byte));
  if (known !== undefined) return known.name;
  if (head.length > 0 && head.every((byte) => byte === 0)) return 'zero bytes';
  return isText(head) ? textKind(head) : undefined;
}

/** No control characters but white space. Bytes from 80H on may be UTF-8 or Latin-1. */
function isText(head: Uint8Array): boolean {
  const isUTF16 = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  return (
    isUTF16 || (head.length > 0 && head.every((byte) => (byte >= 0x20 && byte !== 0x7f) || (byte >= 9 && byte <= 13)))
  );
}

function textKind(head: Uint8Array): string {
  const start = String.fromCharCode(...head.subarray(0, 64))
    .replace(/^\xef\xbb\xbf/u, '')
    .trimStart();
  if (start.startsWith('<?xml')) return 'XML';
  if (/^<(?:!doctype html|html)/iu.test(start)) return 'HTML';
  return /^[[{]/u.test(start) ? 'JSON' : 'text';
}
