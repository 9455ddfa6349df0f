// Explains why an association was not established or was lost. PS3.8 9.3.4 (reject), 9.3.8 (abort), and the errors of
// operating systems.

import type { AssociationFailure, Culprit, Phase } from '../net/failure.ts';
import type { SystemErrorInfo } from '../part10/system-error.ts';
import type { Outcome } from '../send/outcome.ts';
import { abortReasonText, rejectDurationText, rejectReasonText, rejectSourceText } from './code-text.ts';
import { type Explanation, unexplained, type Words } from './explanation.ts';
import { aeTitle } from './names.ts';
import { ourOption, type Surface } from './our-options.ts';
import { SHOWN_MAX, sanitize } from './sanitize.ts';
import { formatDuration, plural } from './units.ts';

/** 'ECONNREFUSED 127.0.0.1:104'. */
function systemWords(error: SystemErrorInfo): string {
  const where =
    error.address === undefined ? '' : ` ${sanitize(error.address)}${error.port === undefined ? '' : `:${error.port}`}`;
  return error.code === 'UNKNOWN' ? sanitize(error.message, SHOWN_MAX.detail) : `${sanitize(error.code)}${where}`;
}

const CHECK_ADDRESS = 'Check the host and the port of the peer.';

const CONNECT: Readonly<
  Record<string, Omit<Words, 'what'> & { readonly says: string; readonly option?: 'associations' }>
> = {
  ECONNREFUSED: {
    says: 'refused the connection',
    cause: 'No program listens at that port, or a firewall refuses the connection.',
    action: 'Check host and port, and that its DICOM service runs.',
  },
  ENOTFOUND: {
    says: 'was not found',
    cause: 'This machine finds no address for the host name.',
    action: 'Check the host of the peer for typing errors, and whether the name needs a VPN.',
  },
  EAI_AGAIN: {
    says: 'could not be looked up',
    cause: 'The name server does not answer.',
    action: 'Check the network connection, or give the IP address as host.',
  },
  EHOSTUNREACH: {
    says: 'cannot be reached',
    cause: 'No route leads from this machine to that host, or the host is off.',
    action: 'Check the host of the peer, the network and the VPN.',
  },
  ENETUNREACH: {
    says: 'cannot be reached',
    cause: 'No route leads from this machine to that network.',
    action: 'Check the network connection and the VPN.',
  },
  ETIMEDOUT: {
    says: 'did not answer the connection request',
    cause: 'The host may be off, or a firewall may drop the connection.',
    action: 'Check the host and the port of the peer, and that the firewall lets this machine through.',
  },
  ECONNRESET: {
    says: 'reset the connection',
    cause: 'The peer, or a firewall on the way, refuses this machine.',
    action: 'Ask the administrator of the peer to let this machine connect.',
  },
  EACCES: {
    says: 'could not be connected to',
    cause: 'This machine forbids the connection.',
    action: 'Check the firewall of this machine and the port of the peer.',
  },
  EADDRNOTAVAIL: {
    says: 'could not be connected to',
    cause: 'This machine has no free local port, or no address in that network.',
    action: 'Wait a minute and send again, and check the host of the peer.',
  },
  EMFILE: {
    says: 'could not be connected to',
    cause: 'Too many files and connections are open in this process.',
    action: 'Raise the limit of open files, or use fewer associations',
    option: 'associations',
  },
  ENFILE: {
    says: 'could not be connected to',
    cause: 'Too many files and connections are open on this machine.',
    action: 'Close programs that are not needed, then send again.',
  },
  ENOBUFS: {
    says: 'could not be connected to',
    cause: 'This machine has no memory left for connections.',
    action: 'Close programs that are not needed, wait a minute, then send again.',
  },
};

/** Codes of system errors that have an explanation of their own. */
export const EXPLAINED_CONNECT_CODES: readonly string[] = Object.keys(CONNECT);

/** Codes that mean the same. */
const ALIKE: Readonly<Record<string, string>> = { EPERM: 'EACCES', ENOMEM: 'ENOBUFS' };

/** With these, this machine prevents the connection: the peer was not even asked. */
const LOCAL: ReadonlySet<string> = new Set([
  'EACCES',
  'EADDRNOTAVAIL',
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  ...Object.keys(ALIKE),
]);

function explainConnect(peer: string, error: SystemErrorInfo, surface: Surface | undefined): Words {
  const known = CONNECT[ALIKE[error.code] ?? error.code];
  if (known === undefined) {
    return { what: `${peer} could not be connected to (${systemWords(error)}).`, action: CHECK_ADDRESS };
  }
  const { says, option, action = '', ...cause } = known;
  const named = option === undefined ? action : `${action} ${ourOption(option, surface)}.`;
  return { what: `${peer} ${says} (${systemWords(error)}).`, ...cause, action: named };
}

const STOPPED = 'The PACS may have stopped, or the network may have failed.';
const CHECK_IT_RUNS = 'Check that the PACS runs, then send again.';
const ASK_FOR_TLS =
  'Check the port, and ask the administrator of the peer whether it expects TLS and knows this machine.';

/** A file that was not stored is no reason to do nothing. */
function whileReleasing(outcome: Outcome | undefined): Omit<Words, 'what'> {
  if (outcome !== undefined) return { cause: STOPPED, action: CHECK_IT_RUNS };
  return { cause: 'What the peer confirmed before is stored.', action: 'Nothing needs to be done.' };
}

/** Of a file that went out whole. */
export const MAY_BE_STORED = 'the instance may be stored there or not';
export const LOOK_FOR_IT = 'Look for the instance in the PACS';

function explainLost(
  peer: string,
  phase: Phase,
  error: SystemErrorInfo | undefined,
  outcome: Outcome | undefined,
): Words {
  const how = error === undefined ? 'closed the connection' : `lost the connection (${systemWords(error)})`;
  switch (phase) {
    case 'connect':
      return {
        what: `${peer} ${how} at once.`,
        cause: 'A firewall or a proxy on the way may have accepted the connection in place of the peer.',
        action: CHECK_ADDRESS,
      };
    case 'association':
      return {
        what: `${peer} ${how} instead of answering the association request.`,
        cause: 'It may require TLS, may not speak DICOM at this port, or may not allow this machine.',
        action: ASK_FOR_TLS,
      };
    case 'response':
      return {
        what: `${peer} ${how} before it answered.`,
        cause: STOPPED,
        action: CHECK_IT_RUNS,
      };
    case 'write':
      return {
        what: `${peer} ${how} while data was sent.`,
        cause: STOPPED,
        action: CHECK_IT_RUNS,
      };
    case 'release':
      return {
        what: `${peer} ${how} while the association was released.`,
        ...whileReleasing(outcome),
      };
  }
}

function explainTimeout(peer: string, phase: Phase, afterMs: number, { outcome, surface }: AssociationContext): Words {
  const after = formatDuration(afterMs);
  switch (phase) {
    case 'connect':
      return {
        what: `${peer} did not answer the connection request within ${after}.`,
        cause: 'The host may be off, or a firewall may drop the connection.',
        action: `Check the host and the port of the peer, and the firewall; for a slow network allow more time ${ourOption('connectTimeout', surface)}.`,
      };
    case 'association':
      return {
        what: `${peer} accepted the connection but did not answer the association request within ${after}.`,
        cause: 'It may require TLS, may be overloaded, or may not speak DICOM at this port.',
        action: `Check the port, and whether the peer expects TLS; for a slow peer allow more time ${ourOption('associationTimeout', surface)}.`,
      };
    case 'response':
      return {
        what: `${peer} did not answer within ${after} after everything was sent.`,
        cause: outcome === 'unknown' ? `It may be overloaded; ${MAY_BE_STORED}.` : 'It may be overloaded.',
        action: `${outcome === 'unknown' ? LOOK_FOR_IT : 'Check that the PACS runs, then send again'}; for a slow peer allow more time ${ourOption('responseTimeout', surface)}.`,
      };
    case 'write':
      return {
        what: `${peer} took no data for ${after}.`,
        cause: 'It may be overloaded or hang.',
        action: `Check that the PACS runs, then send again; for a slow peer allow more time ${ourOption('writeTimeout', surface)}.`,
      };
    case 'release':
      return {
        what: `${peer} did not answer the release request within ${after}.`,
        ...whileReleasing(outcome),
      };
  }
}

type Aborted = Extract<AssociationFailure, { code: 'association aborted' }>;
type Rejected = Extract<AssociationFailure, { code: 'association rejected' }>;

/** Of an association, where they are known: what has to be registered or corrected. */
export interface AETitles {
  readonly callingAETitle?: string;
  readonly calledAETitle?: string;
}

export interface AssociationContext extends AETitles {
  /** Of the file of which it is said; absent: it is said of the association alone. */
  readonly outcome?: Outcome;
  /** No part of that file was sent on the association. */
  readonly isOfOthers?: boolean;
  readonly surface?: Surface;
}

const named = (title: string | undefined): string => (title === undefined ? '' : ` ${aeTitle(title)}`);

const register = ({ callingAETitle, surface }: AssociationContext): string =>
  `Have this machine registered at the PACS with its calling AE title${named(callingAETitle)} ${ourOption('callingAETitle', surface)}.`;

function explainReject(peer: string, { result, source, reason }: Rejected, context: AssociationContext): Words {
  const codes = `${rejectReasonText(source, reason)}; ${rejectDurationText(result)}, ${rejectSourceText(source)}`;
  return { what: `${peer} rejected the association: ${codes}.`, ...rejectAdvice(result, source, reason, context) };
}

function rejectAdvice(
  result: number,
  source: number,
  reason: number,
  context: AssociationContext,
): Omit<Words, 'what'> {
  const { surface } = context;
  if (source === 1 && reason === 7) {
    return {
      cause: `The PACS does not know the called AE title${named(context.calledAETitle)}.`,
      action: `Give the AE title of the PACS exactly, upper and lower case differ ${ourOption('calledAETitle', surface)}.`,
    };
  }
  if (source === 1 && reason === 3) {
    return {
      cause: `The PACS does not know the calling AE title${named(context.callingAETitle)}.`,
      action: `Have the calling AE title of this machine registered at the PACS, or use one that is ${ourOption('callingAETitle', surface)}.`,
    };
  }
  if (source === 1 && reason === 2) {
    return {
      cause: 'It does not support the DICOM application context, so it may not be a DICOM storage service.',
      action: CHECK_ADDRESS,
    };
  }
  if (source === 2 && reason === 2) {
    return { cause: 'It does not speak version 1 of the DICOM upper layer protocol.', action: CHECK_ADDRESS };
  }
  if (source === 3) {
    return {
      cause: reason === 2 ? 'It has reached its limit of associations.' : 'It is busy.',
      action: `Try again later, or with fewer associations ${ourOption('associations', surface)}.`,
    };
  }
  if (result === 2) return { cause: 'It is busy or not ready.', action: 'Try again later.' };
  return {
    cause: 'It gives no reason; often it does not know the AE titles or the address of this machine.',
    action: register(context),
  };
}

const LOOK_INTO_LOG = 'Look into the log of the PACS at this time for its reason.';

/** PS3.8 Table 9-26: what the protocol layer of the peer met. */
const PROVIDER_ABORTS: Readonly<Record<number, string>> = {
  0: 'Its protocol layer gives no reason.',
  1: 'It received a PDU of a type that it does not know.',
  2: 'It received a PDU that it did not expect at that moment.',
  4: 'It received a PDU with a parameter that it does not know.',
  5: 'It received a PDU with a parameter that it did not expect.',
  6: 'It received a PDU with a value that it does not accept.',
};

function explainAbort(peer: string, { phase, source, reason }: Aborted, context: AssociationContext): Words {
  const by = source === 2 ? `, ${abortReasonText(source, reason)}` : '';
  const when = phase === 'association' ? ' instead of answering the request' : '';
  const what = `${peer} aborted the association${when}: A-ABORT source ${source}, reason ${reason}${by}.`;
  if (phase === 'association') {
    return { what, cause: 'It may not know this machine or its AE titles.', action: register(context) };
  }
  if (source === 2) {
    return { what, cause: PROVIDER_ABORTS[reason] ?? 'Its reason is not one of the standard.', action: LOOK_INTO_LOG };
  }
  const file = context.outcome === undefined || context.isOfOthers === true ? 'a file' : 'this file';
  return { what, cause: `It may have failed on ${file}, or been stopped.`, action: LOOK_INTO_LOG };
}

/** By what the first bytes look like. */
const LOOKS_LIKE: Readonly<Record<string, Omit<Words, 'what'>>> = {
  HTTP: {
    cause: 'A web server listens at this port.',
    action: 'Use the DICOM port of the PACS; Orthanc, for example, has 4242 for DICOM and 8042 for HTTP.',
  },
  TLS: {
    cause: 'This port expects TLS, which this program does not speak.',
    action: 'Use a port of the PACS for DICOM without TLS.',
  },
  SSH: { cause: 'An SSH server listens at this port.', action: 'Use the DICOM port of the PACS.' },
};

function explainProtocolError(peer: string, detail: string, looksLike: string | undefined): Words {
  if (looksLike !== undefined) {
    return {
      what: `${peer} does not speak DICOM at this port: its first bytes look like ${sanitize(looksLike)}.`,
      ...(LOOKS_LIKE[looksLike] ?? { action: CHECK_ADDRESS }),
    };
  }
  return {
    what: `${peer} broke the DICOM protocol, so the association was aborted: ${sanitize(detail, SHOWN_MAX.detail)}.`,
    cause: 'Its DICOM software is defective, or something on the way changed the data.',
    action: 'Send the trace to the manufacturer of its DICOM software.',
  };
}

const CANCELLED: Readonly<Record<Phase, string>> = {
  connect: 'while connecting',
  association: 'while the association was requested',
  response: 'while waiting for the answer',
  write: 'while it was being sent',
  release: 'while the association was released',
};

/** The same as `culpritOf` of src/net, of which this room imports types only; a test compares the two. */
function whoseFailure(failure: AssociationFailure): Culprit {
  switch (failure.code) {
    case 'connection failed':
    case 'connection lost':
      return LOCAL.has(failure.error?.code ?? '') ? 'local' : 'peer';
    case 'abandoned':
      return 'local';
    case 'cancelled':
      return 'person';
    default:
      return 'peer';
  }
}

/** @param peer how the peer is called in a sentence; sanitised */
export function explainAssociation(
  peer: string,
  failure: AssociationFailure,
  context: AssociationContext = {},
): Explanation {
  return { ...wordsOf(peer, failure, context), whose: whoseFailure(failure) };
}

function wordsOf(peer: string, failure: AssociationFailure, context: AssociationContext): Words {
  switch (failure.code) {
    case 'connection failed':
      return explainConnect(peer, failure.error, context.surface);
    case 'connection lost':
      return explainLost(peer, failure.phase, failure.error, context.outcome);
    case 'timeout':
      return explainTimeout(peer, failure.phase, failure.afterMs, context);
    case 'association rejected':
      return explainReject(peer, failure, context);
    case 'association aborted':
      return explainAbort(peer, failure, context);
    case 'released by peer':
      return {
        what: `${peer} ended the association while there was still something to send.`,
        cause: 'It may be shutting down, or limit the time or the number of instances of an association.',
        action: 'Send the missing files again.',
      };
    case 'protocol error':
      return explainProtocolError(peer, failure.detail, failure.looksLike);
    case 'unusable maximum length':
      return {
        what: `${peer} takes PDUs of at most ${plural(failure.maximumLength, 'byte')}, too few for any data (PS3.8 D.1).`,
        cause: 'The maximum PDU length of the PACS is not configured as it should be.',
        action: 'Ask its administrator to correct it.',
      };
    case 'abandoned':
      return {
        what: 'The association was aborted because a file could not be read to its end.',
        cause: 'DICOM has no other way to stop in the middle of a data set.',
        action: 'Check that file, then send the missing files again.',
      };
    case 'cancelled':
      return { what: `Cancelled ${CANCELLED[failure.phase]}.` };
    default:
      return unexplained(failure);
  }
}
