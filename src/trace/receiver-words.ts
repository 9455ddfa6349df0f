// What the built-in receiver answered so far, in words.

import type { ReceiverAnswers } from '../net/store-scp.ts';
import { formatCount, hexWord, plural } from './units.ts';

/** '24 instances stored, 3 replaced, 5 refused (3 A900H, 2 A700H)'; what there is none of is left out. */
export function answerWords({ stored, replaced, refused }: ReceiverAnswers): string {
  const statuses = [...refused].sort(([, one], [, other]) => other - one);
  const refusals = statuses.reduce((sum, [, count]) => sum + count, 0);
  const why =
    statuses.length === 1
      ? `${hexWord(statuses[0]?.[0] ?? 0)}H`
      : statuses.map(([status, count]) => `${formatCount(count)} ${hexWord(status)}H`).join(', ');
  return [
    `${plural(stored, 'instance')} stored`,
    ...(replaced === 0 ? [] : [`${formatCount(replaced)} replaced`]),
    ...(refusals === 0 ? [] : [`${formatCount(refusals)} refused (${why})`]),
  ].join(', ');
}

/** The same in the fewest characters: '24', or '24, 3 replaced, 5 refused'. */
export function shortAnswerWords({ stored, replaced, refused }: ReceiverAnswers): string {
  const refusals = [...refused.values()].reduce((sum, count) => sum + count, 0);
  return [
    formatCount(stored),
    ...(replaced === 0 ? [] : [`${formatCount(replaced)} replaced`]),
    ...(refusals === 0 ? [] : [`${formatCount(refusals)} refused`]),
  ].join(', ');
}
