// Whether a UID is written as PS3.5 9.1 asks: digits and dots, at most 64 characters, no component empty and none but
// '0' itself with a leading zero.

import { UID_LENGTH_MAX } from '../../protocol/ul/values.ts';
import type { UIDFault } from './finding.ts';

const WELL_FORMED = /^(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*))*$/;

/** @param uid without padding; undefined is returned where nothing is wrong with it */
export function uidFault(uid: string): UIDFault | undefined {
  if (uid.length <= UID_LENGTH_MAX && WELL_FORMED.test(uid)) return undefined;
  if (!/^[0-9.]*$/u.test(uid)) return 'characters';
  if (uid.length > UID_LENGTH_MAX) return 'too long';
  const components = uid.split('.');
  if (components.includes('')) return 'empty component';
  return components.some((component) => component.length > 1 && component.startsWith('0')) ? 'leading zero' : undefined;
}
