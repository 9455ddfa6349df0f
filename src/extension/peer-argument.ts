// Which peer a command about a peer means: the one whose row was clicked, the selected row, or the one that the person picks.

import { namedPeer, peerToChange } from './peer-choice.ts';
import type { ConfiguredPeer } from './peers.ts';
import type { Session } from './session.ts';
import type { Origin } from './settings.ts';
import type { SettingsPlace } from './settings-files.ts';

/** A key in the view Peers passes this. */
function isSelection(argument: unknown): boolean {
  return typeof argument === 'object' && argument !== null && 'selected' in argument;
}

/**
 * @param argument a peer's name; `{ selected: true }`; undefined: the person picks
 * @returns undefined: the person chose none
 */
export async function peerMeant(
  session: Session,
  argument: unknown,
  title: string,
): Promise<ConfiguredPeer | undefined> {
  const name = isSelection(argument) ? session.selectedPeer() : argument;
  if (name === undefined) return isSelection(argument) ? undefined : peerToChange(session, title);
  if (typeof name !== 'string') throw new Error(`${title} takes a peer’s name.`);
  return namedPeer(session, undefined, name);
}

export interface WrittenPeer {
  readonly configured: ConfiguredPeer;
  /** Where it is written down. */
  readonly place: SettingsPlace;
}

/** The same for a peer that is written down in settings: not the built-in receiver. */
export async function writtenPeerMeant(
  session: Session,
  argument: unknown,
  title: string,
): Promise<WrittenPeer | undefined> {
  const configured = await peerMeant(session, argument, title);
  if (configured === undefined || configured.origin === 'built-in') return undefined;
  const { folder } = configured;
  const origin: Origin = configured.origin;
  return { configured, place: { origin, ...(folder === undefined ? {} : { folder }) } };
}
