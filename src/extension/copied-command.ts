// A send as a command line, for a terminal: ours, or DCMTK's storescu.

import type { KeptPeer } from '../net/peer.ts';
import { bytesOfPath } from '../text/path-bytes.ts';

/** For a POSIX shell. Nothing in the text can end the quotation, and what is not plainly readable is written as bytes. */
export function shellWord(text: string): string {
  if (/^[\w./:@%+=,-]+$/.test(text)) return text;
  if (/^[ -~]+$/.test(text)) return `'${text.replaceAll("'", `'\\''`)}'`;
  const bytes = Array.from(bytesOfPath(text), (byte) =>
    byte >= 0x20 && byte < 0x7f && byte !== 0x27 && byte !== 0x5c
      ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).padStart(2, '0')}`,
  );
  return `$'${bytes.join('')}'`;
}

export interface CopiedSend {
  readonly peer: KeptPeer;
  /** Absolute. */
  readonly selection: readonly string[];
}

/** `send-to-pacs store …` of the command line, see docs/cli.md. */
export function ourCommand({ peer, selection }: CopiedSend): string {
  const words = ['store', '-r', '-aet', peer.callingAETitle, '-aec', peer.calledAETitle, peer.host, String(peer.port)];
  return ['send-to-pacs', ...[...words, ...selection].map(shellWord)].join(' ');
}

/** DCMTK's: `+sd +r` takes folders, and the folders in them. */
export function storescuCommand({ peer, selection }: CopiedSend): string {
  const words = ['-aet', peer.callingAETitle, '-aec', peer.calledAETitle, '+sd', '+r', peer.host, String(peer.port)];
  return ['storescu', ...[...words, ...selection].map(shellWord)].join(' ');
}
