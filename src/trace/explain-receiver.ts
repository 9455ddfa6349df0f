// Explains why the built-in receiver could not be started.

import type { SystemErrorInfo } from '../part10/system-error.ts';
import type { Explanation, Words } from './explanation.ts';
import { ourOption, type Surface } from './our-options.ts';
import { SHOWN_MAX, sanitize } from './sanitize.ts';

/** Without the full stop where an option follows. */
interface Advice extends Omit<Words, 'what'> {
  readonly option?: 'receiverPort' | 'receiverFolder';
}

const OTHER_PORT = { action: 'Choose another port, or 0 for any free one', option: 'receiverPort' } as const;
const OTHER_FOLDER = { action: 'Choose another folder', option: 'receiverFolder' } as const;

const LISTEN: Readonly<Record<string, Advice>> = {
  EADDRINUSE: { cause: 'Another program, or another receiver, listens on that port.', ...OTHER_PORT },
  EACCES: { cause: 'This user may not listen on that port, as on most below 1024.', ...OTHER_PORT },
  EADDRNOTAVAIL: {
    cause: 'The address does not belong to this machine.',
    action: 'Choose an address of this machine (option --host).',
  },
  ENOTFOUND: {
    cause: 'The host name has no address.',
    action: 'Choose an address of this machine (option --host).',
  },
};

const FOLDER: Readonly<Record<string, Advice>> = {
  EACCES: { cause: 'This user may not create or write the folder.', ...OTHER_FOLDER },
  EPERM: { cause: 'This user may not create or write the folder.', ...OTHER_FOLDER },
  EROFS: { cause: 'The folder is on a medium that cannot be written.', ...OTHER_FOLDER },
  EEXIST: { cause: 'A file has the name of the folder.', ...OTHER_FOLDER },
  ENOENT: { cause: 'The system allows no folder there.', ...OTHER_FOLDER },
  ENOTDIR: { cause: 'A part of its path is a file.', ...OTHER_FOLDER },
  ENOSPC: { cause: 'The disk is full.', ...OTHER_FOLDER },
};

/** Errors that have an explanation of their own, as systems report them. */
export const EXPLAINED_RECEIVER_ERRORS: readonly SystemErrorInfo[] = [
  ...Object.keys(LISTEN).map((code) => ({ code, syscall: 'listen', message: `listen ${code}` })),
  ...Object.keys(FOLDER).map((code) => ({ code, syscall: 'mkdir', message: `mkdir ${code}` })),
];

export function explainReceiverStart(
  { code, syscall, message }: SystemErrorInfo,
  surface: Surface | undefined,
): Explanation {
  const advice = (syscall === 'listen' || syscall === 'getaddrinfo' ? LISTEN : FOLDER)[code];
  const text = sanitize(message, SHOWN_MAX.path).replace(/\.$/, '');
  const what = `The receiver cannot start: ${text}.`;
  if (advice === undefined) return { what, whose: 'local' };
  const { option, ...words } = advice;
  if (option === undefined) return { what, ...words, whose: 'local' };
  return { what, ...words, action: `${words.action} ${ourOption(option, surface)}.`, whose: 'local' };
}

/** The same in two lines of a notification; what to change is one button away. */
export function brieflyNotStarted(error: SystemErrorInfo): string {
  const { cause = '' } = explainReceiverStart(error, 'editor');
  return `The receiver cannot start (${sanitize(error.code)}). ${cause}`.trimEnd();
}
