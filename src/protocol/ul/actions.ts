// PS3.8 Tables 9-6 to 9-9 as data: what each action does, step by step, and the state that follows.

import type { State } from './states.ts';

/** One thing that an action does. association.ts does it, with what the event brought along. */
export type Step =
  | 'connect'
  | 'close'
  | 'start ARTIM'
  | 'stop ARTIM'
  | 'send A-ASSOCIATE-RQ'
  | 'send A-ASSOCIATE-AC'
  | 'send A-ASSOCIATE-RJ'
  | 'send P-DATA-TF'
  | 'send A-RELEASE-RQ'
  | 'send A-RELEASE-RP'
  /** Source 0, service-user. */
  | 'send A-ABORT (service-user)'
  /** Source 2, service-provider, with the reason of the event. */
  | 'send A-ABORT (service-provider)'
  | 'indicate A-ASSOCIATE'
  | 'confirm A-ASSOCIATE (accept)'
  | 'confirm A-ASSOCIATE (reject)'
  | 'indicate P-DATA'
  | 'indicate A-RELEASE'
  | 'confirm A-RELEASE'
  /** An A-ABORT PDU came: A-ABORT indication if its source is the service-user, else A-P-ABORT indication. */
  | 'indicate A-ABORT or A-P-ABORT'
  | 'indicate A-P-ABORT';

export interface Action {
  readonly steps: readonly Step[];
  /** AR-8 alone depends on the role: a requestor goes to Sta9, an acceptor to Sta10. */
  readonly next: State | { readonly requestor: State; readonly acceptor: State };
}

/**
 * AE-6 differs from the standard in form. There, the provider itself rejects an A-ASSOCIATE-RQ that it cannot accept. Here every
 * A-ASSOCIATE-RQ is indicated, and `acse/accept.ts` may answer with a rejection: AE-8, the same PDU and the same next state.
 */
export const ACTIONS = {
  // Table 9-6, association establishment
  'AE-1': { steps: ['connect'], next: 'Sta4' },
  'AE-2': { steps: ['send A-ASSOCIATE-RQ'], next: 'Sta5' },
  'AE-3': { steps: ['confirm A-ASSOCIATE (accept)'], next: 'Sta6' },
  'AE-4': { steps: ['confirm A-ASSOCIATE (reject)', 'close'], next: 'Sta1' },
  'AE-5': { steps: ['start ARTIM'], next: 'Sta2' },
  'AE-6': { steps: ['stop ARTIM', 'indicate A-ASSOCIATE'], next: 'Sta3' },
  'AE-7': { steps: ['send A-ASSOCIATE-AC'], next: 'Sta6' },
  'AE-8': { steps: ['send A-ASSOCIATE-RJ', 'start ARTIM'], next: 'Sta13' },
  // Table 9-7, data transfer
  'DT-1': { steps: ['send P-DATA-TF'], next: 'Sta6' },
  'DT-2': { steps: ['indicate P-DATA'], next: 'Sta6' },
  // Table 9-8, release
  'AR-1': { steps: ['send A-RELEASE-RQ'], next: 'Sta7' },
  'AR-2': { steps: ['indicate A-RELEASE'], next: 'Sta8' },
  'AR-3': { steps: ['confirm A-RELEASE', 'close'], next: 'Sta1' },
  'AR-4': { steps: ['send A-RELEASE-RP', 'start ARTIM'], next: 'Sta13' },
  'AR-5': { steps: ['stop ARTIM'], next: 'Sta1' },
  'AR-6': { steps: ['indicate P-DATA'], next: 'Sta7' },
  'AR-7': { steps: ['send P-DATA-TF'], next: 'Sta8' },
  'AR-8': { steps: ['indicate A-RELEASE'], next: { requestor: 'Sta9', acceptor: 'Sta10' } },
  'AR-9': { steps: ['send A-RELEASE-RP'], next: 'Sta11' },
  'AR-10': { steps: ['confirm A-RELEASE'], next: 'Sta12' },
  // Table 9-9, abort
  'AA-1': { steps: ['send A-ABORT (service-user)', 'start ARTIM'], next: 'Sta13' },
  'AA-2': { steps: ['stop ARTIM', 'close'], next: 'Sta1' },
  'AA-3': { steps: ['indicate A-ABORT or A-P-ABORT', 'close'], next: 'Sta1' },
  'AA-4': { steps: ['indicate A-P-ABORT'], next: 'Sta1' },
  'AA-5': { steps: ['stop ARTIM'], next: 'Sta1' },
  'AA-6': { steps: [], next: 'Sta13' },
  'AA-7': { steps: ['send A-ABORT (service-provider)'], next: 'Sta13' },
  'AA-8': { steps: ['send A-ABORT (service-provider)', 'indicate A-P-ABORT', 'start ARTIM'], next: 'Sta13' },
} as const satisfies Readonly<Record<string, Action>>;

export type ActionId = keyof typeof ACTIONS;
