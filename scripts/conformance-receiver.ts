// Section 3 of the conformance statement: the built-in receiver.

import { RECEIVER_IDLE_MS } from '../src/net/accepted-association.ts';
import { ARTIM_CLOSE_MS, ARTIM_REQUEST_MS } from '../src/net/association-driver.ts';
import { DEFAULT_MAX_PDU_LENGTH } from '../src/net/peer.ts';
import { RECEIVED_PDU_LENGTH, RECEIVER_ASSOCIATIONS_MAX } from '../src/net/store-scp.ts';
import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME } from '../src/protocol/implementation.ts';
import { IMPLICIT_VR_LE, VERIFICATION } from '../src/protocol/uids.ts';
import { APPLICATION_CONTEXT_NAME } from '../src/protocol/ul/pdu.ts';
import { code, nameOf, seconds, table } from './conformance-tables.ts';

export function receivingAe(): string {
  return `## 3 Receiving AE (built-in receiver)

For tests and first tries; not an archive. It runs only after a person has started it, and listens on the loopback
interface unless the command line says otherwise.

### 3.1 SOP classes

As SCP: ${nameOf(VERIFICATION)}, and Storage with all of section 6.1 and 6.2, private SOP classes, and those of editions to come
below ${code('1.2.840.10008.5.1.4.1.1')}. It is a Storage SCP of level 2 (full): the data set is kept as it came, behind a File Meta
Information of its own (PS3.10). It does not keep instances from being overwritten by the same SOP Instance UID.

### 3.2 Association policies

${table(
  ['', 'Value'],
  [
    ['Application context name', `${code(APPLICATION_CONTEXT_NAME)}; another is rejected (permanent, service-user, 2)`],
    [
      'Implementation class UID, version name',
      `${code(IMPLEMENTATION_CLASS_UID)}, ${code(IMPLEMENTATION_VERSION_NAME)}`,
    ],
    ['Called AE title', 'any; or, configured, one: others are rejected (permanent, service-user, 7)'],
    ['Calling AE title', 'any'],
    [
      'Associations at the same time',
      `${RECEIVER_ASSOCIATIONS_MAX}; further ones are rejected (transient, service-provider presentation, 2)`,
    ],
    ['Asynchronous operations window', 'answered with 1 invoked, 1 performed where it is proposed'],
    [
      'Maximum length received',
      `${RECEIVED_PDU_LENGTH} bytes in the editor, ${DEFAULT_MAX_PDU_LENGTH} by command line; configurable there`,
    ],
    ['Role selection', 'answered: the requestor is SCU only'],
    ['Extended negotiation, user identity', 'not answered, which means not supported'],
    ['Idle associations', `aborted after ${seconds(RECEIVER_IDLE_MS)} without a byte`],
    ['ARTIM', `${seconds(ARTIM_REQUEST_MS)} for the A-ASSOCIATE-RQ, ${seconds(ARTIM_CLOSE_MS)} for the close`],
  ],
)}

### 3.3 Accepted presentation contexts

${table(
  ['Abstract syntax', 'Transfer syntax', 'Role', 'Extended negotiation'],
  [
    ['every one of section 3.1 but Verification', 'the first that is proposed, known or not', 'SCP', 'None'],
    [nameOf(VERIFICATION), `${nameOf(IMPLICIT_VR_LE)} where it is proposed, else the first`, 'SCP', 'None'],
    ['any other of the standard', 'refused: abstract syntax not supported (3)', '', ''],
  ],
)}

### 3.4 Statuses

${table(
  ['Service status', 'Status code', 'When'],
  [
    ['Success', '0000', 'the instance is on the disk, whole and under its name; C-ECHO'],
    ['Refused: Out of Resources', 'A700', 'it could not be written; with an Error Comment'],
    ['Refused: SOP Class Not Supported', '0122', 'the request names another SOP class than its presentation context'],
  ],
)}

Other messages than C-STORE-RQ and C-ECHO-RQ, and a C-STORE-RQ without a data set, are answered by A-ABORT. It opens no
associations.

## 4 Network interfaces

TCP/IP version 4 and 6 of the operating system, with TCP_NODELAY. It resolves names, too.
`;
}
