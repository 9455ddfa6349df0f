// What all formats of a report have in common.

export interface ReportOptions {
  /** How a path is shown; by default as it is. */
  readonly displayPath?: (path: string) => string;
}

export const asItIs = (path: string): string => path;
