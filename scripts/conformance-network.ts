// Section 7 of the conformance statement: associations.

import { DEFAULT_MAX_PDU_LENGTH } from '../src/net/peer.ts';
import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME } from '../src/protocol/implementation.ts';
import {
  ARTIM_CLOSE_MS,
  ARTIM_REQUEST_MS,
  MESSAGE_STRETCH_LENGTH,
  MESSAGE_STRETCH_MS,
  PLACE_KEPT_MS,
  RECEIVED_PDU_LENGTH,
  RECEIVED_PDU_LENGTH_CAP,
  RECEIVER_ASSOCIATIONS_MAX,
  RECEIVER_IDLE_MS,
  SENT_PDU_LENGTH_CAP,
  UNASKED_MAX,
  USEFUL_LENGTH,
  WINDOW_MAX,
} from '../src/protocol/limits.ts';
import { IMPLICIT_VR_LE, VERIFICATION } from '../src/protocol/uids.ts';
import { APPLICATION_CONTEXT_NAME, PRESENTATION_CONTEXTS_MAX } from '../src/protocol/ul/pdu.ts';
import { AUTO_ASSOCIATIONS_MAX, DEFAULT_SEND_OPTIONS } from '../src/send/options.ts';
import { nameOf, seconds } from './conformance-tables.ts';
import { code, facts, items, table } from './markdown.ts';

function sending(): string[] {
  return [
    '### 7.2 Sending AE',
    '#### 7.2.1 Association parameters',
    facts([
      [
        'Associations at the same time',
        `${DEFAULT_SEND_OPTIONS.associations === 'auto' ? `automatic, 1 to ${AUTO_ASSOCIATIONS_MAX}` : DEFAULT_SEND_OPTIONS.associations}; configurable`,
      ],
      [
        'Asynchronous operations window',
        `${DEFAULT_SEND_OPTIONS.operationsInvoked === 1 ? 'not proposed' : DEFAULT_SEND_OPTIONS.operationsInvoked};
        configurable operations invoked, 1 performed. At most ${WINDOW_MAX} requests are open, whatever is granted. A window that
        the peer does not grant, or loses an association on, is not used`,
      ],
      ['Maximum length received', `${DEFAULT_MAX_PDU_LENGTH} bytes; configurable`],
      [
        'Maximum length sent',
        `the peer's, obeyed to the byte, and never more than ${SENT_PDU_LENGTH_CAP} bytes. Fragments have an even length. A
        maximum in which no fragment fits is an error that is shown`,
      ],
      ['Extended and common extended negotiation, role selection, user identity', 'not proposed'],
    ]),
    '#### 7.2.2 Association initiation',
    `At most ${PRESENTATION_CONTEXTS_MAX} presentation contexts on an association. What needs more is sent over several
    associations. Proposed are:`,
    items([
      'For each SOP class and transfer syntax among the files: one context with exactly this transfer syntax.',
      `For each SOP class whose files can be converted: one context with the transfer syntaxes of Annex A.3 that are not
      proposed already, best first.`,
      `Role: SCU. Extended negotiation: none.`,
    ]),
    '#### 7.2.3 Association acceptance',
    'The sending AE accepts no associations.',
  ];
}

function receiving(): string[] {
  return [
    '### 7.3 Receiving AE',
    '#### 7.3.1 Association parameters',
    facts([
      ['Application context name', 'another one is rejected (permanent, service-user, 2)'],
      [
        'Maximum length received',
        '1 to 7 leave no room for an answer: rejected (permanent, service-provider (ACSE), 1)',
      ],
      ['Called AE title', 'any; if one is configured, others are rejected (permanent, service-user, 7)'],
      ['Calling AE title', 'any'],
      [
        'Associations at the same time',
        `${RECEIVER_ASSOCIATIONS_MAX}; a further one takes the place of the one that is longest without a stored instance or
        ${USEFUL_LENGTH / 1024} KiB of data, if that is ${seconds(PLACE_KEPT_MS)} or more (A-ABORT, service-user), or is rejected
        (transient, service-provider presentation, 2)`,
      ],
      [
        'Connections without an A-ASSOCIATE-RQ',
        `closed after ${seconds(ARTIM_REQUEST_MS)} (ARTIM); of more than ${UNASKED_MAX} the oldest is closed`,
      ],
      [
        'Incomplete messages',
        `A-ABORT (service-user) if ${seconds(MESSAGE_STRETCH_MS)} bring less than ${MESSAGE_STRETCH_LENGTH / 1024} KiB`,
      ],
      ['Idle associations', `A-ABORT (service-user) after ${seconds(RECEIVER_IDLE_MS)}`],
      ['Asynchronous operations window', 'answered with 1 invoked, 1 performed if it is proposed'],
      [
        'Maximum length received',
        `${RECEIVED_PDU_LENGTH} bytes in the editor, ${DEFAULT_MAX_PDU_LENGTH} on the command line; configurable there`,
      ],
      ['Role selection', 'answered: the requestor is SCU only'],
      ['Extended negotiation, user identity', 'not answered, which means not supported'],
    ]),
    '#### 7.3.2 Accepted presentation contexts',
    table(
      ['Abstract syntax', 'Transfer syntax', 'Role'],
      [
        ['every one of section 5.3', 'the first that is proposed, known or not', 'SCP'],
        [nameOf(VERIFICATION), `${nameOf(IMPLICIT_VR_LE)} if proposed, else the first`, 'SCP'],
        ['any other of the standard', 'refused: abstract syntax not supported (3)', ''],
      ],
    ),
    '#### 7.3.3 Association initiation',
    'The receiving AE opens no associations.',
  ];
}

export function networkDetails(): string[] {
  return [
    '## 7 Network and media communication details',
    '### 7.1 General',
    facts([
      ['Application context name', code(APPLICATION_CONTEXT_NAME)],
      ['Implementation class UID', code(IMPLEMENTATION_CLASS_UID)],
      ['Implementation version name', code(IMPLEMENTATION_VERSION_NAME)],
      ['Protocol version', '1'],
      [
        'Network',
        'TCP over IPv4 and IPv6 of the operating system, with TCP_NODELAY and keepalive; host names are resolved',
      ],
      ['Physical network', 'any that the operating system supports'],
      [
        'ARTIM',
        `${seconds(ARTIM_REQUEST_MS)} for the A-ASSOCIATE-RQ (receiving AE), ${seconds(ARTIM_CLOSE_MS)} from the last PDU to the
        closed connection; not configurable`,
      ],
      ['Other deadlines', 'section 6.3'],
      [
        'Longest PDU accepted',
        `the maximum length that was announced; after "no limit", ${RECEIVED_PDU_LENGTH_CAP / 2 ** 20} MiB. A longer one is
        answered with A-ABORT`,
      ],
    ]),
    ...sending(),
    ...receiving(),
    '### 7.4 Status codes',
    'As SCU: section 5.2.3. As SCP: section 5.3.',
  ];
}
