// Looks up UIDs and their names. PS3.6 Annex A. The tables are in sop-classes.ts and transfer-syntaxes.ts.

import { CURRENT_STORAGE, MISPRINTED_STORAGE, OTHER_SOP_CLASSES, RETIRED_STORAGE } from './sop-classes.ts';
import { TRANSFER_SYNTAXES, type TransferSyntax } from './transfer-syntaxes.ts';
import { APPLICATION_CONTEXT_NAME } from './ul/pdu.ts';

export const IMPLICIT_VR_LE = '1.2.840.10008.1.2';
export const EXPLICIT_VR_LE = '1.2.840.10008.1.2.1';
export const DEFLATED_EXPLICIT_VR_LE = '1.2.840.10008.1.2.1.99';
export const EXPLICIT_VR_BE = '1.2.840.10008.1.2.2';

export const VERIFICATION = '1.2.840.10008.1.1';
export const MEDIA_STORAGE_DIRECTORY = '1.2.840.10008.1.3.10';

export interface StorageSOPClass {
  readonly uid: string;
  readonly name: string;
  readonly retired?: true;
  /** Set when this UID is a widespread misprint: the UID that was meant. */
  readonly misprintOf?: string;
}

const currentNames: ReadonlyMap<string, string> = new Map(CURRENT_STORAGE);

/** Every Storage SOP class that we know: current, retired, and the known misprints of two of them. */
export const storageSOPClasses: readonly StorageSOPClass[] = [
  ...CURRENT_STORAGE.map(([uid, name]) => ({ uid, name })),
  ...RETIRED_STORAGE.map(([uid, name]) => ({ uid, name, retired: true }) as const),
  ...MISPRINTED_STORAGE.map(([uid, meant]) => ({
    uid,
    name: `${currentNames.get(meant) ?? meant} (misprinted UID)`,
    misprintOf: meant,
  })),
];

const sopClassNames: ReadonlyMap<string, string> = new Map([
  ...storageSOPClasses.map(({ uid, name }) => [uid, name] as const),
  ...OTHER_SOP_CLASSES,
]);

const transferSyntaxes: ReadonlyMap<string, TransferSyntax> = new Map(
  TRANSFER_SYNTAXES.map((syntax) => [syntax.uid, syntax]),
);

/** @returns undefined when the UID is no transfer syntax that we know, e.g. a private one */
export function transferSyntax(uid: string): TransferSyntax | undefined {
  return transferSyntaxes.get(uid);
}

/** @returns the registered name; undefined for private and unknown SOP classes */
export function sopClassName(uid: string): string | undefined {
  return sopClassNames.get(uid);
}

/** @returns the registered name of a SOP class, transfer syntax or application context; undefined for other UIDs */
export function uidName(uid: string): string | undefined {
  if (uid === APPLICATION_CONTEXT_NAME) return 'DICOM Application Context Name';
  return sopClassName(uid) ?? transferSyntax(uid)?.name;
}
