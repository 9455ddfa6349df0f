// Why an association did not come up or did not last, and what helps. PS3.8 9.3.4 (reject), 9.3.8 (abort), and what
// operating systems say about connections.

import type { AssociationFailure, Culprit, Phase } from '../net/failure.ts';
import type { SystemErrorInfo } from '../part10/system-error.ts';
import { abortReasonText, rejectReasonText, rejectResultText, rejectSourceText } from './code-text.ts';
import { type Explanation, unspoken, type Words } from './explanation.ts';
import { sanitize } from './sanitize.ts';
import { formatDuration } from './units.ts';

const DETAIL_MAX = 200;

/** 'ECONNREFUSED 127.0.0.1:104'. */
function systemWords(error: SystemErrorInfo): string {
  const where =
    error.address === undefined ? '' : ` ${sanitize(error.address)}${error.port === undefined ? '' : `:${error.port}`}`;
  return error.code === 'UNKNOWN' ? sanitize(error.message, DETAIL_MAX) : `${sanitize(error.code)}${where}`;
}

const CONNECT: Readonly<Record<string, Omit<Words, 'what'> & { readonly says: string }>> = {
  ECONNREFUSED: {
    says: 'refused the connection',
    cause: 'Nothing listens at that port, or a firewall refuses it.',
    action: 'Check host and port of the peer, and that its DICOM service runs.',
  },
  ENOTFOUND: {
    says: 'was not found',
    cause: 'The host name has no address here.',
    action: 'Check the host of the peer for typing errors; a VPN may be needed to resolve it.',
  },
  EAI_AGAIN: {
    says: 'could not be looked up',
    cause: 'The name server does not answer.',
    action: 'Check the network connection, or use the IP address as host.',
  },
  EHOSTUNREACH: {
    says: 'cannot be reached',
    cause: 'There is no way to that host from this machine.',
    action: 'Check host, network and VPN.',
  },
  ENETUNREACH: {
    says: 'cannot be reached',
    cause: 'There is no way to that network from this machine.',
    action: 'Check network and VPN.',
  },
  ETIMEDOUT: {
    says: 'did not answer the connection request',
    cause: 'The host may be off, or a firewall drops the connection without a word.',
    action: 'Check host and port, and that a firewall lets this machine through.',
  },
  ECONNRESET: {
    says: 'reset the connection',
    cause: 'It, or a firewall on the way, does not want this machine.',
    action: 'Ask its administrator whether this machine is allowed to connect.',
  },
  EACCES: {
    says: 'could not be connected to',
    cause: 'This machine forbids the connection.',
    action: 'Check the local firewall and the port of the peer.',
  },
  EADDRNOTAVAIL: {
    says: 'could not be connected to',
    cause: 'This machine has no free local port or no address for that network.',
    action: 'Wait a minute and send again; check the host of the peer.',
  },
  EMFILE: {
    says: 'could not be connected to',
    cause: 'Too many files and connections are open in this process.',
    action: 'Close what is not needed, or raise the limit of open files, and send again.',
  },
  ENFILE: {
    says: 'could not be connected to',
    cause: 'Too many files and connections are open on this machine.',
    action: 'Close what is not needed, and send again.',
  },
  ENOBUFS: {
    says: 'could not be connected to',
    cause: 'This machine has no memory left for connections.',
    action: 'Close what is not needed, wait a minute and send again.',
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

function explainConnect(peer: string, error: SystemErrorInfo): Words {
  const known = CONNECT[ALIKE[error.code] ?? error.code];
  if (known === undefined) {
    return {
      what: `${peer} could not be connected to (${systemWords(error)}).`,
      action: 'Check host and port of the peer.',
    };
  }
  const { says, ...advice } = known;
  return { what: `${peer} ${says} (${systemWords(error)}).`, ...advice };
}

function explainLost(peer: string, phase: Phase, error: SystemErrorInfo | undefined): Words {
  const how = error === undefined ? 'closed the connection' : `lost the connection (${systemWords(error)})`;
  switch (phase) {
    case 'connect':
      return { what: `${peer} ${how} at once.`, action: 'Check host and port of the peer.' };
    case 'association':
      return {
        what: `${peer} ${how} instead of answering the association request.`,
        cause: 'It may require TLS, may not speak DICOM at this port, or may not allow this machine.',
        action: 'Check the port, and ask its administrator whether it expects TLS.',
      };
    case 'response':
      return {
        what: `${peer} ${how} before it answered.`,
        cause: 'It may have stored the instance or not.',
        action: 'Look there whether it arrived, or send again: a PACS keeps the same instance once.',
      };
    case 'write':
      return {
        what: `${peer} ${how} while data was sent.`,
        cause: 'The PACS may have stopped, or the network may have failed.',
        action: 'Check that it runs, then send again.',
      };
    case 'release':
      return {
        what: `${peer} ${how} while the association was released.`,
        cause: 'What it had answered before is not touched by that.',
      };
  }
}

function explainTimeout(peer: string, phase: Phase, afterMs: number): Words {
  const after = formatDuration(afterMs);
  switch (phase) {
    case 'connect':
      return {
        what: `${peer} did not answer the connection request within ${after}.`,
        cause: 'The host may be off, or a firewall drops the connection without a word.',
        action: 'Check host and port, and that a firewall lets this machine through.',
      };
    case 'association':
      return {
        what: `${peer} accepted the connection but did not answer the association request within ${after}.`,
        cause: 'It may require TLS, may be overloaded, or may not speak DICOM at this port.',
        action: 'Check the port, and ask its administrator whether it expects TLS.',
      };
    case 'response':
      return {
        what: `${peer} did not answer within ${after} after everything was sent.`,
        cause: 'It may be overloaded; it may have stored the instance or not.',
        action: 'Look there whether it arrived; a longer response timeout of the peer may help.',
      };
    case 'write':
      return {
        what: `${peer} took no data for ${after}.`,
        cause: 'It may be overloaded or hang.',
        action: 'Check that it runs, then send again.',
      };
    case 'release':
      return {
        what: `${peer} did not answer the release request within ${after}.`,
        cause: 'What it had answered before is not touched by that.',
      };
  }
}

type Rejected = Extract<AssociationFailure, { code: 'association rejected' }>;

function explainReject(peer: string, { result, source, reason }: Rejected): Words {
  const codes = `${rejectResultText(result)}, ${rejectSourceText(source)}: ${rejectReasonText(source, reason)}`;
  const what = `${peer} rejected the association (${codes}).`;
  if (source === 1 && reason === 7) {
    return {
      what,
      cause: 'The called AE title is not known there.',
      action: 'Check the called AE title that is set for the peer; upper and lower case differ.',
    };
  }
  if (source === 1 && reason === 3) {
    return {
      what,
      cause: 'The calling AE title is not known there.',
      action: 'Have the calling AE title of this machine registered at the PACS, or use one that is.',
    };
  }
  if (source === 1 && reason === 2) {
    return {
      what,
      cause: 'It does not support the DICOM application context, so it may not be a DICOM storage service.',
      action: 'Check host and port of the peer.',
    };
  }
  if (source === 2 && reason === 2) {
    return {
      what,
      cause: 'It does not speak version 1 of the DICOM upper layer protocol.',
      action: 'Check host and port of the peer.',
    };
  }
  if (source === 3) {
    return {
      what,
      cause: reason === 2 ? 'It has reached its limit of associations.' : 'It is busy.',
      action: 'Try again later, with fewer senders at the same time.',
    };
  }
  if (result === 2) return { what, cause: 'It is busy or not ready.', action: 'Try again later.' };
  return {
    what,
    cause: 'It does not say why; often it does not know the AE titles or the address of this machine.',
    action: 'Ask its administrator to register this machine, and look into the PACS log at this time.',
  };
}

function explainAbort(peer: string, phase: Phase, source: number, reason: number): Words {
  const by = source === 2 ? `: ${abortReasonText(source, reason)}` : '';
  const what = `${peer} aborted the association${phase === 'association' ? ' instead of answering the request' : ''} (A-ABORT source ${source}, reason ${reason}${by}).`;
  const action = 'Look into the PACS log at this time for its reason.';
  if (phase === 'association') {
    return { what, cause: 'It may not know this machine or its AE titles.', action };
  }
  if (source === 2) return { what, cause: 'Its protocol layer found something that it did not expect.', action };
  return { what, cause: 'It may have failed on this file, or been stopped.', action };
}

const LOOKS_LIKE: Readonly<Record<string, string>> = {
  HTTP: 'A web server listens at this port. Use the DICOM port of the PACS: Orthanc has 4242 for DICOM and 8042 for HTTP.',
  TLS: 'This port expects TLS, which plain DICOM is not. Use the port for unencrypted DICOM.',
  SSH: 'An SSH server listens at this port. Use the DICOM port of the PACS.',
};

function explainProtocolError(peer: string, detail: string, looksLike: string | undefined): Words {
  if (looksLike !== undefined) {
    return {
      what: `${peer} does not speak DICOM at this port: its first bytes look like ${sanitize(looksLike)}.`,
      action: LOOKS_LIKE[looksLike] ?? 'Check host and port of the peer.',
    };
  }
  return {
    what: `${peer} broke the DICOM protocol (${sanitize(detail, DETAIL_MAX)}), so the association was aborted.`,
    cause: 'This is a defect of its DICOM software, or something on the way changed the data.',
    action: 'Send the trace to its manufacturer.',
  };
}

const CANCELLED: Readonly<Record<Phase, string>> = {
  connect: 'while connecting',
  association: 'while the association was requested',
  response: 'while waiting for the answer',
  write: 'while it was being sent',
  release: 'while the association was released',
};

/** The same answer as `culpritOf`, which a test compares: this room imports no code of `net`. */
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
export function explainAssociation(peer: string, failure: AssociationFailure): Explanation {
  return { ...wordsOf(peer, failure), whose: whoseFailure(failure) };
}

function wordsOf(peer: string, failure: AssociationFailure): Words {
  switch (failure.code) {
    case 'connection failed':
      return explainConnect(peer, failure.error);
    case 'connection lost':
      return explainLost(peer, failure.phase, failure.error);
    case 'timeout':
      return explainTimeout(peer, failure.phase, failure.afterMs);
    case 'association rejected':
      return explainReject(peer, failure);
    case 'association aborted':
      return explainAbort(peer, failure.phase, failure.source, failure.reason);
    case 'released by peer':
      return {
        what: `${peer} ended the association while there was still something to send.`,
        cause: 'It may be shutting down, or limit the time or the number of instances of an association.',
        action: 'Send again what is missing.',
      };
    case 'protocol error':
      return explainProtocolError(peer, failure.detail, failure.looksLike);
    case 'unusable maximum length':
      return {
        what: `${peer} takes PDUs of at most ${failure.maximumLength} bytes, too few for any data (PS3.8 D.1).`,
        action: 'Correct the maximum PDU length in the configuration of the PACS.',
      };
    case 'abandoned':
      return {
        what: 'The association was aborted because a file could not be read to its end.',
        cause: 'DICOM has no other way to stop in the middle of a data set.',
        action: 'Check that file, then send again what is missing.',
      };
    case 'cancelled':
      return { what: `Cancelled ${CANCELLED[failure.phase]}.` };
    default:
      return unspoken(failure);
  }
}
