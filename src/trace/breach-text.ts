// What a peer does against PS3.7, in words for its vendor.

import { type Breach, type CountedBreach, commandElementText } from '../protocol/dimse/breach.ts';
import { formatCount, formatTag, plural } from './units.ts';

/** Follows 'the responses of the peer break PS3.7:'. */
export function breachText(breach: Breach): string {
  switch (breach.code) {
    case 'data set announced':
      return 'Command Data Set Type (0000,0800) announces a data set, which this message cannot have';
    case 'data set sent':
      return 'a data set follows a message that cannot have one; it is dropped';
    case 'no Command Data Set Type':
      return 'Command Data Set Type (0000,0800) is missing';
    case 'foreign element':
      return `the command set has an element of another group than 0000: ${formatTag(breach.tag)}`;
    case 'wrong length':
      return `${commandElementText(breach.element)} has a length of ${formatCount(breach.length)} bytes`;
    case 'another SOP Instance UID':
      return 'Affected SOP Instance UID (0000,1000) is not that of the request';
  }
}

/** With how often it was. */
export function countedBreachText({ breach, count }: CountedBreach): string {
  return `${breachText(breach)} (${plural(count, 'message')})`;
}
