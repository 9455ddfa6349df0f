// Section 6 of the conformance statement.

import { peerFrom } from '../src/cli/options.ts';
import {
  DEFAULT_CALLED_AE_TITLE,
  DEFAULT_CALLING_AE_TITLE,
  DEFAULT_MAX_PDU_LENGTH,
  DEFAULT_TIMEOUTS,
} from '../src/net/peer.ts';
import { ASSOCIATIONS_MAX } from '../src/protocol/limits.ts';
import { AUTO_ASSOCIATIONS_MAX, OPERATIONS_INVOKED_MAX } from '../src/send/options.ts';
import { seconds } from './conformance-tables.ts';
import { code, facts, table } from './markdown.ts';

export function configuration(): string[] {
  const cli = peerFrom('host', '104', {});
  const timeouts: readonly (readonly [string, keyof typeof DEFAULT_TIMEOUTS, string, string])[] = [
    ['connect', 'connectMs', '-tn', 'from the name look-up to the TCP connection'],
    ['association', 'associationMs', '-ta', 'from the A-ASSOCIATE-RQ to its whole answer'],
    ['response', 'responseMs', '-td', 'from the last byte of a request to its whole response'],
    ['write stall', 'writeStallMs', '-tn', 'while the peer takes no byte'],
    ['release', 'releaseMs', '-ta', 'from the A-RELEASE-RQ to the closed connection'],
  ];
  return [
    '## 6 Configuration',
    'All settings are in [settings.md](settings.md), all options of the command line in [cli.md](cli.md).',
    '### 6.1 AE titles and addresses',
    table(
      ['', 'Editor', 'Command line'],
      [
        [
          'Calling AE title',
          `${code(DEFAULT_CALLING_AE_TITLE)}; setting`,
          `${code(cli.callingAETitle)}; ${code('-aet')}`,
        ],
        [
          'Called AE title',
          `${code(DEFAULT_CALLED_AE_TITLE)}; for each peer`,
          `${code(cli.calledAETitle)}; ${code('-aec')}`,
        ],
        ['Address and port', 'for each peer', 'arguments'],
        ['AE title of the receiver', 'any is accepted', `any is accepted; ${code('receive -aet')}`],
        ['Port of the receiver', 'any free one; setting', code('--port')],
      ],
    ),
    'AE titles that break the rules of section 5.5 are refused, never cut.',
    '### 6.2 Parameters of a send',
    facts([
      ['Associations', `automatic (1 to ${AUTO_ASSOCIATIONS_MAX}), or 1 to ${ASSOCIATIONS_MAX}`],
      ['Operations invoked', `1, or 0 (no limit) to ${OPERATIONS_INVOKED_MAX}`],
      [
        'Maximum length received',
        `${DEFAULT_MAX_PDU_LENGTH} bytes; 0 (no limit), 1024 to 1048576 by setting, 8 to 4294967295 by command line`,
      ],
      ['Priority', 'low, medium, high'],
      ['Conversion', 'never, lossless, any'],
      ['Transfer syntax to request alone', 'none, or one of three'],
      ['SOP classes to propose', 'those that are needed, or all current ones'],
      ['Findings before sending', 'for each: send or skip'],
    ]),
    '### 6.3 Deadlines',
    table(
      ['Deadline', 'Editor', 'Command line', 'What it limits'],
      timeouts.map(([name, key, option, from]) => [
        name,
        seconds(DEFAULT_TIMEOUTS[key]),
        `${seconds(cli.timeouts[key])} (${code(option)})`,
        from,
      ]),
    ),
    '0 means no limit. In the editor they are set in whole or fractional seconds for each peer.',
  ];
}
