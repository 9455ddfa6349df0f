// Writes PDUs after the tables of PS3.8 9.3. It shares no code with src and checks nothing, so that tests can write what our
// encoder never would. Every length can be wrong.

export type Piece = Buffer | Uint8Array | string;

/** Joins pieces; a string is hexadecimal, blanks allowed. */
export function bytes(...pieces: readonly Piece[]): Buffer {
  return Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? fromHex(piece) : piece)));
}

function fromHex(hex: string): Buffer {
  const digits = hex.replaceAll(/\s/g, '');
  if (!/^([0-9a-f]{2})*$/i.test(digits)) throw new Error(`not hexadecimal: ${hex}`);
  return Buffer.from(digits, 'hex');
}

export function text(characters: string): Buffer {
  return Buffer.from(characters, 'latin1');
}

/** `value` in `digits` hexadecimal digits. */
export function number(value: number, digits: 2 | 4 | 8): Buffer {
  return Buffer.from(value.toString(16).padStart(digits, '0').slice(-digits), 'hex');
}

/** 16 characters, filled up with spaces and never cut: a longer title makes the PDU wrong. */
export function aeTitle(title: string): Buffer {
  return text(title.padEnd(16, ' '));
}

/** Any PDU: type, reserved, 32-bit length, body. */
export function pdu(type: number, body: Piece, announcedLength?: number): Buffer {
  const value = bytes(body);
  return bytes(number(type, 2), '00', number(announcedLength ?? value.length, 8), value);
}

/** Any item or sub-item: type, reserved, 16-bit length, value. */
export function item(type: number, value: Piece, announcedLength?: number): Buffer {
  const content = bytes(value);
  return bytes(number(type, 2), '00', number(announcedLength ?? content.length, 4), content);
}

/** A 16-bit length and a value, as inside of 54H and 56H-59H. */
export function field(value: Piece, announcedLength?: number): Buffer {
  const content = bytes(value);
  return bytes(number(announcedLength ?? content.length, 4), content);
}

export const applicationContext = (uid = '1.2.840.10008.3.1.1.1'): Buffer => item(0x10, text(uid));
export const abstractSyntax = (uid: string): Buffer => item(0x30, text(uid));
export const transferSyntax = (uid: string): Buffer => item(0x40, text(uid));

/** 20H. */
export function proposedContext(id: number, abstractUID: string, transferUIDs: readonly string[]): Buffer {
  return item(0x20, bytes(number(id, 2), '000000', abstractSyntax(abstractUID), ...transferUIDs.map(transferSyntax)));
}

/** 21H; without `transferUID` there is no transfer syntax sub-item. */
export function contextResult(id: number, result: number, transferUID?: string): Buffer {
  const syntax = transferUID === undefined ? '' : transferSyntax(transferUID);
  return item(0x21, bytes(number(id, 2), '00', number(result, 2), '00', syntax));
}

/** 50H. */
export const userInformation = (...subItems: readonly Piece[]): Buffer => item(0x50, bytes(...subItems));
export const maximumLength = (length: number): Buffer => item(0x51, number(length, 8));
export const implementationClassUID = (uid: string): Buffer => item(0x52, text(uid));
export const asynchronousOperationsWindow = (invoked: number, performed: number): Buffer =>
  item(0x53, bytes(number(invoked, 4), number(performed, 4)));
export const roleSelection = (uid: string, scu: number, scp: number): Buffer =>
  item(0x54, bytes(field(text(uid)), number(scu, 2), number(scp, 2)));
export const implementationVersionName = (name: string): Buffer => item(0x55, text(name));
export const extendedNegotiation = (uid: string, information: Piece): Buffer =>
  item(0x56, bytes(field(text(uid)), information));
export const commonExtendedNegotiation = (uid: string, serviceUID: string, related: readonly string[]): Buffer =>
  item(
    0x57,
    bytes(field(text(uid)), field(text(serviceUID)), field(bytes(...related.map((general) => field(text(general)))))),
  );
export const userIdentity = (type: number, responseRequested: number, primary: Piece, secondary: Piece): Buffer =>
  item(0x58, bytes(number(type, 2), number(responseRequested, 2), field(primary), field(secondary)));
export const userIdentityServerResponse = (response: Piece): Buffer => item(0x59, field(response));

export interface NaiveAssociate {
  /** 1 unless told otherwise; so for each of the fields. */
  readonly protocolVersion?: number;
  readonly calledAETitle?: string;
  readonly callingAETitle?: string;
  /** All that follows the fixed fields, instead of an application context and the user information of a plain peer. */
  readonly items: readonly Piece[];
  readonly announcedLength?: number;
}

const plainUserInformation = (): Buffer => userInformation(maximumLength(16384), implementationClassUID('1.2.3'));

/** The items of a plain A-ASSOCIATE-RQ or -AC around these presentation contexts. */
export function plainItems(...contexts: readonly Piece[]): Piece[] {
  return [applicationContext(), ...contexts, plainUserInformation()];
}

function associate(type: number, from: NaiveAssociate): Buffer {
  const body = bytes(
    number(from.protocolVersion ?? 1, 4),
    '0000',
    aeTitle(from.calledAETitle ?? 'ANY-SCP'),
    aeTitle(from.callingAETitle ?? 'ANY-SCU'),
    '00'.repeat(32),
    ...from.items,
  );
  return pdu(type, body, from.announcedLength);
}

export const associateRq = (from: NaiveAssociate): Buffer => associate(0x01, from);
export const associateAc = (from: NaiveAssociate): Buffer => associate(0x02, from);
export const associateRj = (result: number, source: number, reason: number): Buffer =>
  pdu(0x03, bytes('00', number(result, 2), number(source, 2), number(reason, 2)));
export const releaseRq = (): Buffer => pdu(0x05, '00000000');
export const releaseRp = (): Buffer => pdu(0x06, '00000000');
export const abort = (source: number, reason: number): Buffer =>
  pdu(0x07, bytes('0000', number(source, 2), number(reason, 2)));

/** @param control message control header: bit 0 command, bit 1 last fragment */
export function pdv(id: number, control: number, data: Piece, announcedLength?: number): Buffer {
  const fragment = bytes(data);
  return bytes(number(announcedLength ?? fragment.length + 2, 8), number(id, 2), number(control, 2), fragment);
}

/** A P-DATA-TF of these PDVs. */
export const pData = (...pdvs: readonly Piece[]): Buffer => pdu(0x04, bytes(...pdvs));
