// Section 8 of the conformance statement.

import { facts, items } from './markdown.ts';

export function security(): string[] {
  return [
    '## 8 Security',
    '### 8.1 Introduction',
    `Associations are not encrypted, and peers do not prove who they are. What is defended against what:
    [SECURITY.md](../SECURITY.md).`,
    '### 8.2 Network',
    facts([
      ['Outgoing', 'TCP to the configured address and port of a peer, when a person sends or verifies; name look-ups'],
      [
        'Incoming',
        'the receiver, after a person has started it: on the loopback interface, or as the command line says',
      ],
      ['Anything else', 'none: no telemetry, no update check, no proxy'],
    ]),
    '### 8.3 Security profiles of PS3.15',
    'None. No secure transport, user identity negotiation, audit trail, attribute confidentiality or digital signature.',
    '### 8.4 Other measures',
    items([
      `The editor asks before instances go to another machine, once for each peer, and again when the address or an AE title
      changes. It asks before it connects to a peer that a workspace defines, and ignores such peers in Restricted Mode.`,
      'The command line asks nothing: the person has typed the address.',
      'The receiver has no access control but, if configured, the called AE title.',
      `Data sets never enter traces and reports. These hold AE titles, file names and, from level Debug on and in the report,
      UIDs.`,
    ]),
  ];
}
