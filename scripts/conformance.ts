// `npm run docs`: writes docs/conformance.md, the conformance statement in the order of PS3.2 Annex N, from the code: the
// registry of UIDs, the statuses and what is advised on each, the defaults of peers, sends and the receiver. Prose stands
// here; numbers and tables do not. A unit test compares the file with what this would write.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { peerFrom } from '../src/cli/options.ts';
import { ARTIM_CLOSE_MS } from '../src/net/association-driver.ts';
import {
  DEFAULT_CALLED_AE_TITLE,
  DEFAULT_CALLING_AE_TITLE,
  DEFAULT_MAX_PDU_LENGTH,
  DEFAULT_TIMEOUTS,
} from '../src/net/peer.ts';
import { PRESENTATION_CONTEXTS_MAX } from '../src/protocol/acse/contexts.ts';
import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME } from '../src/protocol/implementation.ts';
import { TRANSFER_SYNTAXES } from '../src/protocol/transfer-syntaxes.ts';
import { EXPLICIT_VR_BE, EXPLICIT_VR_LE, IMPLICIT_VR_LE, VERIFICATION } from '../src/protocol/uids.ts';
import { APPLICATION_CONTEXT_NAME } from '../src/protocol/ul/pdu.ts';
import { WINDOW_MAX } from '../src/send/association-run.ts';
import { PRIORITIES } from '../src/send/option-words.ts';
import {
  ASSOCIATIONS_MAX,
  AUTO_ASSOCIATIONS_MAX,
  DEFAULT_SEND_OPTIONS,
  OPERATIONS_INVOKED_MAX,
} from '../src/send/options.ts';
import { LOST_ASSOCIATIONS_MAX } from '../src/send/recovery.ts';
import { TRIES_MAX } from '../src/send/verdict.ts';
import { receivingAe } from './conformance-receiver.ts';
import {
  BACK_OFFS,
  classRow,
  code,
  conversionText,
  current,
  misprinted,
  nameOf,
  retired,
  seconds,
  statusRows,
  table,
} from './conformance-tables.ts';

export const CONFORMANCE_FILE = join(import.meta.dirname, '../docs/conformance.md');

function overview(): string {
  return `# DICOM conformance statement

Send to PACS stores DICOM instances from a disk in a remote archive (Storage SCU), verifies that a peer answers
(Verification SCU), and has a small receiver for tests and first tries (Storage and Verification SCP). In the order of
PS3.2 Annex N. Written by ${code('npm run docs')} from the code that it describes.

${table(
  ['Network service', 'User (SCU)', 'Provider (SCP)'],
  [
    [
      `Storage: ${current.length} current, ${retired.length} retired and all private SOP classes`,
      'Yes',
      'Yes (built-in receiver)',
    ],
    [nameOf(VERIFICATION), 'Yes', 'Yes (built-in receiver)'],
  ],
)}

Media interchange is not supported. Only this version's behaviour is described; conformance does not promise that two
applications work together, which is to be tried with the application at the other end.

## 1 Implementation model

### 1.1 Application data flow

A person chooses files and folders and a peer; the _sending AE_ opens one or more associations to it, requests the storage
of each instance, and shows what became of each. A person may have the peer verified with C-ECHO, by the same AE. The
_receiving AE_ runs only after a person has started it; it writes what it receives to a folder.

### 1.2 Sequencing

Files are scanned and looked over before the first association is opened. Then each is
sent, in the order given. There is no other order that the sending AE depends on.
`;
}

function sendingAe(): string {
  const cli = peerFrom('host', '104', {});
  const accepted = table(
    ['Presentation context', 'Abstract syntax', 'Transfer syntaxes', 'Role', 'Extended negotiation'],
    [
      [
        'one for each SOP class and transfer syntax among the files',
        'of the file',
        'the one of the file',
        'SCU',
        'None',
      ],
      [
        'one more for each SOP class whose files can be converted',
        'of the file',
        'those of section 6.3 that are not proposed already, best first',
        'SCU',
        'None',
      ],
    ],
  );
  return `## 2 Sending AE

### 2.1 SOP classes

All of section 6.1 and 6.2 as SCU, and every private or future SOP class that a file names: an SOP class need not be
known to be sent. ${nameOf(VERIFICATION)} as SCU.

### 2.2 Association policies

${table(
  ['', 'Value'],
  [
    ['Application context name', code(APPLICATION_CONTEXT_NAME)],
    ['Implementation class UID', code(IMPLEMENTATION_CLASS_UID)],
    ['Implementation version name', code(IMPLEMENTATION_VERSION_NAME)],
    [
      'Associations at the same time',
      `${DEFAULT_SEND_OPTIONS.associations === 'auto' ? `automatic, 1 to ${AUTO_ASSOCIATIONS_MAX}` : DEFAULT_SEND_OPTIONS.associations}; configurable, 1 to ${ASSOCIATIONS_MAX}`,
    ],
    [
      'Asynchronous operations window',
      `${DEFAULT_SEND_OPTIONS.operationsInvoked === 1 ? 'not proposed' : DEFAULT_SEND_OPTIONS.operationsInvoked}; configurable, 0 (no limit) to ${OPERATIONS_INVOKED_MAX} operations invoked, 1 performed. At most ${WINDOW_MAX} are open at a time, whatever is granted`,
    ],
    [
      'Maximum length received',
      `${DEFAULT_MAX_PDU_LENGTH} bytes; configurable, 0 (no limit) or 1024 to 1048576 by setting, 8 to 4294967295 by command line`,
    ],
    [
      'Presentation contexts',
      `at most ${PRESENTATION_CONTEXTS_MAX} on an association; what needs more goes over several, one after the other`,
    ],
    ['Extended negotiation, common extended negotiation, role selection, user identity', 'not proposed'],
  ],
)}

The peer's maximum length is obeyed to the byte; fragments have an even length. A maximum length in which no fragment
fits is an error that is told. An operations window that the peer does not grant, or loses an association on, is not
used: one request at a time.

### 2.3 Storage: initiation by a person

Proposed presentation contexts:

${accepted}

A file goes out byte for byte in its own transfer syntax where the peer accepts that; only where it does not, and the
conversion allows it, as section 6.3 says. Instead of this, one of ${nameOf(EXPLICIT_VR_LE)}, ${nameOf(IMPLICIT_VR_LE)} and
${nameOf(EXPLICIT_VR_BE)} can be requested alone, to which everything is then converted; and all ${current.length} current SOP
classes can be proposed beside those that are needed, as far as the association has room, in the uncompressed transfer
syntaxes.

C-STORE-RQ: Priority is ${
    Object.entries(PRIORITIES)
      .find(([, value]) => value === DEFAULT_SEND_OPTIONS.priority)?.[0]
      ?.toUpperCase() ?? ''
  }, configurable. Message IDs count from 1 on each association and begin again after
65535. Move Originator is not sent. SOP Class and SOP Instance UID are those of the data set. Nothing in a data set is
changed but its encoding; decompression sets the attributes that describe pixel data (PS3.5, PS3.3) and, in what was
compressed with loss, those that say so.

Behaviour on each status of the C-STORE-RSP:

${table(
  ['Service status', 'Further meaning', 'Status codes', 'Behaviour'],
  statusRows().map(({ category, meaning, codes, behaviour }) => [
    category === 'success' ? 'Success' : category === 'warning' ? 'Warning' : 'Failure',
    meaning,
    codes,
    behaviour,
  ]),
)}

Error Comment (0000,0902) and Offending Element (0000,0901) are shown as they came. A response that cannot be one to the
request (other Message ID, other SOP Instance UID, other message) ends the association, and the instance is not counted as
stored.

Behaviour on communication failure:

${table(
  ['Exception', 'Behaviour'],
  [
    ['No connection, rejected permanently', 'The instances fail with the reason; nothing is tried again'],
    [
      'Rejected as transient, or for congestion or a local limit',
      `Tried again, after ${BACK_OFFS}; given up after ${LOST_ASSOCIATIONS_MAX} in a row`,
    ],
    [
      'Association lost, aborted or released by the peer while instances are sent',
      `A new association for what remains. An instance that was on its way is sent again, last, at most ${TRIES_MAX} times in all; after that it is ${code('unknown')} where all of it was sent, else ${code('failed')}`,
    ],
    ['A deadline of section 2.6 passes', 'A-ABORT; then as if the association was lost'],
    [
      'The file cannot be read to its end, or converted',
      'A-ABORT where a part of it was sent; the instance fails, the others go on',
    ],
    [
      'The person cancels',
      `No further instance is begun; the running one is aborted, and is ${code('unknown')} where all of it was sent`,
    ],
    [
      'Presentation context refused',
      'The instances that need it fail with what was refused and what the peer would take; the others are sent',
    ],
  ],
)}

### 2.4 Verification: initiation by a person

One association with one presentation context, ${nameOf(VERIFICATION)} in ${nameOf(IMPLICIT_VR_LE)} and ${nameOf(EXPLICIT_VR_LE)}, one C-ECHO-RQ, release.
Success is 0000; any other status is told as a failure.

### 2.5 Association acceptance

The sending AE accepts no associations.

### 2.6 Deadlines

${table(
  ['Deadline', 'Editor', 'Command line', 'From – to'],
  [
    [
      'connect',
      seconds(DEFAULT_TIMEOUTS.connectMs),
      `${seconds(cli.timeouts.connectMs)} (${code('-tn')})`,
      'name look-up to the TCP connection',
    ],
    [
      'association',
      seconds(DEFAULT_TIMEOUTS.associationMs),
      `${seconds(cli.timeouts.associationMs)} (${code('-ta')})`,
      'A-ASSOCIATE-RQ to the whole answer',
    ],
    [
      'response',
      seconds(DEFAULT_TIMEOUTS.responseMs),
      `${seconds(cli.timeouts.responseMs)} (${code('-td')})`,
      'last byte of a request to the whole response',
    ],
    [
      'write stall',
      seconds(DEFAULT_TIMEOUTS.writeStallMs),
      `${seconds(cli.timeouts.writeStallMs)} (${code('-tn')})`,
      'the longest time in which the peer takes no byte',
    ],
    [
      'release',
      seconds(DEFAULT_TIMEOUTS.releaseMs),
      `${seconds(cli.timeouts.releaseMs)} (${code('-ta')})`,
      'A-RELEASE-RQ to the closed connection',
    ],
    ['ARTIM', seconds(ARTIM_CLOSE_MS), seconds(ARTIM_CLOSE_MS), 'last PDU to the closed connection; not configurable'],
  ],
)}

All but ARTIM are configurable; 0 means no limit.
`;
}

function configuration(): string {
  return `## 5 Configuration

### 5.1 AE titles and addresses

${table(
  ['', 'Editor', 'Command line'],
  [
    [
      'Calling AE title',
      `${code(DEFAULT_CALLING_AE_TITLE)}; a setting, and one for each peer`,
      `${code(peerFrom('host', '104', {}).callingAETitle)}; ${code('-aet')}`,
    ],
    [
      'Called AE title',
      `${code(DEFAULT_CALLED_AE_TITLE)}; for each peer`,
      `${code(peerFrom('host', '104', {}).calledAETitle)}; ${code('-aec')}`,
    ],
    ['Address and port', 'for each peer', 'arguments'],
    ['Port of the receiver', 'any free one; a setting', code('--port')],
  ],
)}

AE titles have 1 to 16 characters of the default repertoire without backslash and control characters, and are not blank;
others are refused, never cut.

### 5.2 Parameters

[settings.md](settings.md) has all settings, [cli.md](cli.md) all options, with their defaults and limits.
`;
}

function annexes(): string {
  return `## 6 SOP classes and transfer syntaxes

### 6.1 Current Storage SOP classes

${table(['SOP class', 'UID'], current.map(classRow))}

### 6.2 Retired Storage SOP classes

${table(['SOP class', 'UID'], retired.map(classRow))}

Two UIDs that a widely read document misprints are known by name, and are sent only where a file says so:

${table(
  ['UID', 'Meant is'],
  misprinted.map(({ uid, misprintOf = '' }) => [code(uid), `${nameOf(misprintOf)} (${code(misprintOf)})`]),
)}

### 6.3 Transfer syntaxes

Every transfer syntax is sent and received as it is, private ones too. Where a peer refuses the one of a file, the data set
is converted to one of the last column, in this order, if the peer takes that; with conversion ${code('never')} it is not. The default is
${code(DEFAULT_SEND_OPTIONS.conversion)}.

${table(
  ['Transfer syntax', 'UID', 'Offered beside it'],
  TRANSFER_SYNTAXES.map(({ name, uid, retired: isRetired }) => [
    `${name}${isRetired === true ? ' (retired)' : ''}`,
    code(uid),
    conversionText(uid),
  ]),
)}

### 6.4 Extensions, specialisations, private classes

None of its own. Standard extended, specialised and private SOP classes in files are sent under the UID that the file
names. No extended negotiation.

## 7 Media interchange

None. A DICOMDIR is recognised and not sent.

## 8 Support of character sets

Data sets go out with the bytes that the file has, whatever Specific Character Set (0008,0005) says; conversion between
transfer syntaxes does not touch text. What peers say in their Error Comment is read as ISO IR 6, other characters as
Latin-1, and control characters are not shown.

## 9 Security

None of the security profiles of PS3.15: associations are not encrypted, and no user identity is sent. Before instances go
to another machine the editor asks a person, once for each peer; peers that come with a workspace are asked for once in
any case and are ignored in Restricted Mode. The receiver has no access control but the called AE title. Data sets never
enter traces and reports, which hold UIDs, file names and AE titles.
`;
}

/** The whole document. */
export function conformanceStatement(): string {
  return [overview(), sendingAe(), receivingAe(), configuration(), annexes()].join('\n');
}

if (import.meta.main) writeFileSync(CONFORMANCE_FILE, conformanceStatement());
