// The Storage service: requests, responses, and how a response is judged. PS3.4 Annex B, PS3.7 9.1.1 and 9.3.1 (C-STORE).

import type { Command, CStoreRq, CStoreRsp, Priority } from '../dimse/command.ts';
import { ERROR_COMMENT_LENGTH_MAX } from '../dimse/command-table.ts';
import { storeStatus } from '../dimse/status.ts';
import { type Judgement, judgeResponse, messageName } from './answer.ts';

export interface StoreRequest {
  /** 1-65535, not in use by another request of this association. */
  readonly messageId: number;
  readonly sopClassUID: string;
  readonly sopInstanceUID: string;
  readonly priority: Priority;
}

export function storeRequest({ messageId, sopClassUID, sopInstanceUID, priority }: StoreRequest): CStoreRq {
  return {
    type: 'C-STORE-RQ',
    MessageID: messageId,
    AffectedSOPClassUID: sopClassUID,
    AffectedSOPInstanceUID: sopInstanceUID,
    Priority: priority,
  };
}

/** @param errorComment for the people at the peer; cut to the length of (0000,0902) */
export function storeResponse(rq: CStoreRq, status: number, errorComment?: string): CStoreRsp {
  const comment = errorComment
    // LO has neither backslashes nor control characters (PS3.5 6.2); beyond ASCII no character set is agreed.
    ?.replace(/[^\x20-\x5b\x5d-\x7e]/g, ' ')
    .slice(0, ERROR_COMMENT_LENGTH_MAX)
    .trim();
  return {
    type: 'C-STORE-RSP',
    MessageIDBeingRespondedTo: rq.MessageID,
    Status: status,
    AffectedSOPClassUID: rq.AffectedSOPClassUID,
    AffectedSOPInstanceUID: rq.AffectedSOPInstanceUID,
    ...(comment !== undefined && comment !== '' && { ErrorComment: comment }),
  };
}

/**
 * Whether `command` answers `rq`, and how.
 *
 * A response need not name its SOP Instance, and its Message ID alone says which request it answers (PS3.7 9.1.1.1.1). One
 * that names another instance than we sent is taken by its Message ID, and told. If that other instance waits for its answer
 * too, nobody can tell which of the two is meant: then it is no answer.
 * @param beside the other requests that were open when it came
 * @param isEarly the peer had not got the whole data set yet: it may refuse it, but it cannot have stored it
 */
export function judgeStoreResponse(
  rq: CStoreRq,
  command: Command,
  beside: readonly Command[],
  isEarly = false,
): Judgement {
  if (command.type !== 'C-STORE-RSP') {
    return { type: 'invalid', detail: `${messageName(command)} in answer to a C-STORE-RQ` };
  }
  const judgement = judgeResponse(rq.MessageID, command, (status) => storeStatus(status).category);
  if (isEarly && judgement.type === 'answer' && judgement.category !== 'failure') {
    return {
      type: 'invalid',
      detail: `it says ${judgement.category}, but came before the end of the data set was sent`,
    };
  }
  const instance = command.AffectedSOPInstanceUID;
  if (judgement.type === 'invalid' || instance === undefined || instance === rq.AffectedSOPInstanceUID)
    return judgement;
  const isOfAnother = beside.some((other) => other.type === 'C-STORE-RQ' && other.AffectedSOPInstanceUID === instance);
  if (!isOfAnother) return { ...judgement, breach: { code: 'another SOP Instance UID' } };
  const detail = `response to message ${rq.MessageID} names the SOP Instance of another one that waits for a response`;
  return { type: 'invalid', detail };
}
