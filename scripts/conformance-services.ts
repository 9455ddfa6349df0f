// Section 5 of the conformance statement: what is done with each service, and with each status.

import { RECEIVED_INSTANCE_LENGTH_MAX, RECEIVER_ASSOCIATIONS_MAX, RECEIVER_IDLE_MS } from '../src/protocol/limits.ts';
import { EXPLICIT_VR_BE, EXPLICIT_VR_LE, IMPLICIT_VR_LE, VERIFICATION } from '../src/protocol/uids.ts';
import { TRIES_MAX } from '../src/send/channel-run.ts';
import { PRIORITIES } from '../src/send/option-words.ts';
import { DEFAULT_SEND_OPTIONS } from '../src/send/options.ts';
import { ABORTED_CHANNELS_MAX, LOST_CHANNELS_MAX, LOST_WITH_INSTANCE_MAX } from '../src/send/recovery.ts';
import { BACK_OFFS, current, nameOf, seconds, statusItems } from './conformance-tables.ts';
import { code, facts, items, table } from './markdown.ts';

function storageScu(): string[] {
  const priority = Object.entries(PRIORITIES).find(([, value]) => value === DEFAULT_SEND_OPTIONS.priority)?.[0] ?? '';
  return [
    '### 5.2 Storage as SCU',
    `All SOP classes of Annex A, and every private or future SOP class that a file names: an SOP class need not be known to
    be sent. Activated by a person.`,
    '#### 5.2.1 Data sets and transfer syntaxes',
    `A data set is sent byte for byte in the transfer syntax of the file, if the peer accepts it. If not, and if the
    configuration allows it, it is converted to one that the peer accepts (Annex A.3). The result says that it was converted.
    With conversion ${code('never')} the instance fails. The default is ${code(DEFAULT_SEND_OPTIONS.conversion)}: uncompressed
    data sets are re-encoded, losslessly compressed ones are decompressed. With ${code('any')}, lossily compressed ones are
    decompressed too.`,
    items([
      `Alternatively one of ${[EXPLICIT_VR_LE, IMPLICIT_VR_LE, EXPLICIT_VR_BE].map(nameOf).join(', ')} can be requested
      alone. Every data set is then converted to it.`,
      `All ${current.length} current SOP classes can be proposed beside those that are needed, in the uncompressed transfer
      syntaxes, as far as the association has room.`,
      `Conversion changes no attribute but the encoding. Decompression sets the attributes that describe pixel data and, for
      lossily compressed images, those that say so. The SOP Instance UID stays the same.`,
      `In what is re-encoded sequences and items end with delimiters, there are no group lengths, and odd values are
      padded. An element that readers of Implicit VR would take for something else, text for a sequence or a sequence for
      text, is not written in it: the instance fails, and the element is named.`,
      `Digital signatures (PS3.15) are kept bit by bit in data sets that are sent unchanged. Conversion and decompression
      change the bytes that a signature covers; the signature is then sent, and no longer valid.`,
      `Files that an SCP cannot read are held back, and so is the second of two different data sets with one SOP Instance
      UID. Held back instances are reported and not sent.`,
    ]),
    '#### 5.2.2 C-STORE-RQ',
    facts([
      ['Priority', `${priority.toUpperCase()}; configurable`],
      ['Message ID', 'from 1 on each association; after 65535 it begins again, passing over those still open'],
      ['Move Originator', 'not sent'],
      [
        'Affected SOP Class UID, SOP Instance UID',
        'those of the data set. One that lacks them is held back; if it is sent by decision, those of its File Meta Information',
      ],
    ]),
    '#### 5.2.3 Behaviour on each status',
    items(statusItems()),
    `Error Comment (0000,0902) and Offending Element (0000,0901) are shown as they came. A response that does not fit the
    request (other Message ID, the SOP Instance UID of another open request, other message, no status) aborts the association,
    and the instance is ${code('unknown')}. One that breaks PS3.7 otherwise, and whose Message ID and Status are beyond doubt,
    is taken and told: another SOP Instance UID, a data set that is announced, elements of other groups, a number in four
    bytes.`,
    '#### 5.2.4 Behaviour on communication failure',
    `An association counts as lost if it fails without any answer. The remaining instances fail after
    ${LOST_CHANNELS_MAX} lost in a row with no instance on its way, after ${LOST_WITH_INSTANCE_MAX} that were lost or timed
    out with one on its way, or after ${ABORTED_CHANNELS_MAX} in all, such as those that the peer aborted with one on its way.
    Instances on their way when an association is lost are tried again last, once, and the next association begins with an
    instance from elsewhere in the send, of another SOP class or transfer syntax if there is one. A combination of SOP class
    and transfer syntax that comes to these numbers alone is given up alone. Before each new attempt the AE waits
    ${BACK_OFFS}; after an abort with an instance on its way it does not wait. Failures that the AE causes itself,
    such as an unreadable file, do not count.`,
    facts([
      [
        'No connection',
        `The instances fail at once, unless the peer has answered before in this send or this machine was short of ports, file
        descriptors or memory. Then it is tried again as above.`,
      ],
      ['Rejected permanently', 'The instances fail at once.'],
      [
        'Rejected as transient, or by the presentation provider (congestion, local limit)',
        'Tried again as above. The number of associations that are open then is kept for the send, and asked about again rarely.',
      ],
      [
        'No answer to the A-ASSOCIATE-RQ, or aborted or closed instead',
        'The instances fail at once, unless the peer has answered before in this send. Then it is tried again as above.',
      ],
      [
        'Lost, aborted, released or timed out while instances are sent',
        `A new association for what remains. An instance that was being sent comes last, and is tried ${TRIES_MAX} times in all.
        After that it is ${code('unknown')} if all of it was sent once, else ${code('failed')}.`,
      ],
      ['A deadline of section 7.1 passes', 'A-ABORT, then as in the row of that phase.'],
      [
        'The file cannot be read to its end, or converted',
        'A-ABORT if a part of it was sent, because DICOM has no other way. The instance fails, the others are sent.',
      ],
      [
        'The person cancels',
        `No further instance is begun. The running one is aborted; it is ${code('unknown')} if all of it was sent.`,
      ],
      [
        'Presentation context refused',
        'The instances that need it fail with what was refused and what the peer would accept. The others are sent.',
      ],
    ]),
  ];
}

function scp(): string[] {
  return [
    '### 5.3 Storage as SCP',
    `For tests, not an archive. All SOP classes of Annex A, private ones, and those of later editions below
    ${code('1.2.840.10008.5.1.4.1.1')}.`,
    facts([
      ['Level of conformance', 'level 2 (full): every attribute, private ones too, is kept as it came'],
      ['Coercion', 'none'],
      [
        'Digital signatures',
        'level 3 (bit preserving): data sets are written byte for byte; signatures are not verified',
      ],
      [
        'Storage',
        `a file of PS3.10 format for each instance in one folder, with a File Meta Information of the AE. An instance with
        the same SOP Instance UID replaces the earlier one`,
      ],
      ['Duration', 'until a person deletes the file'],
      ['Access', 'the files; there is no query and no retrieve'],
      ['Largest instance', `${RECEIVED_INSTANCE_LENGTH_MAX / 2 ** 30} GiB`],
    ]),
    table(
      ['Service status', 'Status code', 'When'],
      [
        ['Success', '0000', 'the instance is on the disk, whole and under its name'],
        ['Refused: Out of Resources', 'A700', 'it could not be written, or is too large; with an Error Comment'],
        ['Data Set does not match SOP Class', 'A900', 'a UID is not that of the request; with an Error Comment'],
        ['Data Set does not match (warning)', 'B007', 'the same, if such are to be stored'],
        ['Refused: SOP Class Not Supported', '0122', 'the request and its presentation context disagree'],
      ],
    ),
    `Other messages than C-STORE-RQ and C-ECHO-RQ, and a C-STORE-RQ without a data set, are answered with A-ABORT. At most
    ${RECEIVER_ASSOCIATIONS_MAX} associations are open; one without traffic is aborted after ${seconds(RECEIVER_IDLE_MS)}.`,
  ];
}

export function services(): string[] {
  return [
    '## 5 Service and interoperability description',
    '### 5.1 Verification',
    `As SCU: one association with one presentation context, ${nameOf(VERIFICATION)} in ${nameOf(IMPLICIT_VR_LE)} and
    ${nameOf(EXPLICIT_VR_LE)}; one C-ECHO-RQ; release. Status 0000 is success, any other is shown as a failure. Nothing is
    tried again. Activated by a person. As SCP: C-ECHO-RQ is answered with 0000.`,
    ...storageScu(),
    ...scp(),
    '### 5.4 Media',
    'None.',
    '### 5.5 Specific Character Sets',
    items([
      `Data sets: the bytes of the file, whatever Specific Character Set (0008,0005) says. Conversion between transfer
      syntaxes does not touch text.`,
      'Error Comment of a peer: read as ISO IR 6; other bytes are shown as Latin-1, control characters are not shown.',
      'AE titles: ISO IR 6, 1 to 16 characters without backslash and control characters, not blank.',
      `File names: any that the operating system allows. They are not sent. Bytes of a name that are not UTF-8 are shown
      as ${code('\\xE4')}.`,
    ]),
  ];
}
