// Questions that follow each other, each with a way back to the one before.

import * as vscode from 'vscode';
import { plainWords } from './plain-words.ts';

/** What a step came to: a value, one step back, or the person closed it. */
export type Answer<T> = { readonly value: T } | 'back' | 'closed';

export interface StepFrame {
  readonly title: string;
  /** From 1. */
  readonly step: number;
  readonly steps: number;
}

export interface TextQuestion {
  readonly prompt: string;
  readonly value: string;
  readonly placeHolder?: string;
  /** What is wrong, as one sentence; undefined: nothing. */
  readonly problem: (value: string) => string | undefined;
}

function frame(input: vscode.QuickInput, { title, step, steps }: StepFrame): void {
  input.title = plainWords(title);
  if (steps > 1) {
    input.step = step;
    input.totalSteps = steps;
  }
  input.ignoreFocusOut = true;
}

export async function askForText(shown: StepFrame, question: TextQuestion): Promise<Answer<string>> {
  const input = vscode.window.createInputBox();
  frame(input, shown);
  if (shown.step > 1) input.buttons = [vscode.QuickInputButtons.Back];
  input.prompt = plainWords(question.prompt);
  input.value = question.value;
  if (question.placeHolder !== undefined) input.placeholder = plainWords(question.placeHolder);
  const check = (value: string): boolean => {
    const problem = question.problem(value);
    input.validationMessage = problem === undefined ? undefined : plainWords(problem);
    return problem === undefined;
  };
  let isTouched = false;
  try {
    return await new Promise((resolve) => {
      input.onDidChangeValue((value) => {
        // An empty box is no mistake yet.
        isTouched ||= value !== '';
        if (isTouched) check(value);
      });
      input.onDidAccept(() => {
        const { value } = input;
        if (check(value)) resolve({ value });
      });
      input.onDidTriggerButton(() => resolve('back'));
      input.onDidHide(() => resolve('closed'));
      input.show();
    });
  } finally {
    input.dispose();
  }
}

export interface Choice<T> extends vscode.QuickPickItem {
  readonly value: T;
}

export async function askForChoice<T>(
  shown: StepFrame,
  placeHolder: string,
  choices: readonly Choice<T>[],
): Promise<Answer<T>> {
  const list = vscode.window.createQuickPick<Choice<T>>();
  frame(list, shown);
  if (shown.step > 1) list.buttons = [vscode.QuickInputButtons.Back];
  list.placeholder = placeHolder;
  list.items = choices;
  try {
    return await new Promise((resolve) => {
      list.onDidAccept(() => {
        const [item] = list.selectedItems;
        if (item !== undefined) resolve({ value: item.value });
      });
      list.onDidTriggerButton(() => resolve('back'));
      list.onDidHide(() => resolve('closed'));
      list.show();
    });
  } finally {
    list.dispose();
  }
}
