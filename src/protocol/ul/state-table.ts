// The state machine of the DICOM upper layer: PS3.8 9.2, Table 9-10 as data. Nothing else moves an association from state to
// state. `npm run docs` draws it: docs/state-machine.md.
//
// Theory
//
// Two programs that want to exchange DICOM messages first open an association on a TCP connection. The one that opens the
// connection is the requestor, the other the acceptor. That has nothing to do with who sends instances: SCU and SCP are roles of
// DIMSE, negotiated later, and a requestor may be either.
//
//   requestor                                       acceptor
//   Sta1                                            Sta1
//   Sta4 ─────────── TCP connect ─────────────────► Sta2
//   Sta5 ─────────── A-ASSOCIATE-RQ ──────────────► Sta3   what the requestor proposes, as presentation contexts
//   Sta6 ◄────────── A-ASSOCIATE-AC ─────────────── Sta6   which of them the acceptor takes (or A-ASSOCIATE-RJ: no association)
//   Sta6 ◄────────── P-DATA-TF ───────────────────► Sta6   DIMSE messages in fragments, both ways at the same time
//   Sta7 ─────────── A-RELEASE-RQ ────────────────► Sta8   either side may ask for the release
//   Sta1 ◄────────── A-RELEASE-RP ───────────────── Sta13
//        ─────────── TCP close ───────────────────► Sta1
//
// Each side runs this machine; it is one machine for both roles. It has 13 states, and 19 events move it. An event is something
// that our own user asks for (request, response), a PDU from the peer (received), or news of the connection or the timer
// (connected, closed, expired). A cell of the table names the action for an event in a state. An action is a list of steps and a
// next state (actions.ts).
//
// An association ends in one of five ways:
//
//   release    both sides agree that nothing is left to say; only then has everything arrived for certain
//   reject     the acceptor refuses the association: A-ASSOCIATE-RJ
//   abort      the user of one side gives up: A-ABORT with source 0 (AA-1)
//   p-abort    one side finds that the other broke the protocol: A-ABORT with source 2 and a reason (AA-7, AA-8)
//   loss       the connection is gone (AA-4)
//
// How to read the table
//
//   Sta6: { Evt12: 'AR-2' }                                    in data transfer an A-RELEASE-RQ comes: do AR-2
//   'AR-2': { steps: ['indicate A-RELEASE'], next: 'Sta8' }    tell the user, go to Sta8
//
// An absent cell is a pair that the standard leaves blank. For a PDU or the connection it means that this cannot happen. For a
// request of ours it means that the request comes too early or too late; it then does nothing.
//
// Where readers go wrong
//
// - Sta13 is not the end. The side that sent the last PDU waits there for the other to close the connection, and closes it itself
//   when the ARTIM timer expires. PDUs that still come are dropped (AA-6). Only Sta1 is the end.
// - The side that asked for the release closes the connection (AR-3). The side that answered waits for that in Sta13 (AR-4).
// - Data may come after our A-RELEASE-RQ (Sta7, AR-6): the peer sent them before it read ours. They are data like any other.
// - Data may go out in Sta8 (AR-7): a side that is asked to release may finish what it is sending before it answers.
// - Both sides may ask for the release at the same time. The order is then fixed: the requestor answers first (Sta9, then Sta11),
//   the acceptor waits for that answer and then sends its own (Sta10, then Sta12). AR-8 is the only action whose next state
//   depends on the role.
// - An unexpected PDU is never ignored. It is answered by A-ABORT with source 2 and reason 2 (AA-8), in Sta2 with source 0 (AA-1).
// - ARTIM guards two waits only: for the A-ASSOCIATE-RQ (Sta2) and for the close (Sta13). All other deadlines, such as that for
//   the answer to a C-STORE-RQ, are not the standard's; the net room has them.
// - In Sta6 a closed connection (Evt17) is a loss, even if the peer closed it in good order: it has not released. In Sta13 the
//   same event is the end that we wait for.
//
// The words of states and events are in states.ts.

import type { ActionId } from './actions.ts';
import type { EventId, State } from './states.ts';

export type StateTable = Readonly<Record<State, Readonly<Partial<Record<EventId, ActionId>>>>>;

export const STATE_TABLE: StateTable = {
  Sta1: { Evt1: 'AE-1', Evt5: 'AE-5' },
  Sta2: {
    Evt3: 'AA-1',
    Evt4: 'AA-1',
    Evt6: 'AE-6',
    Evt10: 'AA-1',
    Evt12: 'AA-1',
    Evt13: 'AA-1',
    Evt16: 'AA-2',
    Evt17: 'AA-5',
    Evt18: 'AA-2',
    Evt19: 'AA-1',
  },
  Sta3: {
    Evt3: 'AA-8',
    Evt4: 'AA-8',
    Evt6: 'AA-8',
    Evt7: 'AE-7',
    Evt8: 'AE-8',
    Evt10: 'AA-8',
    Evt12: 'AA-8',
    Evt13: 'AA-8',
    Evt15: 'AA-1',
    Evt16: 'AA-3',
    Evt17: 'AA-4',
    Evt19: 'AA-8',
  },
  Sta4: { Evt2: 'AE-2', Evt15: 'AA-2', Evt17: 'AA-4' },
  Sta5: {
    Evt3: 'AE-3',
    Evt4: 'AE-4',
    Evt6: 'AA-8',
    Evt10: 'AA-8',
    Evt12: 'AA-8',
    Evt13: 'AA-8',
    Evt15: 'AA-1',
    Evt16: 'AA-3',
    Evt17: 'AA-4',
    Evt19: 'AA-8',
  },
  Sta6: {
    Evt3: 'AA-8',
    Evt4: 'AA-8',
    Evt6: 'AA-8',
    Evt9: 'DT-1',
    Evt10: 'DT-2',
    Evt11: 'AR-1',
    Evt12: 'AR-2',
    Evt13: 'AA-8',
    Evt15: 'AA-1',
    Evt16: 'AA-3',
    Evt17: 'AA-4',
    Evt19: 'AA-8',
  },
  Sta7: {
    Evt3: 'AA-8',
    Evt4: 'AA-8',
    Evt6: 'AA-8',
    Evt10: 'AR-6',
    Evt12: 'AR-8',
    Evt13: 'AR-3',
    Evt15: 'AA-1',
    Evt16: 'AA-3',
    Evt17: 'AA-4',
    Evt19: 'AA-8',
  },
  Sta8: {
    Evt3: 'AA-8',
    Evt4: 'AA-8',
    Evt6: 'AA-8',
    Evt9: 'AR-7',
    Evt10: 'AA-8',
    Evt12: 'AA-8',
    Evt13: 'AA-8',
    Evt14: 'AR-4',
    Evt15: 'AA-1',
    Evt16: 'AA-3',
    Evt17: 'AA-4',
    Evt19: 'AA-8',
  },
  Sta9: {
    Evt3: 'AA-8',
    Evt4: 'AA-8',
    Evt6: 'AA-8',
    Evt10: 'AA-8',
    Evt12: 'AA-8',
    Evt13: 'AA-8',
    Evt14: 'AR-9',
    Evt15: 'AA-1',
    Evt16: 'AA-3',
    Evt17: 'AA-4',
    Evt19: 'AA-8',
  },
  Sta10: {
    Evt3: 'AA-8',
    Evt4: 'AA-8',
    Evt6: 'AA-8',
    Evt10: 'AA-8',
    Evt12: 'AA-8',
    Evt13: 'AR-10',
    Evt15: 'AA-1',
    Evt16: 'AA-3',
    Evt17: 'AA-4',
    Evt19: 'AA-8',
  },
  Sta11: {
    Evt3: 'AA-8',
    Evt4: 'AA-8',
    Evt6: 'AA-8',
    Evt10: 'AA-8',
    Evt12: 'AA-8',
    Evt13: 'AR-3',
    Evt15: 'AA-1',
    Evt16: 'AA-3',
    Evt17: 'AA-4',
    Evt19: 'AA-8',
  },
  Sta12: {
    Evt3: 'AA-8',
    Evt4: 'AA-8',
    Evt6: 'AA-8',
    Evt10: 'AA-8',
    Evt12: 'AA-8',
    Evt13: 'AA-8',
    Evt14: 'AR-4',
    Evt15: 'AA-1',
    Evt16: 'AA-3',
    Evt17: 'AA-4',
    Evt19: 'AA-8',
  },
  Sta13: {
    Evt3: 'AA-6',
    Evt4: 'AA-6',
    Evt6: 'AA-7',
    Evt10: 'AA-6',
    Evt12: 'AA-6',
    Evt13: 'AA-6',
    Evt16: 'AA-2',
    Evt17: 'AR-5',
    Evt18: 'AA-2',
    Evt19: 'AA-7',
  },
};
