// The trace for programs: one JSON object per record and line. Bytes are hexadecimal, secrets are masked (PS3.7
// D.3.3.7), data sets are not in a trace at all. Every line is bounded, whatever a peer sends.

import type { TraceRecord } from '../net/trace-record.ts';
import { HEX_BYTES_MAX, hexString } from './hex.ts';
import { sanitize } from './sanitize.ts';
import { secretRanges } from './secrets.ts';

const STRING_MAX = 1024;
/** PS3.8 allows 128 presentation contexts; nothing that we list needs more. */
const ITEMS_MAX = 128;
const DEPTH_MAX = 8;

const MASKED = '(masked)';
const SECRETS: ReadonlySet<string> = new Set(['primaryField', 'secondaryField', 'userIdentityServerResponse']);

/** Bounds what one array inside another can hold, so that 128 contexts cannot list 128 long strings each. */
interface Budget {
  items: number;
}

const BUDGET = 2048;

function plain(value: unknown, key: string, depth: number, budget: Budget): unknown {
  if (SECRETS.has(key)) return value === undefined ? undefined : MASKED;
  if (typeof value === 'string') return sanitize(value, STRING_MAX);
  if (value instanceof Uint8Array) return hexString(value, HEX_BYTES_MAX);
  if (value === null || typeof value !== 'object') return value;
  if (depth >= DEPTH_MAX) return '(too deep)';
  if (Array.isArray(value)) {
    const kept = value.slice(0, Math.max(0, Math.min(ITEMS_MAX, budget.items)));
    budget.items -= kept.length;
    const items = kept.map((item) => plain(item, '', depth + 1, budget));
    return kept.length < value.length ? [...items, `(${value.length - kept.length} more)`] : items;
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, plain(inner, name, depth + 1, budget)]),
  );
}

/** Without a line end. */
export function jsonLine({ timeMs, association, event }: TraceRecord): string {
  const budget: Budget = { items: BUDGET };
  let shown = plain(event, '', 0, budget) as Record<string, unknown>;
  if (event.type === 'PDU') {
    shown = {
      ...shown,
      bytes: hexString(event.bytes, HEX_BYTES_MAX, secretRanges(event.pdu, event.bytes, event.length)),
    };
  } else if (event.type === 'P-DATA-TF' && !event.isCommand) {
    // Bytes of a data set have no business here, even where a caller put some.
    delete shown['command'];
  }
  return JSON.stringify({ time: new Date(timeMs).toISOString(), association, ...shown });
}
