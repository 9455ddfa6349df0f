// Joins the trace of the network to the terminal: records in, lines on stderr.

import type { TraceSink } from '../net/trace-record.ts';
import { TextTrace } from '../trace/text.ts';
import type { PrintLevel } from './network-options.ts';
import { MARKS, type Output } from './output.ts';

export interface TraceOutput {
  readonly sink: TraceSink;
  /** Prints what is still held back. Call at the end. */
  readonly flush: () => void;
}

export function traceTo(output: Output, level: PrintLevel): TraceOutput {
  const shown = level === 'critical' ? 'off' : level;
  const trace = new TextTrace({ level: () => shown, mark: (of) => MARKS[of], write: (lines) => output.trace(lines) });
  const flush = (): void => trace.flush();
  output.atProcessEnd(flush);
  return { sink: (record) => trace.record(record), flush };
}
