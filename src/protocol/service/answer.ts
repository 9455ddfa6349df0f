// What a response is worth to the one who asked. PS3.7 8.1 (messages are matched by Message ID), Annex C.
//
// A response that is not to our request says nothing about our request: it is never read as success, whatever its status.

import type { Command, ResponseElements } from '../dimse/command.ts';
import type { StatusCategory } from '../dimse/status.ts';

export type Judgement =
  | {
      readonly type: 'answer';
      readonly status: number;
      readonly category: StatusCategory;
      /** As received, not sanitised. */
      readonly errorComment?: string;
      /** Tags as 0xGGGGEEEE. */
      readonly offendingElement?: readonly number[];
    }
  /** `detail` is for a protocol engineer. */
  | { readonly type: 'invalid'; readonly detail: string };

/** A name for any message, for sentences. */
export function messageName(command: Command): string {
  if (command.type !== 'other') return command.type;
  return `message with Command Field ${command.CommandField.toString(16).toUpperCase().padStart(4, '0')}H`;
}

/** The part of the judgement that every service shares. */
export function judgeResponse(
  messageId: number,
  response: ResponseElements,
  category: (status: number) => StatusCategory,
): Judgement {
  if (response.MessageIDBeingRespondedTo !== messageId) {
    return {
      type: 'invalid',
      detail: `response to message ${response.MessageIDBeingRespondedTo} while message ${messageId} waits for one`,
    };
  }
  return {
    type: 'answer',
    status: response.Status,
    category: category(response.Status),
    ...(response.ErrorComment !== undefined && { errorComment: response.ErrorComment }),
    ...(response.OffendingElement !== undefined && { offendingElement: response.OffendingElement }),
  };
}
