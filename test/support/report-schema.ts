// The published schema of the JSON report, closed: a field that it does not describe is an error. Published, it is open,
// so that reports with new fields still fit.

import schema from '../../docs/report.schema.json' with { type: 'json' };
import { type Schema, schemaErrors } from './json-schema.ts';

function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, inner]) => [name, closed(inner)] as const);
  return Object.fromEntries('properties' in value ? [...entries, ['additionalProperties', false]] : entries);
}

const CLOSED = closed(schema) as Schema;

/** What of a parsed report the schema does not allow; empty: nothing. */
export const reportErrors = (report: unknown): readonly string[] => schemaErrors(CLOSED, report);
