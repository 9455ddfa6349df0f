// The standard's words for the numbers of A-ASSOCIATE-RJ (PS3.8 Table 9-21), A-ABORT (Table 9-26) and of a presentation
// context's Result/Reason (Table 9-18). Peers send numbers that are in no table; those are named as numbers, never refused.

type Names = Readonly<Record<number, string>>;

const REJECT_RESULTS: Names = { 1: 'rejected-permanent', 2: 'rejected-transient' };

const REJECT_SOURCES: Names = {
  1: 'DICOM UL service-user',
  2: 'DICOM UL service-provider (ACSE related function)',
  3: 'DICOM UL service-provider (Presentation related function)',
};

const REJECT_REASONS: Readonly<Record<number, Names>> = {
  1: {
    1: 'no-reason-given',
    2: 'application-context-name-not-supported',
    3: 'calling-AE-title-not-recognized',
    4: 'reserved (4)',
    5: 'reserved (5)',
    6: 'reserved (6)',
    7: 'called-AE-title-not-recognized',
    8: 'reserved (8)',
    9: 'reserved (9)',
    10: 'reserved (10)',
  },
  2: { 1: 'no-reason-given', 2: 'protocol-version-not-supported' },
  3: {
    0: 'reserved (0)',
    1: 'temporary-congestion',
    2: 'local-limit-exceeded',
    3: 'reserved (3)',
    4: 'reserved (4)',
    5: 'reserved (5)',
    6: 'reserved (6)',
    7: 'reserved (7)',
  },
};

const ABORT_SOURCES: Names = {
  0: 'DICOM UL service-user',
  1: 'reserved (1)',
  2: 'DICOM UL service-provider',
};

const PROVIDER_ABORT_REASONS: Names = {
  0: 'reason-not-specified',
  1: 'unrecognized-PDU',
  2: 'unexpected-PDU',
  3: 'reserved (3)',
  4: 'unrecognized-PDU parameter',
  5: 'unexpected-PDU parameter',
  6: 'invalid-PDU-parameter value',
};

const CONTEXT_RESULTS: Names = {
  0: 'acceptance',
  1: 'user-rejection',
  2: 'no-reason (provider rejection)',
  3: 'abstract-syntax-not-supported (provider rejection)',
  4: 'transfer-syntaxes-not-supported (provider rejection)',
};

function nameOf(names: Names | undefined, value: number): string {
  return names?.[value] ?? `unknown (${value})`;
}

export interface RejectNames {
  readonly result: string;
  readonly source: string;
  readonly reason: string;
}

export function rejectReason(result: number, source: number, reason: number): RejectNames {
  return {
    result: nameOf(REJECT_RESULTS, result),
    source: nameOf(REJECT_SOURCES, source),
    reason: nameOf(REJECT_REASONS[source], reason),
  };
}

export interface AbortNames {
  readonly source: string;
  readonly reason: string;
}

/** The reason means something only when the service-provider aborts. */
export function abortReason(source: number, reason: number): AbortNames {
  return {
    source: nameOf(ABORT_SOURCES, source),
    reason: source === 0 ? 'not significant' : nameOf(source === 2 ? PROVIDER_ABORT_REASONS : undefined, reason),
  };
}

/** @param result as received; undefined = the peer did not answer the context */
export function contextResultName(result: number | undefined): string {
  return result === undefined ? 'not answered' : nameOf(CONTEXT_RESULTS, result);
}
