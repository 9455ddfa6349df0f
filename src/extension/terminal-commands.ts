// A send, or C-ECHO, to a peer as the command of a program in a terminal. AE titles may have quotation marks, spaces, `$` and
// `;` (PS3.5 6.2), and a workspace's settings may choose them: each is one word for the shell, and none is an option.

import type { PeerIdentity } from '../net/peer.ts';
import { shellWord } from '../text/shell-word.ts';

export type CommandKind = 'storescu' | 'echoscu' | 'send-to-pacs';

type Command = (peer: PeerIdentity, paths: readonly string[]) => readonly string[];

const COMMANDS: Readonly<Record<CommandKind, Command>> = {
  storescu: ({ callingAETitle, calledAETitle, host, port }, paths) => [
    ...['storescu', '-v', '+sd', '+r', '-aet', callingAETitle, '-aec', calledAETitle],
    ...[host, String(port), ...paths],
  ],
  echoscu: ({ callingAETitle, calledAETitle, host, port }) => [
    ...['echoscu', '-v', '-aet', callingAETitle, '-aec', calledAETitle, host, String(port)],
  ],
  'send-to-pacs': ({ callingAETitle, calledAETitle, host, port }, paths) => [
    ...['send-to-pacs', 'store', host, String(port), ...paths, '-r', '-aet', callingAETitle, '-aec', calledAETitle],
  ],
};

/**
 * @param paths what is sent; without it the folder that the terminal is in
 * @returns undefined: a value would be taken for an option, whatever the quotation marks
 */
export function commandFor(
  kind: CommandKind,
  peer: PeerIdentity,
  platform: NodeJS.Platform,
  paths: readonly string[] = ['.'],
): string | undefined {
  const { host, callingAETitle, calledAETitle } = peer;
  if ([host, callingAETitle, calledAETitle, ...paths].some((value) => value.trimStart().startsWith('-')))
    return undefined;
  return COMMANDS[kind](peer, paths)
    .map((word) => shellWord(word, platform === 'win32' ? 'PowerShell' : 'POSIX'))
    .join(' ');
}
