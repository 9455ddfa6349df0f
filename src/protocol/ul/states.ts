// The states and events of the upper layer state machine, with their words. PS3.8 9.2: Tables 9-1 to 9-5 (states), Table 9-10
// (events). What happens on each event in each state stands in state-table.ts, which also explains how to read it.

export const STATES = {
  Sta1: 'idle',
  Sta2: 'connection open, waiting for the A-ASSOCIATE-RQ',
  Sta3: 'deciding about the A-ASSOCIATE-RQ',
  Sta4: 'waiting for the connection to open',
  Sta5: 'waiting for the A-ASSOCIATE-AC or -RJ',
  Sta6: 'association established, ready for data',
  Sta7: 'waiting for the A-RELEASE-RP',
  Sta8: 'deciding about the A-RELEASE-RQ',
  Sta9: 'release collision, requestor: deciding about the A-RELEASE-RQ',
  Sta10: 'release collision, acceptor: waiting for the A-RELEASE-RP',
  Sta11: 'release collision, requestor: waiting for the A-RELEASE-RP',
  Sta12: 'release collision, acceptor: deciding about the A-RELEASE-RQ',
  Sta13: 'waiting for the connection to close',
} as const;

export type State = keyof typeof STATES;

/** A request or response is ours, what is received is the peer's. */
export const EVENTS = {
  Evt1: 'A-ASSOCIATE request',
  Evt2: 'transport connected',
  Evt3: 'A-ASSOCIATE-AC received',
  Evt4: 'A-ASSOCIATE-RJ received',
  Evt5: 'transport connection indicated',
  Evt6: 'A-ASSOCIATE-RQ received',
  Evt7: 'A-ASSOCIATE response (accept)',
  Evt8: 'A-ASSOCIATE response (reject)',
  Evt9: 'P-DATA request',
  Evt10: 'P-DATA-TF received',
  Evt11: 'A-RELEASE request',
  Evt12: 'A-RELEASE-RQ received',
  Evt13: 'A-RELEASE-RP received',
  Evt14: 'A-RELEASE response',
  Evt15: 'A-ABORT request',
  Evt16: 'A-ABORT received',
  Evt17: 'transport closed',
  Evt18: 'ARTIM expired',
  Evt19: 'unrecognised or invalid PDU received',
} as const;

export type EventId = keyof typeof EVENTS;
