// The Verification service: requests, responses, and how a response is judged. PS3.4 Annex A, PS3.7 9.1.5 and 9.3.5 (C-ECHO).

import type { CEchoRq, CEchoRsp, Command } from '../dimse/command.ts';
import { echoStatus } from '../dimse/status.ts';
import { VERIFICATION } from '../uids.ts';
import { type Judgement, judgeResponse, messageName } from './answer.ts';

/** @param messageId 1-65535, not in use by another request of this association */
export function echoRequest(messageId: number): CEchoRq {
  return { type: 'C-ECHO-RQ', MessageID: messageId, AffectedSOPClassUID: VERIFICATION };
}

export function echoResponse(rq: CEchoRq, status: number): CEchoRsp {
  return {
    type: 'C-ECHO-RSP',
    MessageIDBeingRespondedTo: rq.MessageID,
    Status: status,
    AffectedSOPClassUID: rq.AffectedSOPClassUID,
  };
}

/** Whether `command` answers `rq`, and how. */
export function judgeEchoResponse(rq: CEchoRq, command: Command): Judgement {
  if (command.type !== 'C-ECHO-RSP') {
    return { type: 'invalid', detail: `${messageName(command)} in answer to a C-ECHO-RQ` };
  }
  return judgeResponse(rq.MessageID, command, (status) => echoStatus(status).category);
}
