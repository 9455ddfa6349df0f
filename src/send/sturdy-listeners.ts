// Whoever listens to a send cannot stop it: a sink that throws has lost what it was told, and nothing else. What became of
// the files is told as it was, and with it who did not hear everything.

import { type SystemErrorInfo, systemErrorInfo } from '../part10/system-error.ts';
import type { ListenerTrouble, SendListeners } from './job.ts';

export interface SturdyListeners {
  readonly listeners: SendListeners;
  /** The first error of each listener that threw. */
  readonly troubles: readonly ListenerTrouble[];
}

export function sturdyListeners({ began, trace, pdus, progress, outcome }: SendListeners): SturdyListeners {
  const first = new Map<keyof SendListeners, SystemErrorInfo>();
  const sturdy =
    <T extends unknown[]>(listener: keyof SendListeners, tell: (...told: T) => void): ((...told: T) => void) =>
    (...told) => {
      try {
        tell(...told);
      } catch (thrown) {
        // What it missed may have been the cause: the next may reach it.
        if (!first.has(listener)) first.set(listener, systemErrorInfo(thrown));
      }
    };
  return {
    listeners: {
      ...(began === undefined ? {} : { began: sturdy('began', began) }),
      ...(trace === undefined ? {} : { trace: sturdy('trace', trace) }),
      ...(pdus === undefined ? {} : { pdus: sturdy('pdus', pdus) }),
      ...(progress === undefined ? {} : { progress: sturdy('progress', progress) }),
      ...(outcome === undefined ? {} : { outcome: sturdy('outcome', outcome) }),
    },
    get troubles() {
      return [...first].map(([listener, error]) => ({ listener, error }));
    },
  };
}
