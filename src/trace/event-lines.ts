// Trace lines for events of the connection and of files, one line for each event.

import type { JobTraceEvent, TransportTraceEvent } from '../net/trace-record.ts';
import type { SystemErrorInfo } from '../part10/system-error.ts';
import { breachText } from './breach-text.ts';
import { messageTypeText } from './dimse-text.ts';
import { shownAddress } from './names.ts';
import { ourOption } from './our-options.ts';
import { SHOWN_MAX, sanitize } from './sanitize.ts';
import { formatBytes, formatDuration, formatRate, hexWord } from './units.ts';

type Level = 'error' | 'warn' | 'info' | 'debug';

export interface LeveledText {
  readonly level: Level;
  readonly text: string;
}

export const pathText = (path: string): string => sanitize(path, SHOWN_MAX.path);

type Timeout = Extract<TransportTraceEvent, { type: 'timeout' }>;

function timeoutText({ phase, afterMs }: Timeout): string {
  const after = `(after ${formatDuration(afterMs)})`;
  switch (phase) {
    case 'connect':
      return `Connect timeout reached ${after}`;
    case 'association':
      return `ACSE timeout reached while waiting for response to association request ${after}`;
    case 'response':
      return `DIMSE timeout reached while waiting for message response ${after}`;
    case 'write':
      return `Network timeout reached while the peer took no data ${after}`;
    case 'release':
      return `ACSE timeout reached while waiting for response to release request ${after}`;
  }
}

type RequestorEnded = Extract<TransportTraceEvent, { type: 'requestor ended' }>;

const ENDED_BECAUSE: Readonly<Record<RequestorEnded['reason'], string>> = {
  'no request': 'it had sent no whole A-ASSOCIATE-RQ, and too many others wait',
  'slow message': 'its message came too slowly',
  idle: 'it sent nothing for too long',
  'place needed': 'all places were taken, and it was the longest without a transfer',
};

function requestorEndedText({ reason, remoteAddress, callingAETitle, count }: RequestorEnded): string {
  const who = callingAETitle === undefined ? '' : ` (${sanitize(callingAETitle.trim())})`;
  const others = count > 1 ? `; ${count - 1} more before it` : '';
  return `Ended the connection of ${shownAddress(remoteAddress)}${who}: ${ENDED_BECAUSE[reason]}${others}`;
}

export function transportLine(event: TransportTraceEvent): LeveledText {
  switch (event.type) {
    case 'connecting':
      return {
        level: 'debug',
        text: `Connecting to ${shownAddress(event)}`,
      };
    case 'connected':
      return {
        level: 'debug',
        text: `Connected to ${shownAddress(event.remoteAddress)} from ${shownAddress(event.localAddress)} in ${formatDuration(event.elapsedMs)}`,
      };
    case 'connection accepted':
      return {
        level: 'debug',
        text: `Connection accepted from ${shownAddress(event.remoteAddress)} at ${shownAddress(event.localAddress)}`,
      };
    case 'connection failed':
      return { level: 'error', text: `Connection failed: ${sanitize(event.error.message, SHOWN_MAX.detail)}` };
    case 'connection closed':
      return event.error === undefined
        ? { level: 'debug', text: `Connection closed by ${event.by === 'us' ? 'us' : 'the peer'}` }
        : { level: 'error', text: `Connection lost: ${sanitize(event.error.message, SHOWN_MAX.detail)}` };
    case 'unexpected message':
      return { level: 'warn', text: `Ignored an unexpected message: ${messageTypeText(event.command)}` };
    case 'breach':
      return { level: 'warn', text: `A response of the peer breaks PS3.7: ${breachText(event.breach)}` };
    case 'requestor ended':
      return { level: 'warn', text: requestorEndedText(event) };
    case 'timeout':
      return { level: event.phase === 'release' ? 'warn' : 'error', text: timeoutText(event) };
  }
}

type FileEnd = Extract<JobTraceEvent, { type: 'file ends' }>;

function fileEndText(event: FileEnd): string {
  const path = pathText(event.path);
  const status = event.status === undefined ? '' : `, status 0x${hexWord(event.status)}`;
  const rate = formatRate(event.bytes, event.elapsedMs);
  const numbers = `${formatBytes(event.bytes)} in ${formatDuration(event.elapsedMs)}${rate === undefined ? '' : `, ${rate}`}`;
  switch (event.outcome) {
    case 'stored':
      return `Stored: ${path} (${numbers})`;
    case 'stored with warning':
      return `Stored with warning: ${path} (${numbers}${status})`;
    case 'failed':
      return `Store failed: ${path} (${numbers}${status})`;
    case 'unknown':
      return `Store not answered: ${path} (${numbers})`;
    default:
      return `Store ${sanitize(event.outcome)}: ${path} (${numbers}${status})`;
  }
}

/** 'ENOSPC (write)'. */
function errorCode({ code, syscall }: SystemErrorInfo): string {
  return syscall === undefined ? sanitize(code) : `${sanitize(code)} (${sanitize(syscall)})`;
}

/** The level of the line of a file's event. */
export function jobLevel(event: JobTraceEvent): Level {
  if (event.type === 'instance not written') return 'error';
  if (event.type === 'instance mismatch') return 'warn';
  if (event.type !== 'file ends') return 'info';
  switch (event.outcome) {
    case 'stored':
      return 'debug';
    case 'failed':
    case 'unknown':
      return 'error';
    default:
      return 'warn';
  }
}

/** The line of a file's event. */
export function jobText(event: JobTraceEvent): string {
  switch (event.type) {
    case 'file begins':
      return `Sending file: ${pathText(event.path)}`;
    case 'file ends':
      return fileEndText(event);
    case 'instance received':
      return `Stored instance: ${pathText(event.path)} (${formatBytes(event.bytes)})`;
    case 'instance mismatch': {
      const what = `its data set has another ${event.attributes.join(' and ')} than its request`;
      return event.isStored
        ? `Storing an instance with a warning: ${what}`
        : `Refusing an instance: ${what}; such ones can be stored ${ourOption('receiverMismatch', undefined)}`;
    }
    case 'instance not written':
      // Only the code: the system's message contains the path, and with it the instance's UID.
      return `Refused an instance because it could not be written: ${errorCode(event.error)}`;
  }
}
