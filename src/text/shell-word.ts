// A text as one word of a command line that a person pastes into a terminal.

import { bytesOfPath } from './path-bytes.ts';
import { printable } from './printable.ts';

export type Shell = 'POSIX' | 'PowerShell';

/** Nothing that any shell makes something of, not even at the beginning. */
const BARE = /^[A-Za-z0-9_./:+-][A-Za-z0-9_./:+,@-]*$/;

/** PowerShell ends a quotation with any of them. */
const SINGLE_QUOTES = /['\u2018-\u201b]/g;

/**
 * Between single quotation marks no shell of either kind replaces anything. A terminal acts on control characters while they
 * are pasted, before the shell reads the line: for a POSIX shell a text with such, with invisible ones or with bytes that are
 * not UTF-8 is written as its bytes, which bash, zsh and ksh read. For PowerShell it must have no control character; names of
 * files there have none.
 */
export function shellWord(text: string, shell: Shell): string {
  if (BARE.test(text)) return text;
  // PowerShell hands a quotation mark on to a program only with a backslash in front of it.
  if (shell === 'PowerShell') return `'${text.replace(SINGLE_QUOTES, '$&$&').replaceAll('"', '\\"')}'`;
  return printable(text) === text ? `'${text.replaceAll("'", `'\\''`)}'` : `$'${shownBytes(text)}'`;
}

function shownBytes(text: string): string {
  const shown = Array.from(bytesOfPath(text), (byte) => {
    const character = String.fromCharCode(byte);
    return /[ -~]/.test(character) && !/['\\]/.test(character) ? character : `\\x${byte.toString(16).padStart(2, '0')}`;
  });
  return shown.join('');
}
