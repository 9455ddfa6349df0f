// The formats in which the results of a send can be written to a file, for every surface: `store --report`, Export Results,
// the results view.

import type { SendResult } from '../send/job.ts';
import { reportCsv } from './csv.ts';
import { reportJson } from './json.ts';
import { reportJUnit } from './junit.ts';
import { reportMarkdown } from './markdown.ts';
import type { ReportOptions } from './report-options.ts';

export interface ReportFormat {
  readonly id: 'json' | 'csv' | 'junit' | 'markdown';
  /** For a choice. */
  readonly label: string;
  /** What it is good for, in a few words. */
  readonly detail: string;
  /** Of the file, without the dot. */
  readonly extension: string;
  /**
   * The whole report in pieces of about 64 Ki characters, each made when it is asked for: write one after the other, so that
   * a report of a million files needs little memory. Every file of the send is in it; Markdown only counts those that are
   * plainly stored.
   */
  readonly write: (result: SendResult, options?: ReportOptions) => Generator<string>;
}

export const REPORT_FORMATS: readonly ReportFormat[] = [
  {
    id: 'markdown',
    label: 'Markdown',
    detail: 'for people and tickets, each file that is not plainly stored',
    extension: 'md',
    write: reportMarkdown,
  },
  { id: 'csv', label: 'CSV', detail: 'for spreadsheets, one row a file', extension: 'csv', write: reportCsv },
  { id: 'json', label: 'JSON', detail: 'for programs, with all that is known', extension: 'json', write: reportJson },
  {
    id: 'junit',
    label: 'JUnit XML',
    detail: 'for build servers, one test case a file',
    extension: 'xml',
    write: reportJUnit,
  },
];

/** By how the name of a file ends, in capitals or not; undefined: as no format. */
export function formatOfName(name: string): ReportFormat | undefined {
  const end = name.toLowerCase();
  return REPORT_FORMATS.find(({ extension }) => end.endsWith(`.${extension}`));
}
