// Whether a response answers our request, and how. PS3.7 8.1 (messages are matched by Message ID), Annex C.
//
// A response to another request says nothing about ours: it is never taken for success, whatever its status.

import type { Breach } from '../dimse/breach.ts';
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
      /** It breaks PS3.7, and its meaning is beyond doubt. */
      readonly breach?: Breach;
    }
  /** No answer to our request. `detail`: one line for an engineer. */
  | { readonly type: 'invalid'; readonly detail: string };

/** 'C-STORE-RSP', 'message with Command Field 8020H'. */
export function messageName(command: Command): string {
  if (command.type !== 'other') return command.type;
  return `message with Command Field ${command.CommandField.toString(16).toUpperCase().padStart(4, '0')}H`;
}

/** What all services check. */
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
