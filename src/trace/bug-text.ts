// What is told of an exception that nobody expected: a bug. Its message may quote anything (a path, a line of a file, the
// text that was to be JSON), so nothing that stands in quotation marks is told. The places in the code are.

import { BUG_TEXT_MAX } from '../protocol/limits.ts';
import { withoutQuotes } from './sanitize.ts';

/** Its name, message and stack; several lines, not sanitised. */
export function bugText(thrown: unknown): string {
  if (!(thrown instanceof Error)) return messageText(String(thrown));
  const { name, message, stack = '' } = thrown;
  const at = stack.indexOf(message);
  const places = at < 0 ? '' : stack.slice(at + message.length);
  // A path may have quotation marks: hidden to the last one of each line.
  return `${name}: ${messageText(message)}${places.slice(0, BUG_TEXT_MAX).split('\n').map(withoutQuotes).join('\n')}`;
}

/** A message can quote megabytes. A quote that the cut leaves open is hidden to the end. */
function messageText(message: string): string {
  if (message.length <= BUG_TEXT_MAX) return withoutQuotes(message);
  return message.slice(0, BUG_TEXT_MAX).replace(/['"`].*$/s, "'…'");
}
