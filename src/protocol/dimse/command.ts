// The DIMSE messages as plain data, typed after the table (command-table.ts). PS3.7 clauses 9 and 10.
//
// Command elements keep their DICOM keyword, so that one search finds the standard, this code and the trace. A required
// element is a property, an optional one an optional property: a message that lacks a required element does not compile.

import type {
  COMMANDS,
  CommandElements,
  CommandKeyword,
  CommandType,
  ELEMENTS,
  OTHER_COMMAND_ELEMENTS,
  RESPONSE_ELEMENTS,
} from './command-table.ts';

interface ValuesByVr {
  UI: string;
  AE: string;
  LO: string;
  US: number;
  AT: readonly number[];
}

type ValueOf<K extends CommandKeyword> = (typeof ELEMENTS)[K] extends { readonly values: readonly (infer V)[] }
  ? V
  : ValuesByVr[(typeof ELEMENTS)[K]['vr']];

type KeywordsOf<E extends CommandElements, R> = { [K in keyof E]: E[K] extends R ? K : never }[keyof E] &
  CommandKeyword;

type Properties<E extends CommandElements> = {
  readonly [K in KeywordsOf<E, 'required'>]: ValueOf<K>;
} & {
  readonly [K in KeywordsOf<E, 'optional'>]?: ValueOf<K>;
};

/** A message of the table: `CommandOf<'C-ECHO-RQ'>` is `{ type: 'C-ECHO-RQ'; MessageID: number; AffectedSOPClassUID: string }`. */
export type CommandOf<T extends CommandType> = { readonly type: T } & Properties<(typeof COMMANDS)[T]['elements']>;

export type CEchoRq = CommandOf<'C-ECHO-RQ'>;
export type CEchoRsp = CommandOf<'C-ECHO-RSP'>;
export type CStoreRq = CommandOf<'C-STORE-RQ'>;
export type CStoreRsp = CommandOf<'C-STORE-RSP'>;

/** What every response carries. */
export type ResponseElements = { readonly MessageIDBeingRespondedTo: number } & Properties<typeof RESPONSE_ELEMENTS>;

/** A well-formed command set of a service that we do not speak (C-FIND, N-GET, ...), kept so that it can be named. */
export type OtherCommand = { readonly type: 'other'; readonly CommandField: number } & Properties<
  typeof OTHER_COMMAND_ELEMENTS
>;

/** What we send. */
export type SendableCommand = { [T in CommandType]: CommandOf<T> }[CommandType];
export type Command = SendableCommand | OtherCommand;

export type Priority = ValueOf<'Priority'>;
