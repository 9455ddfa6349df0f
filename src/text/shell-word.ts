// A text as one word of a command line that a person pastes into a terminal.

export type Shell = 'POSIX' | 'PowerShell';

/** Nothing that any shell makes something of, not even at the beginning. */
const BARE = /^[A-Za-z0-9_./:+-][A-Za-z0-9_./:+,@-]*$/;

/**
 * Between single quotation marks no shell of either kind replaces anything. The text must have no line break or control
 * character: a terminal acts on them while it is pasted, before the shell reads the line.
 */
export function shellWord(text: string, shell: Shell): string {
  if (BARE.test(text)) return text;
  // PowerShell hands a quotation mark on to a program only with a backslash in front of it.
  if (shell === 'PowerShell') return `'${text.replaceAll("'", "''").replaceAll('"', '\\"')}'`;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
