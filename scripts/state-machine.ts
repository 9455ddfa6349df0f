// docs/state-machine.md: the state machine of PS3.8 9.2 as the code runs it, from the table and the actions themselves.

import { ACTIONS } from '../src/protocol/ul/actions.ts';
import { STATE_TABLE } from '../src/protocol/ul/state-table.ts';
import type { ActionId, EventId, State } from '../src/protocol/ul/states.ts';
import { eventText } from '../src/trace/code-text.ts';
import { document, facts, items, table } from './markdown.ts';

/** Complete: a state without words does not compile. */
const STATES: Readonly<Record<State, string>> = {
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
};

const states = Object.keys(STATES) as State[];
const events = Array.from({ length: 19 }, (_, index) => `Evt${index + 1}` as EventId);

/** Every cell of the table that is not blank. */
function cells(): { from: State; event: EventId; action: ActionId }[] {
  return states.flatMap((from) =>
    events.flatMap((event) => {
      const action = STATE_TABLE[from][event];
      return action === undefined ? [] : [{ from, event, action }];
    }),
  );
}

function nextStates(action: ActionId): State[] {
  const { next } = ACTIONS[action];
  return typeof next === 'string' ? [next] : [next.requestor, next.acceptor];
}

/** One arrow for each pair of states that an action other than an abort connects, with all its events. */
function diagram(): string {
  const arrows = new Map<string, string[]>();
  for (const { from, event, action } of cells()) {
    if (action.startsWith('AA-')) continue;
    for (const to of nextStates(action)) {
      const arrow = `${from} --> ${to}`;
      arrows.set(arrow, [...(arrows.get(arrow) ?? []), `${event} / ${action}`]);
    }
  }
  const lines = [...arrows].map(([arrow, labels]) => `  ${arrow} : ${labels.join(', ')}`);
  return ['```mermaid', 'stateDiagram-v2', '  [*] --> Sta1', ...lines, '```'].join('\n');
}

/** The whole document. */
export function stateMachine(): string {
  return document([
    '# The state machine of an association',
    `PS3.8 section 9.2 as this program runs it, for both roles. Written by \`npm run docs\` from
    \`src/protocol/ul/state-table.ts\` and \`src/protocol/ul/actions.ts\`. The trace shows transitions at level Debug, for
    example \`Sta6 + Evt11 (A-RELEASE request) -> AR-1 -> Sta7\`; see [trace.md](trace.md).`,
    '## Diagram',
    'Without aborts. Each arrow has its events and actions.',
    diagram(),
    '## States',
    facts(states.map((state) => [state, STATES[state]])),
    '## Events',
    facts(events.map((event) => [event, eventText(event)])),
    '## Actions',
    items(
      (Object.keys(ACTIONS) as ActionId[]).map((id) => {
        const steps = ACTIONS[id].steps.join(', then ');
        return `**${id}**: ${steps === '' ? 'nothing' : steps}. Next: ${nextStates(id).join(' (requestor) or ')}${nextStates(id).length > 1 ? ' (acceptor)' : ''}.`;
      }),
    ),
    '## Table 9-10',
    'The action of each event in each state. Blank: the standard defines none; the event is ignored.',
    table(
      ['', ...states],
      events.map((event) => [event, ...states.map((state) => STATE_TABLE[state][event] ?? '')]),
    ),
  ]);
}
