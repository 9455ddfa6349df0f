// What a status means. PS3.4 B.2.3 (C-STORE), PS3.7 9.1.5.1.4 (C-ECHO), PS3.7 Annex C (every service).
//
// Success: it is done. Warning: it is done, with a remark; a C-STORE has stored the instance. Everything else is a failure, also
// statuses that the standard does not allow here (pending, cancel) and numbers that it has never assigned.

import type { DimseService } from './command-table.ts';

export type StatusCategory = 'success' | 'warning' | 'failure';

export interface StatusMeaning {
  readonly category: StatusCategory;
  /** In the words of the standard where there are any. */
  readonly meaning: string;
}

export const SUCCESS = 0x0000;
export const SOP_CLASS_NOT_SUPPORTED = 0x0122;
export const OUT_OF_RESOURCES = 0xa700;
export const DATA_SET_MISMATCH = 0xa900;
export const STORED_DESPITE_MISMATCH = 0xb007;

/** PS3.7 Annex C: 01xx and 02xx mean the same in every service. */
const GENERAL: ReadonlyMap<number, StatusMeaning> = new Map<number, StatusMeaning>([
  [0x0000, { category: 'success', meaning: 'Success' }],
  [0x0105, { category: 'failure', meaning: 'No such Attribute' }],
  [0x0106, { category: 'failure', meaning: 'Invalid Attribute Value' }],
  [0x0107, { category: 'warning', meaning: 'Attribute List Error' }],
  [0x0110, { category: 'failure', meaning: 'Processing Failure' }],
  [0x0111, { category: 'failure', meaning: 'Duplicate SOP Instance' }],
  [0x0112, { category: 'failure', meaning: 'No such SOP Instance' }],
  [0x0113, { category: 'failure', meaning: 'No such Event Type' }],
  [0x0114, { category: 'failure', meaning: 'No such Argument' }],
  [0x0115, { category: 'failure', meaning: 'Invalid Argument Value' }],
  [0x0116, { category: 'warning', meaning: 'Attribute Value Out of Range' }],
  [0x0117, { category: 'failure', meaning: 'Invalid SOP Instance' }],
  [0x0118, { category: 'failure', meaning: 'No such SOP Class' }],
  [0x0119, { category: 'failure', meaning: 'Class-Instance Conflict' }],
  [0x0120, { category: 'failure', meaning: 'Missing Attribute' }],
  [0x0121, { category: 'failure', meaning: 'Missing Attribute Value' }],
  [0x0122, { category: 'failure', meaning: 'Refused: SOP Class Not Supported' }],
  [0x0123, { category: 'failure', meaning: 'No such Action' }],
  [0x0124, { category: 'failure', meaning: 'Refused: Not Authorized' }],
  [0x0210, { category: 'failure', meaning: 'Duplicate Invocation' }],
  [0x0211, { category: 'failure', meaning: 'Unrecognized Operation' }],
  [0x0212, { category: 'failure', meaning: 'Mistyped Argument' }],
  [0x0213, { category: 'failure', meaning: 'Resource Limitation' }],
]);

/** PS3.4 Table B.2-1: the warnings that have a name. */
const STORE_WARNINGS: ReadonlyMap<number, string> = new Map([
  [0xb000, 'Coercion of Data Elements'],
  [0xb006, 'Elements Discarded'],
  [0xb007, 'Data Set does not match SOP Class'],
]);

/** PS3.4 Table B.2-1: failures are ranges of numbers. Each implementation gives the lower digits a meaning of its own. */
function storeFailure(status: number): string | undefined {
  if (status >> 8 === 0xa7) return 'Refused: Out of Resources';
  if (status >> 8 === 0xa9) return 'Error: Data Set does not match SOP Class';
  if (status >> 12 === 0xc) return 'Error: Cannot Understand';
  return undefined;
}

/** Numbers without a meaning of their own, by their leading digits. PS3.7 Annex C. */
function byClass(service: DimseService, status: number): StatusMeaning {
  if (status === 0xfe00) return { category: 'failure', meaning: `Cancel, which is not a valid answer to ${service}` };
  if (status === 0xff00 || status === 0xff01) {
    return { category: 'failure', meaning: `Pending, which is not a valid answer to ${service}` };
  }
  if (status === 0x0001 || status >> 12 === 0xb) {
    return { category: 'warning', meaning: 'Warning without a standard meaning' };
  }
  if (status >> 12 === 0xa || status >> 12 === 0xc) {
    return { category: 'failure', meaning: 'Failure without a standard meaning' };
  }
  if (status >> 8 === 0x01 || status >> 8 === 0x02) {
    return { category: 'failure', meaning: 'Failure with a code that DICOM has reserved but not assigned' };
  }
  return { category: 'failure', meaning: 'Unknown status, taken as a failure' };
}

function ofStorage(status: number): StatusMeaning | undefined {
  const warning = STORE_WARNINGS.get(status);
  if (warning !== undefined) return { category: 'warning', meaning: warning };
  const failure = storeFailure(status);
  return failure === undefined ? undefined : { category: 'failure', meaning: failure };
}

/** @param status (0000,0900) of a response of `service` */
export function statusMeaning(service: DimseService, status: number): StatusMeaning {
  const own = service === 'C-STORE' ? ofStorage(status) : undefined;
  return GENERAL.get(status) ?? own ?? byClass(service, status);
}

/** @param status (0000,0900) of a C-STORE-RSP */
export function storeStatus(status: number): StatusMeaning {
  return statusMeaning('C-STORE', status);
}

/** @param status (0000,0900) of a C-ECHO-RSP */
export function echoStatus(status: number): StatusMeaning {
  return statusMeaning('C-ECHO', status);
}
