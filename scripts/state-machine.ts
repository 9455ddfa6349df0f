// docs/state-machine.md: the state machine of PS3.8 9.2 as the code runs it, from the table and the actions themselves.

import { ACTIONS, type Action, type ActionId } from '../src/protocol/ul/actions.ts';
import { STATE_TABLE } from '../src/protocol/ul/state-table.ts';
import { EVENTS, type EventId, STATES, type State } from '../src/protocol/ul/states.ts';
import { document, facts, items, table } from './markdown.ts';

type Role = 'requestor' | 'acceptor';

interface Transition {
  readonly from: State;
  readonly event: EventId;
  readonly action: ActionId;
  readonly to: State;
}

/** Events that only the other role has. */
const FOREIGN_EVENTS: Readonly<Record<Role, readonly EventId[]>> = {
  requestor: ['Evt5', 'Evt7', 'Evt8'],
  acceptor: ['Evt1', 'Evt2'],
};

const ALL_STATES = Object.keys(STATES) as State[];
const ALL_EVENTS = Object.keys(EVENTS) as EventId[];
const ALL_ACTIONS = Object.keys(ACTIONS) as ActionId[];

function nextOf(action: ActionId, role: Role): State {
  const { next }: Action = ACTIONS[action];
  return typeof next === 'string' ? next : next[role];
}

/** Every transition that a role can make, from the states that it can reach. In the order of states and events. */
export function transitionsOf(role: Role): Transition[] {
  const reached = new Set<State>(['Sta1']);
  const transitions = new Map<State, Transition[]>();
  // A Set that grows while it is walked is walked to its end.
  for (const from of reached) {
    const row = ALL_EVENTS.flatMap((event): Transition[] => {
      const action = STATE_TABLE[from][event];
      if (action === undefined || FOREIGN_EVENTS[role].includes(event)) return [];
      return [{ from, event, action, to: nextOf(action, role) }];
    });
    transitions.set(from, row);
    for (const { to } of row) reached.add(to);
  }
  return ALL_STATES.flatMap((state) => transitions.get(state) ?? []);
}

/** One arrow for each transition that is no abort. */
function diagram(role: Role): string {
  const arrows = transitionsOf(role).filter(({ action }) => !action.startsWith('AA-'));
  const states = ALL_STATES.filter((state) => arrows.some(({ from, to }) => from === state || to === state));
  return [
    '```mermaid',
    'stateDiagram-v2',
    ...states.map((state) => `  state "${state} – ${STATES[state]}" as ${state}`),
    '  [*] --> Sta1',
    ...arrows.map(({ from, event, action, to }) => `  ${from} --> ${to} : ${EVENTS[event]} / ${action}`),
    '```',
  ].join('\n');
}

function actionText(id: ActionId): string {
  const { steps, next }: Action = ACTIONS[id];
  const to = typeof next === 'string' ? next : `${next.requestor} (requestor) or ${next.acceptor} (acceptor)`;
  return `**${id}**: ${steps.join(', then ') || 'nothing'}. Next: ${to}.`;
}

/** The whole document. */
export function stateMachine(): string {
  return document([
    '# The state machine of an association',
    `PS3.8 section 9.2 as this program runs it. Written by \`npm run docs\` from \`src/protocol/ul/state-table.ts\` and
    \`src/protocol/ul/actions.ts\`. The theory, and where readers go wrong, is at the top of \`state-table.ts\`. The trace
    shows transitions at level Debug, for example \`Sta6 + Evt11 (A-RELEASE request) -> AR-1 -> Sta7\`; see
    [trace.md](trace.md).`,
    `The diagrams leave out aborts, which lead from nearly every state to Sta13 or Sta1. Each arrow has its event and its
    action. Requests and responses are ours, what is received is the peer's.`,
    '## Requestor: the side that opens the connection',
    diagram('requestor'),
    '## Acceptor: the side that is connected to',
    diagram('acceptor'),
    '## States',
    facts(ALL_STATES.map((state) => [state, STATES[state]])),
    '## Events',
    facts(ALL_EVENTS.map((event) => [event, EVENTS[event]])),
    '## Actions',
    items(ALL_ACTIONS.map(actionText)),
    '## Table 9-10',
    'The action of each event in each state. Blank: the standard defines none; the event is ignored.',
    table(
      ['', ...ALL_STATES],
      ALL_EVENTS.map((event) => [event, ...ALL_STATES.map((state) => STATE_TABLE[state][event] ?? '')]),
    ),
  ]);
}
