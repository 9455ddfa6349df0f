// An operating system's error as data, so that it can be compared, reported and put into words elsewhere.

export interface SystemErrorInfo {
  /** 'ENOENT', 'ECONNREFUSED', ...; 'UNKNOWN' where the system gave none. */
  readonly code: string;
  readonly syscall?: string;
  readonly address?: string;
  readonly port?: number;
  /** The system's own words. Never empty. */
  readonly message: string;
}

/**
 * Reads what Node throws. A dual-stack connect raises an AggregateError with an empty message: its last inner error is
 * taken.
 */
export function systemErrorInfo(thrown: unknown): SystemErrorInfo {
  if (thrown instanceof AggregateError && thrown.errors.length > 0) {
    const last: unknown = thrown.errors.at(-1);
    return systemErrorInfo(last);
  }
  const error = thrown as Partial<NodeJS.ErrnoException> & { address?: unknown; port?: unknown };
  const code = typeof error.code === 'string' ? error.code : 'UNKNOWN';
  return {
    code,
    ...(typeof error.syscall === 'string' ? { syscall: error.syscall } : {}),
    ...(typeof error.address === 'string' ? { address: error.address } : {}),
    ...(typeof error.port === 'number' ? { port: error.port } : {}),
    message: typeof error.message === 'string' && error.message !== '' ? error.message : code,
  };
}
