// Asks in which settings something is written down.

import { type Answer, askForChoice, type StepFrame } from './input-steps.ts';
import { placesToWrite } from './peer-store.ts';
import { plainWords } from './plain-words.ts';
import type { SettingsPlace } from './settings-files.ts';

export async function askForPlace(shown: StepFrame, question: string): Promise<Answer<SettingsPlace>> {
  return askForChoice(
    shown,
    question,
    placesToWrite().map((place) => ({ label: plainWords(place.label), description: place.description, value: place })),
  );
}

/** The same as a question of its own, not asked where there is one place only. @returns undefined: the person closed it */
export async function placeToWrite(title: string, question: string): Promise<SettingsPlace | undefined> {
  const [first, ...others] = placesToWrite();
  if (others.length === 0) return first;
  const answer = await askForPlace({ title, step: 1, steps: 1 }, question);
  return typeof answer === 'object' ? answer.value : undefined;
}
