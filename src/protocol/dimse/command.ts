// The DIMSE messages as plain data. PS3.7 9.3.1 (C-STORE), 9.3.5 (C-ECHO), Annex E (command dictionary).
// Command elements keep their DICOM keyword, so one search finds the standard, this code and the trace.

/** (0000,0700): 0 MEDIUM, 1 HIGH, 2 LOW. */
export type Priority = 0 | 1 | 2;

export interface CEchoRq {
  readonly type: 'C-ECHO-RQ';
  readonly MessageID: number;
  readonly AffectedSOPClassUID: string;
}

/** What every response carries (PS3.7 Annex C for the optional ones). */
export interface ResponseElements {
  readonly MessageIDBeingRespondedTo: number;
  readonly Status: number;
  /** (0000,0902), as received, not sanitised. */
  readonly ErrorComment?: string;
  /** (0000,0901): tags as 0xGGGGEEEE. */
  readonly OffendingElement?: readonly number[];
  /** (0000,0903) */
  readonly ErrorID?: number;
}

export interface CEchoRsp extends ResponseElements {
  readonly type: 'C-ECHO-RSP';
  readonly AffectedSOPClassUID?: string;
}

export interface CStoreRq {
  readonly type: 'C-STORE-RQ';
  readonly MessageID: number;
  readonly AffectedSOPClassUID: string;
  readonly AffectedSOPInstanceUID: string;
  readonly Priority: Priority;
  readonly MoveOriginatorApplicationEntityTitle?: string;
  readonly MoveOriginatorMessageID?: number;
}

export interface CStoreRsp extends ResponseElements {
  readonly type: 'C-STORE-RSP';
  readonly AffectedSOPClassUID?: string;
  readonly AffectedSOPInstanceUID?: string;
}

/** A well-formed command set of a service that we do not speak (C-FIND, N-ACTION, ...), kept so that it can be named. */
export interface OtherCommand {
  readonly type: 'other';
  readonly CommandField: number;
  readonly MessageID?: number;
  readonly MessageIDBeingRespondedTo?: number;
  readonly Status?: number;
  readonly AffectedSOPClassUID?: string;
}

/** What we send. */
export type SendableCommand = CEchoRq | CEchoRsp | CStoreRq | CStoreRsp;
export type Command = SendableCommand | OtherCommand;

/** (0000,0100) */
export const COMMAND_FIELDS = {
  'C-STORE-RQ': 0x0001,
  'C-STORE-RSP': 0x8001,
  'C-ECHO-RQ': 0x0030,
  'C-ECHO-RSP': 0x8030,
} as const;
