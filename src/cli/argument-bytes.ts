// The command line as the system has it. Node gives arguments, and the working folder, as text: bytes that are not UTF-8 are
// lost. Linux tells both once more as bytes. Elsewhere names of files are text.

import { readFileSync, readlinkSync } from 'node:fs';
import { mayHaveLostBytes, pathOfBytes } from '../text/path-bytes.ts';

/**
 * @param argv arguments behind the script, as Node gives them
 * @param readCommandLine all arguments of the process, each with a NUL behind it (proc(5))
 * @returns the same arguments; those that are not UTF-8 as in text/path-bytes.ts
 */
export function wholeArguments(
  argv: readonly string[],
  readCommandLine: () => Buffer = () => readFileSync('/proc/self/cmdline'),
): readonly string[] {
  if (!argv.some(mayHaveLostBytes)) return argv;
  const found = bytesOrNothing(readCommandLine);
  if (found === undefined) return argv;
  // One character for each byte: NUL is the only byte that an argument cannot have.
  const texts = found.toString('latin1').split('\0').slice(0, -1);
  const bytes = texts.slice(-argv.length).map((text) => Buffer.from(text, 'latin1'));
  // A process can write anything there.
  const isTheSame = bytes.length === argv.length && bytes.every((one, index) => one.toString() === argv[index]);
  return isTheSame ? bytes.map(pathOfBytes) : argv;
}

/** The working folder; a name in it that is not UTF-8 as in text/path-bytes.ts. */
export function workingFolder(): string {
  const folder = process.cwd();
  if (!mayHaveLostBytes(folder)) return folder;
  const found = bytesOrNothing(() => readlinkSync('/proc/self/cwd', { encoding: 'buffer' }));
  return found === undefined ? folder : pathOfBytes(found);
}

function bytesOrNothing(read: () => Buffer): Buffer | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
