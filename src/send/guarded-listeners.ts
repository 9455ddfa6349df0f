// A listener that throws does not stop the send: it misses what it was just told, and nothing else changes. The result
// says which listeners missed something.

import { sinkBefore } from '../net/trace-record.ts';
import { type SystemErrorInfo, systemErrorInfo } from '../part10/system-error.ts';
import type { ListenerTrouble, SendListeners } from './job.ts';

export interface GuardedListeners {
  readonly listeners: SendListeners;
  /** The first error of each listener that threw. */
  readonly troubles: readonly ListenerTrouble[];
}

export function guardedListeners({ began, trace, pdus, progress, outcome }: SendListeners): GuardedListeners {
  const first = new Map<keyof SendListeners, SystemErrorInfo>();
  const guarded =
    <T extends unknown[]>(listener: keyof SendListeners, tell: (...told: T) => void): ((...told: T) => void) =>
    (...told) => {
      try {
        tell(...told);
      } catch (thrown) {
        // It is called again next time: the error may have come from this one record.
        if (!first.has(listener)) first.set(listener, systemErrorInfo(thrown));
      }
    };
  return {
    listeners: {
      ...(began === undefined ? {} : { began: guarded('began', began) }),
      ...(trace === undefined ? {} : { trace: sinkBefore(trace, guarded('trace', trace)) }),
      ...(pdus === undefined ? {} : { pdus: guarded('pdus', pdus) }),
      ...(progress === undefined ? {} : { progress: guarded('progress', progress) }),
      ...(outcome === undefined ? {} : { outcome: guarded('outcome', outcome) }),
    },
    get troubles() {
      return [...first].map(([listener, error]) => ({ listener, error }));
    },
  };
}
