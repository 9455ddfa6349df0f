// docs/conformance.md, after the template of PS3.2 Annex N. Its prose is here and in the conformance-*.ts files. Its numbers
// and tables come from the code: UIDs, statuses and the advice on each, defaults and limits. `npm run docs` writes it; a unit test compares the file with what this would write.

import manifest from '../package.json' with { type: 'json' };
import { DEFAULT_CALLED_AE_TITLE, DEFAULT_CALLING_AE_TITLE } from '../src/net/peer.ts';
import { IMPLEMENTATION_VERSION_NAME } from '../src/protocol/implementation.ts';
import { VERIFICATION } from '../src/protocol/uids.ts';
import { configuration } from './conformance-configuration.ts';
import { networkDetails } from './conformance-network.ts';
import { security } from './conformance-security.ts';
import { services } from './conformance-services.ts';
import { classItem, current, misprinted, nameOf, retired, transferSyntaxItems } from './conformance-tables.ts';
import { code, document, facts, items, table } from './markdown.ts';

/** Newest first. The first one is this document's. */
export const REVISIONS: readonly { readonly version: string; readonly date: string; readonly changes: string }[] = [
  {
    version: '0.2.0-dev',
    date: '2026-11-26',
    changes: `Outline of Annex N. Added: references, data flow, retry limits for each kind of failure, the limit on PDUs sent,
    details of the Storage SCP, character sets of names and file names, digital signatures, configuration limits.`,
  },
  { version: '0.1.0', date: '2026-11-22', changes: 'First version.' },
];

/** The UIDs of src/protocol are those of this edition. */
const EDITION = '2026';

function overview(): string[] {
  const [revision] = REVISIONS;
  return [
    '# DICOM conformance statement',
    facts([
      ['Product', `${manifest.displayName}, version ${manifest.version}`],
      ['Date of this statement', revision?.date ?? ''],
      ['Edition of the standard', `DICOM ${EDITION}`],
      ['Written by', `${code('npm run docs')}, from the code that it describes`],
    ]),
    '## 1 Overview',
    `Send to PACS is an extension for VS Code and a command line. It stores DICOM instances that are files on a disk in a
    remote archive (Storage SCU), verifies that a peer answers (Verification SCU), and has a small receiver for tests
    (Storage and Verification SCP). It creates no instances of its own and displays none. It
    changes none but for the transfer syntax, where the peer refuses that of the file (section 5.2).`,
    '### 1.1 Content and transfer',
    table(
      ['Network service', 'User (SCU)', 'Provider (SCP)'],
      [
        [
          `Storage: ${current.length} current, ${retired.length} retired, and all private SOP classes`,
          'Yes',
          'Yes (built-in receiver)',
        ],
        [nameOf(VERIFICATION), 'Yes', 'Yes (built-in receiver)'],
      ],
    ),
    `The SOP classes and transfer syntaxes are listed in Annex A. ${nameOf(VERIFICATION)} has the UID ${code(VERIFICATION)}.`,
    '### 1.2 Other services',
    `None: no workflow management, query, retrieve, printing, storage commitment, DICOM Web Services or real-time video. Media
    are not read or written; a DICOMDIR is recognised and not sent.`,
    '### 1.3 De-identification',
    'None. Data sets are sent with everything that is in them.',
    '### 1.4 Specific Character Sets',
    'Every Specific Character Set (0008,0005) is sent as it is. See section 5.5.',
  ];
}

const CONTENTS = [
  '1 Overview',
  '2 Contents',
  '3 Introduction',
  '4 Implementation model',
  '5 Service and interoperability description',
  '6 Configuration',
  '7 Network and media communication details',
  '8 Security',
  'Annex A SOP classes and transfer syntaxes',
];

const anchorOf = (title: string): string => title.toLowerCase().replaceAll(' ', '-');

function introduction(): string[] {
  return [
    '## 2 Contents',
    items(CONTENTS.map((title) => `[${title}](#${anchorOf(title)})`)),
    '## 3 Introduction',
    '### 3.1 Revision history',
    facts(REVISIONS.map(({ version, date, changes }) => [`${version}, ${date}`, changes])),
    '### 3.2 Audience',
    'Administrators of archives and integrators. Readers are expected to know the terms of DICOM.',
    '### 3.3 Remarks',
    `Only this version's behaviour is described. Conformance does not promise that two applications work together: try it
    with the application at the other end. Send to PACS is not a medical device.`,
    '### 3.4 Terms and abbreviations',
    `AE: Application Entity. PDU: protocol data unit. SCP, SCU: Service Class Provider, User. SOP: Service-Object Pair. UID:
    Unique Identifier. VR: Value Representation. _Requestor_: the side that opens an association. _Peer_: the remote AE.
    Outcomes (${code('stored')}, ${code('failed')} and so on) are those that the results and the report show.`,
    '### 3.5 References',
    items([
      `DICOM PS3, edition ${EDITION}: PS3.2 (this outline), PS3.4 Annexes A and B (Verification, Storage), PS3.5 and PS3.6
      (encoding, UIDs), PS3.7 (messages), PS3.8 (upper layer), PS3.10 (files), PS3.15 (security).
      <https://www.dicomstandard.org/current>`,
      '[settings.md](settings.md), [cli.md](cli.md): every setting and option.',
      '[pre-flight.md](pre-flight.md): which files are held back.',
      '[troubleshooting.md](troubleshooting.md): every reason for a failure.',
    ]),
  ];
}

function model(): string[] {
  return [
    '## 4 Implementation model',
    '### 4.1 Application Entities and data flow',
    `\`\`\`
 person: selects files, a peer            |              peer: archive, PACS
                                          |
   files ──► Sending AE ── C-STORE ───────┼──────────►   Storage SCP
                  ├─────── C-ECHO ────────┼──────────►   Verification SCP
                                          |
 person: starts the receiver              |              peer: modality, workstation
                                          |
   folder ◄── Receiving AE ◄─ C-STORE ────┼───────────   Storage SCU
                   ◄───────── C-ECHO ─────┼───────────   Verification SCU
                                          |
                                  DICOM network interface
\`\`\``,
    facts([
      [
        'Sending AE',
        `A person chooses files and folders and a peer. The AE opens one or more associations, requests the storage of each
        instance, and shows what became of each. A person may also have a peer verified with C-ECHO. AE title
        ${code(DEFAULT_CALLING_AE_TITLE)} in the editor, ${code('STORESCU')} on the command line; both can be changed.`,
      ],
      [
        'Receiving AE',
        `Runs only after a person has started it. It writes what it receives to a folder. It answers to any called AE title,
        unless the command line gives it one. The editor's own entry for it calls it ${code('RECEIVER')}.`,
      ],
    ]),
    '### 4.2 Sequencing',
    `Files are scanned and checked before the first association is opened. Then each is sent, in the order given. Instances
    that were being sent when an association was lost come last. The sending AE depends on no other order.`,
    `Called AE title of a peer without one: ${code(DEFAULT_CALLED_AE_TITLE)}. Implementation version name:
    ${code(IMPLEMENTATION_VERSION_NAME)}.`,
  ];
}

function annex(): string[] {
  return [
    '## Annex A SOP classes and transfer syntaxes',
    '### A.1 Current Storage SOP classes',
    items(current.map(classItem)),
    '### A.2 Retired Storage SOP classes',
    items(retired.map(classItem)),
    'A widely read document misprints some UIDs. They are known by name, and are sent only if a file has them:',
    items(
      misprinted.map(
        ({ uid, misprintOf = '' }) => `${code(uid)}, meant is ${nameOf(misprintOf)} (${code(misprintOf)})`,
      ),
    ),
    '### A.3 Transfer syntaxes',
    `Every transfer syntax is sent and received as it is, private ones too. The list says what is offered beside it, in this
    order, for a peer that refuses the transfer syntax of the file. See section 5.2.1.`,
    items(transferSyntaxItems()),
    '### A.4 Extended, specialised and private SOP classes',
    `None of its own. Those in files are sent under the UID that the file names.`,
  ];
}

/** The whole document. */
export function conformanceStatement(): string {
  return document([
    ...overview(),
    ...introduction(),
    ...model(),
    ...services(),
    ...configuration(),
    ...networkDetails(),
    ...security(),
    ...annex(),
  ]);
}
