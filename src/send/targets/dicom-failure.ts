// What the end of an association means for a send. PS3.8 9.3.4 (transient rejections).

import { type AssociationFailure, culpritOf } from '../../net/failure.ts';
import type { ChannelFailure } from '../store-target.ts';

export function channelFailure(failure: AssociationFailure): ChannelFailure {
  return {
    reason: failure,
    culprit: culpritOf(failure),
    isTransient: isTransient(failure),
    isByPeer: failure.code === 'association aborted',
  };
}

function isTransient(failure: AssociationFailure): ChannelFailure['isTransient'] {
  switch (failure.code) {
    case 'association rejected':
      // Transient, or the presentation provider's congestion and local limit.
      return failure.result === 2 || failure.source === 3 ? 'always' : 'never';
    case 'connection failed': {
      // This machine may get back what it lacks for a moment, but not a permission.
      const isShortage = culpritOf(failure) === 'local' && !['EACCES', 'EPERM'].includes(failure.error.code);
      return isShortage ? 'always' : 'known peer';
    }
    case 'connection lost':
    case 'timeout':
    case 'association aborted':
    case 'protocol error':
      // While an instance was on its way, that instance may have been the cause: the others deserve their own try.
      return failure.phase === 'write' || failure.phase === 'response' ? 'always' : 'known peer';
    case 'released by peer':
    case 'abandoned':
      return 'always';
    case 'unusable maximum length':
    case 'cancelled':
      return 'never';
  }
}
