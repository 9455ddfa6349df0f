// The seven PDUs of the DICOM Upper Layer as plain data. PS3.8 9.3; user information sub-items PS3.7 Annex D.3.3.
//
// Field names are the standard's, in camel case. AE titles are without their padding. UIDs are without trailing NULs.
// The data of a PDV is a view of the bytes that were decoded. All other `Uint8Array`s that a decoder returns are copies.

import type { Secret } from '../secret.ts';

/** An association has at most this many presentation contexts: the odd IDs 1-255 (PS3.8 Table 9-18). */
export const PRESENTATION_CONTEXTS_MAX = 128;

export interface ProposedPresentationContext {
  /** Odd, 1-255. */
  readonly presentationContextId: number;
  readonly abstractSyntax: string;
  readonly transferSyntaxes: readonly string[];
}

/** Result/Reason of a presentation context that the acceptor accepts (PS3.8 Table 9-18). */
export const RESULT_ACCEPTANCE = 0;

export interface PresentationContextResult {
  readonly presentationContextId: number;
  /** 0 acceptance, 1 user-rejection, 2 no-reason, 3 abstract-syntax-not-supported, 4 transfer-syntaxes-not-supported. */
  readonly result: number;
  /** Has a meaning only where `result` is 0; otherwise peers leave it out or empty. */
  readonly transferSyntax?: string;
}

/** PS3.7 D.3.3.4 (54H). */
export interface RoleSelection {
  readonly sopClassUID: string;
  readonly scuRole: boolean;
  readonly scpRole: boolean;
}

/** PS3.7 D.3.3.5 (56H). */
export interface SOPClassExtendedNegotiation {
  readonly sopClassUID: string;
  readonly serviceClassApplicationInformation: Uint8Array;
}

/** PS3.7 D.3.3.6 (57H); in an A-ASSOCIATE-RQ only. */
export interface SOPClassCommonExtendedNegotiation {
  readonly sopClassUID: string;
  readonly serviceClassUID: string;
  readonly relatedGeneralSOPClassUIDs: readonly string[];
}

/** PS3.7 D.3.3.7.1 (58H); in an A-ASSOCIATE-RQ only. */
export interface UserIdentity {
  /** 1 username, 2 username and passcode, 3 Kerberos, 4 SAML, 5 JSON Web Token. */
  readonly userIdentityType: number;
  readonly positiveResponseRequested: boolean;
  readonly primaryField: Secret;
  readonly secondaryField: Secret;
}

/** The user information item (50H) of an A-ASSOCIATE-RQ or -AC. */
export interface UserInformation {
  /** 51H, PS3.8 D.1: the longest P-DATA-TF variable field that this side receives, in bytes; 0 = no limit. */
  readonly maximumLength?: number;
  /** 52H */
  readonly implementationClassUID?: string;
  /** 53H; 0 = unlimited. */
  readonly asynchronousOperationsWindow?: {
    readonly maximumNumberOperationsInvoked: number;
    readonly maximumNumberOperationsPerformed: number;
  };
  /** 54H */
  readonly roleSelections?: readonly RoleSelection[];
  /** 55H, 1-16 characters. */
  readonly implementationVersionName?: string;
  /** 56H */
  readonly sopClassExtendedNegotiations?: readonly SOPClassExtendedNegotiation[];
  /** 57H */
  readonly sopClassCommonExtendedNegotiations?: readonly SOPClassCommonExtendedNegotiation[];
  /** 58H */
  readonly userIdentity?: UserIdentity;
  /** 59H, PS3.7 D.3.3.7.2: the server response of an A-ASSOCIATE-AC. */
  readonly userIdentityServerResponse?: Secret;
}

export interface AAssociateRq {
  readonly type: 'A-ASSOCIATE-RQ';
  /** Bit field; bit 0 = version 1. */
  readonly protocolVersion: number;
  readonly calledAETitle: string;
  readonly callingAETitle: string;
  readonly applicationContextName: string;
  readonly presentationContexts: readonly ProposedPresentationContext[];
  readonly userInformation: UserInformation;
}

export interface AAssociateAc {
  readonly type: 'A-ASSOCIATE-AC';
  readonly protocolVersion: number;
  /** Reserved: the requestor does not test them. On the wire we return the bytes of the A-ASSOCIATE-RQ (PS3.8 Table 9-17). */
  readonly calledAETitle: string;
  readonly callingAETitle: string;
  readonly applicationContextName: string;
  readonly presentationContexts: readonly PresentationContextResult[];
  readonly userInformation: UserInformation;
}

/** PS3.8 Table 9-21. Unknown numbers are kept as they are. */
export interface AAssociateRj {
  readonly type: 'A-ASSOCIATE-RJ';
  readonly result: number;
  readonly source: number;
  readonly reason: number;
}

export interface PresentationDataValue {
  readonly presentationContextId: number;
  /** Message control header, PS3.8 Annex E.2: bit 0 command, bit 1 last fragment. */
  readonly isCommand: boolean;
  readonly isLastFragment: boolean;
  readonly data: Uint8Array;
}

export interface PDataTf {
  readonly type: 'P-DATA-TF';
  /** Of a PDU that was received: made one by one while they are read, since a peer may send thousands of one byte. */
  readonly presentationDataValues: Iterable<PresentationDataValue>;
}

export interface AReleaseRq {
  readonly type: 'A-RELEASE-RQ';
}

export interface AReleaseRp {
  readonly type: 'A-RELEASE-RP';
}

/** PS3.8 Table 9-26. Unknown numbers are kept as they are. */
export interface AAbort {
  readonly type: 'A-ABORT';
  /** 0 service-user, 2 service-provider; 1 is reserved. */
  readonly source: number;
  readonly reason: number;
}

export type Pdu = AAssociateRq | AAssociateAc | AAssociateRj | PDataTf | AReleaseRq | AReleaseRp | AAbort;
export type PduType = Pdu['type'];

/** The PDU-type byte of each PDU. */
export const PDU_TYPE_BYTES = {
  'A-ASSOCIATE-RQ': 0x01,
  'A-ASSOCIATE-AC': 0x02,
  'A-ASSOCIATE-RJ': 0x03,
  'P-DATA-TF': 0x04,
  'A-RELEASE-RQ': 0x05,
  'A-RELEASE-RP': 0x06,
  'A-ABORT': 0x07,
} as const satisfies Record<PduType, number>;

/** Bytes before the variable field of every PDU: type, reserved, length (4, big endian). */
export const PDU_HEADER_LENGTH = 6;

/** Bytes before the data of every PDV: length (4, big endian), presentation context ID, message control header. */
export const PDV_HEADER_LENGTH = 6;

/** Bytes before the data of a P-DATA-TF with one PDV. */
export const P_DATA_TF_HEADER_LENGTH = PDU_HEADER_LENGTH + PDV_HEADER_LENGTH;

/** Bytes 11-74 of both A-ASSOCIATE PDUs, from `start` to before `end`: two AE titles and 32 reserved bytes. Items follow. */
export const ASSOCIATE_FIELDS = { start: 10, end: 74 } as const;

export const APPLICATION_CONTEXT_NAME = '1.2.840.10008.3.1.1.1';
