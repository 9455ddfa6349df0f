// Asks for a peer, step by step with a way back, verifies it, and writes it to the settings. Also for changing a peer and for
// a copy of one.

import * as vscode from 'vscode';
import { DEFAULT_CALLED_AE_TITLE } from '../net/peer.ts';
import { addressOf } from '../trace/names.ts';
import { SHOWN_MAX } from '../trace/sanitize.ts';
import { callingAETitleFor, readPeers } from './configuration.ts';
import { type Answer, askForText, type StepFrame, type TextQuestion } from './input-steps.ts';
import { type PeerAddress, parsePeerAddress } from './peer-address.ts';
import { checkPeer } from './peer-check.ts';
import {
  addPeers,
  namesBeside,
  placesToWrite,
  renameDefault,
  replacePeer,
  type WrittenEntry,
  writtenPeer,
} from './peer-store.ts';
import { type ConfiguredPeer, peerWords } from './peers.ts';
import { askForPlace } from './place-choice.ts';
import { nameWords, plainWords, quotedWords } from './plain-words.ts';
import type { Session } from './session.ts';
import { aeTitleProblem, nameProblem, parsePeers, peerOf, portProblem } from './settings.ts';
import type { SettingsPlace } from './settings-files.ts';

/** What the person has answered so far, as text. */
interface Draft {
  address: string;
  host: string;
  port: string;
  calledAETitle: string;
  place: SettingsPlace;
  name: string;
  callingAETitle: string;
}

export type PeerField = 'address' | 'port' | 'calledAETitle' | 'name' | 'callingAETitle';

interface FormPurpose {
  readonly title: string;
  /** The entry to change or to copy. */
  readonly from?: WrittenEntry;
  /** The one that is changed: where it is written down. Undefined: a new one is added. */
  readonly place?: SettingsPlace;
  /** Whose words the address is: a workspace's are asked about before they are connected to. */
  readonly origin: ConfiguredPeer['origin'];
  /** Only this is asked. */
  readonly only?: PeerField;
}

interface Step {
  readonly field: PeerField | 'place';
  readonly isSkipped?: (draft: Draft) => boolean;
  readonly ask: (shown: StepFrame, draft: Draft, purpose: FormPurpose) => Promise<Answer<unknown>>;
}

/** 'The port must be …' as a question's problem. */
const wrong = (field: string, problem: string | undefined): string | undefined =>
  problem === undefined ? undefined : `${field} ${problem}.`;

async function askInto(
  shown: StepFrame,
  draft: Draft,
  field: Exclude<keyof Draft, 'place'>,
  question: Omit<TextQuestion, 'value'> & { readonly value?: string },
): Promise<Answer<string>> {
  const answer = await askForText(shown, { ...question, value: question.value ?? draft[field] });
  if (typeof answer === 'object') draft[field] = answer.value;
  return answer;
}

const addressIn = (draft: Draft): PeerAddress => {
  const address = parsePeerAddress(draft.address);
  return 'problem' in address ? { host: draft.host } : address;
};

async function askForAddress(shown: StepFrame, draft: Draft): Promise<Answer<string>> {
  const answer = await askInto({ ...shown, title: `${shown.title}: Address` }, draft, 'address', {
    prompt: 'Host name or IP address; with port and AE title if you have them',
    placeHolder: 'ARCHIVE@pacs.example.org:11112',
    problem: (value) => {
      const address = parsePeerAddress(value);
      return 'problem' in address ? `${address.problem}.` : undefined;
    },
  });
  if (typeof answer !== 'object') return answer;
  const { host, port, calledAETitle } = addressIn(draft);
  draft.host = host;
  if (port !== undefined) draft.port = String(port);
  if (calledAETitle !== undefined) draft.calledAETitle = calledAETitle;
  return answer;
}

const STEPS: readonly Step[] = [
  { field: 'address', ask: askForAddress },
  {
    field: 'port',
    isSkipped: (draft) => addressIn(draft).port !== undefined,
    ask: (shown, draft) =>
      askInto({ ...shown, title: `${shown.title}: Port` }, draft, 'port', {
        prompt: 'TCP port; 104 and 11112 are the registered ones for DICOM, Orthanc listens on 4242',
        problem: (value) => wrong('The port', portProblem(value)),
      }),
  },
  {
    field: 'calledAETitle',
    isSkipped: (draft) => addressIn(draft).calledAETitle !== undefined,
    ask: (shown, draft) =>
      askInto({ ...shown, title: `${shown.title}: Called AE Title` }, draft, 'calledAETitle', {
        prompt: 'The AE title of the peer, as its administrator knows it (capital and small letters differ)',
        problem: (value) => wrong('The AE title', aeTitleProblem(value)),
      }),
  },
  {
    field: 'place',
    isSkipped: () => placesToWrite().length === 1,
    ask: async (shown, draft) => {
      const answer = await askForPlace(shown, 'Where is the peer written down?');
      if (typeof answer === 'object') draft.place = answer.value;
      return answer;
    },
  },
  {
    field: 'name',
    ask: (shown, draft, { from, place }) => {
      const { taken, names } = namesBeside(draft.place);
      const others = place === undefined ? taken : taken.filter((name) => name !== from?.name);
      const suggested = draft.calledAETitle === DEFAULT_CALLED_AE_TITLE ? draft.host : draft.calledAETitle;
      return askInto({ ...shown, title: `${shown.title}: Name` }, draft, 'name', {
        prompt: 'What you call this peer',
        value: draft.name === '' && nameProblem(suggested, others, names) === undefined ? suggested : draft.name,
        problem: (value) => wrong('The name', nameProblem(value, others, names)),
      });
    },
  },
  {
    field: 'callingAETitle',
    ask: (shown, draft) =>
      askInto({ ...shown, title: `${shown.title}: Calling AE Title` }, draft, 'callingAETitle', {
        prompt: 'The AE title by which the peer knows you. Empty: the setting "sendToPacs.callingAETitle"',
        placeHolder: nameWords(callingAETitleFor(draft.place), SHOWN_MAX.aeTitle),
        problem: (value) => (value === '' ? undefined : wrong('The AE title', aeTitleProblem(value))),
      }),
  },
];

const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

function draftOf({ from, place }: FormPurpose): Draft {
  const host = textOf(from?.['host']);
  const calledAETitle = textOf(from?.['calledAETitle']) || DEFAULT_CALLED_AE_TITLE;
  const port = textOf(from?.['port']) || '104';
  return {
    address: from === undefined ? '' : `${calledAETitle}@${addressOf({ host, port })}`,
    host,
    port,
    calledAETitle,
    place: place ?? { origin: 'user' },
    // A copy needs another name.
    name: place === undefined ? '' : (from?.name ?? ''),
    callingAETitle: textOf(from?.['callingAETitle']),
  };
}

function entryOf(draft: Draft, { from }: FormPurpose): WrittenEntry {
  const { callingAETitle: _, ...others } = from ?? { name: draft.name };
  return {
    ...others,
    name: draft.name,
    host: draft.host,
    port: Number(draft.port),
    calledAETitle: draft.calledAETitle,
    ...(draft.callingAETitle === '' ? {} : { callingAETitle: draft.callingAETitle }),
  };
}

/** @returns undefined: the person closed the form, and nothing was written */
async function fill(session: Session, purpose: FormPurpose): Promise<ConfiguredPeer | undefined> {
  const draft = draftOf(purpose);
  const isAsked = ({ field, isSkipped }: Step): boolean => {
    if (purpose.only !== undefined) return field === purpose.only;
    if (field === 'place' && purpose.place !== undefined) return false;
    return isSkipped?.(draft) !== true;
  };
  let index = STEPS.findIndex(isAsked);
  for (;;) {
    const asked = STEPS.filter(isAsked);
    const step = STEPS[index];
    let answer: Answer<unknown>;
    if (step === undefined) answer = await checkAndSave(session, draft, purpose);
    else {
      const shown = { title: purpose.title, step: asked.indexOf(step) + 1, steps: asked.length };
      answer = await step.ask(shown, draft, purpose);
    }
    if (answer === 'closed') return undefined;
    if (answer !== 'back' && step === undefined) return answer.value as ConfiguredPeer | undefined;
    const isFurther = answer !== 'back';
    const next = isFurther
      ? STEPS.findIndex((other, at) => at > index && isAsked(other))
      : STEPS.findLastIndex((other, at) => at < index && isAsked(other));
    index = isFurther && next < 0 ? STEPS.length : Math.max(next, 0);
  }
}

async function checkAndSave(
  session: Session,
  draft: Draft,
  purpose: FormPurpose,
): Promise<Answer<ConfiguredPeer | undefined>> {
  const entry = entryOf(draft, purpose);
  const { entries } = parsePeers([entry], 'user');
  const [valid] = entries;
  const calling = callingAETitleFor(draft.place);
  // Another field of the entry may be one that a person has still to mend.
  if (valid !== undefined) {
    const peer = peerOf(valid, calling);
    const checked = await checkPeer(session, { peer, origin: purpose.origin, overrides: [] }, purpose.title);
    if (checked !== 'save') return checked;
  }
  return { value: await save(session, entry, draft.place, purpose) };
}

function goneError(name: string): Error {
  return new Error(plainWords(`The settings have no peer ${quotedWords(name)} any more; nothing was saved.`));
}

async function save(
  session: Session,
  entry: WrittenEntry,
  place: SettingsPlace,
  { from, place: own }: FormPurpose,
): Promise<ConfiguredPeer | undefined> {
  if (own === undefined || from === undefined) await addPeers(place, [entry]);
  else if (!(await replacePeer(own, from.name, entry))) throw goneError(from.name);
  else if (entry.name !== from.name) await renameDefault(own, from.name, entry.name);
  const saved = readPeers(undefined).peers.find(({ peer }) => peer.name === entry.name);
  if (saved !== undefined) session.channel.note('info', `Peer saved: ${peerWords(saved.peer)}`);
  if (saved?.origin === 'user' && place.origin !== 'user')
    void vscode.window.showWarningMessage(
      plainWords(`Your user settings already define ${quotedWords(entry.name)}; they win over the workspace's.`),
    );
  return saved;
}

/** @returns undefined: the person closed the form, and nothing was written */
export async function askForPeer(session: Session): Promise<ConfiguredPeer | undefined> {
  return fill(session, { title: 'Add Peer', origin: 'user' });
}

/** @param only the one field to change, without the others */
export async function changePeer(
  session: Session,
  configured: ConfiguredPeer,
  place: SettingsPlace,
  only?: PeerField,
): Promise<ConfiguredPeer | undefined> {
  const { name } = configured.peer;
  const from = writtenPeer(place, name);
  if (from === undefined) throw goneError(name);
  const title = `Edit ${nameWords(name)}`;
  return fill(session, { title, from, place, origin: place.origin, ...(only === undefined ? {} : { only }) });
}

export async function copyPeer(
  session: Session,
  { peer, origin }: ConfiguredPeer,
  place: SettingsPlace,
): Promise<ConfiguredPeer | undefined> {
  const from = writtenPeer(place, peer.name);
  if (from === undefined) throw goneError(peer.name);
  return fill(session, { title: `Duplicate ${nameWords(peer.name)}`, from, origin });
}
