// The network events of the scenarios whose trace is compared with golden text.

import type { TraceRecord } from '../../src/net/trace-record.ts';
import { Secret } from '../../src/protocol/secret.ts';
import {
  associateAc,
  associateRj,
  associateRq,
  bytes,
  contextResult,
  implementationClassUID,
  implementationVersionName,
  maximumLength,
  plainItems,
  proposedContext,
  releaseRp,
  releaseRq,
  userIdentity,
  userInformation,
} from '../support/naive-pdu.ts';
import {
  ac,
  CT,
  EXPLICIT,
  IMPLICIT,
  J2K,
  MR,
  OURS,
  proposed,
  Records,
  rq,
  storeRq,
  storeRsp,
  THEIRS,
} from '../support/trace-records.ts';

const established = (records: Records, ctSyntax = EXPLICIT): Records =>
  records
    .connected()
    .pdu('sent', rq([proposed(1, CT, ctSyntax)]))
    .transition('Sta4', 'Evt2', 'AE-2', 'Sta5')
    .after(5)
    .pdu('received', ac([{ presentationContextId: 1, result: 0, transferSyntax: ctSyntax }]))
    .transition('Sta5', 'Evt3', 'AE-3', 'Sta6');

const released = (records: Records): Records =>
  records
    .pdu('sent', { type: 'A-RELEASE-RQ' })
    .transition('Sta6', 'Evt11', 'AR-1', 'Sta7')
    .after(1)
    .pdu('received', { type: 'A-RELEASE-RP' })
    .transition('Sta7', 'Evt13', 'AR-3', 'Sta1')
    .closed();

function sendFile(records: Records, messageId: number, path: string, pdus: number, length: number): Records {
  records
    .add({ type: 'file begins', path, messageId, length })
    .command('sent', 1, storeRq(messageId), true)
    .commandPdu('sent', 1, 160);
  for (let index = 1; index <= pdus; index += 1) {
    records.after(1).dataPdus(1, 1, length / pdus, index === pdus);
  }
  return records;
}

export function acceptedStore(): TraceRecord[] {
  const records = established(new Records());
  sendFile(records, 1, 'CTImageStorage.dcm', 3, 38_802)
    .after(9)
    .commandPdu('received', 1, 146)
    .command('received', 1, storeRsp(1, 0))
    .add({
      type: 'file ends',
      path: 'CTImageStorage.dcm',
      outcome: 'stored',
      status: 0,
      elapsedMs: 12,
      bytes: 38_786,
    });
  return released(records).all;
}

export function rejected(): TraceRecord[] {
  return new Records()
    .connected()
    .pdu('sent', rq([proposed(1, CT, EXPLICIT)]))
    .transition('Sta4', 'Evt2', 'AE-2', 'Sta5')
    .after(2)
    .pdu('received', { type: 'A-ASSOCIATE-RJ', result: 1, source: 1, reason: 7 }, associateRj(1, 1, 7))
    .transition('Sta5', 'Evt4', 'AE-4', 'Sta1')
    .closed().all;
}

export function noAcceptedContexts(): TraceRecord[] {
  return new Records()
    .connected()
    .pdu('sent', rq([proposed(1, CT, J2K), proposed(3, CT, EXPLICIT, IMPLICIT), proposed(5, '1.2.3.4', '1.2.3.4.5')]))
    .transition('Sta4', 'Evt2', 'AE-2', 'Sta5')
    .after(2)
    .pdu(
      'received',
      ac([
        { presentationContextId: 3, result: 3 },
        { presentationContextId: 1, result: 0, transferSyntax: EXPLICIT },
      ]),
    )
    .transition('Sta5', 'Evt3', 'AE-3', 'Sta6')
    .pdu('sent', { type: 'A-ABORT', source: 0, reason: 0 })
    .transition('Sta6', 'Evt15', 'AA-1', 'Sta13')
    .closed().all;
}

export function outOfResources(): TraceRecord[] {
  const records = established(new Records());
  sendFile(records, 1, 'CT/IM 1.dcm', 1, 38_802)
    .after(4)
    .commandPdu('received', 1, 180)
    .command(
      'received',
      1,
      storeRsp(1, 0xa700, { ErrorComment: 'Cannot write to file', OffendingElement: [0x00100020] }),
    )
    .add({ type: 'file ends', path: 'CT/IM 1.dcm', outcome: 'failed', status: 0xa700, elapsedMs: 5, bytes: 38_786 });
  return released(records).all;
}

export function abortedMidFile(): TraceRecord[] {
  const records = established(new Records());
  return records
    .add({ type: 'file begins', path: 'big.dcm', messageId: 1, length: 50_000_000 })
    .command('sent', 1, storeRq(1), true)
    .commandPdu('sent', 1, 160)
    .dataPdus(1, 8, 131_072, false)
    .after(20)
    .dataPdus(1, 8, 131_072, false)
    .pdu('received', { type: 'A-ABORT', source: 2, reason: 6 })
    .transition('Sta6', 'Evt16', 'AA-3', 'Sta1')
    .add({
      type: 'connection closed',
      by: 'peer',
      error: { code: 'ECONNRESET', syscall: 'read', message: 'read ECONNRESET' },
    })
    .add({ type: 'file ends', path: 'big.dcm', outcome: 'failed', elapsedMs: 21, bytes: 262_000 }).all;
}

export function twoFiles(): TraceRecord[] {
  const records = established(new Records());
  sendFile(records, 1, 'a.dcm', 412, 6_592_000)
    .after(30)
    .commandPdu('received', 1, 146)
    .command('received', 1, storeRsp(1, 0))
    .add({ type: 'file ends', path: 'a.dcm', outcome: 'stored', status: 0, elapsedMs: 442, bytes: 6_590_000 });
  sendFile(records, 2, 'b.dcm', 2, 20_000)
    .after(30)
    .commandPdu('received', 1, 146)
    .command('received', 1, storeRsp(2, 0xb000, { ErrorComment: 'PatientID coerced' }))
    .add({
      type: 'file ends',
      path: 'b.dcm',
      outcome: 'stored with warning',
      status: 0xb000,
      elapsedMs: 32,
      bytes: 19_980,
    });
  return released(records).all;
}

/** Two associations at the same time, their P-DATA interleaved. */
export function interleaved(): TraceRecord[] {
  const first = established(new Records(1));
  const second = established(new Records(2));
  sendFile(first, 1, 'a.dcm', 4, 64_000);
  sendFile(second, 1, 'b.dcm', 4, 32_000);
  for (const records of [first, second]) records.commandPdu('received', 1, 146).command('received', 1, storeRsp(1, 0));
  released(first);
  released(second);
  const mixed: TraceRecord[] = [];
  for (let index = 0; index < Math.max(first.all.length, second.all.length); index += 1) {
    for (const record of [first.all[index], second.all[index]]) if (record !== undefined) mixed.push(record);
  }
  return mixed;
}

export const PASSCODE = 'S3CRET-PASSCODE';
export const USERNAME = 'SECRET-USERNAME';
export const SERVER_RESPONSE = 'SECRET-TICKET';

const COMMAND_SET = bytes(
  '00000000 04000000 38000000', // (0000,0000)
  '00000200 12000000 312e322e3834302e31303030382e312e3100', // (0000,0002) Verification
  '00000001 02000000 3000', // (0000,0100)
  '00001001 02000000 0100', // (0000,0110)
  '00000008 02000000 0101', // (0000,0800)
);

/** An echo with user identity, with the bytes of every PDU. */
export function echoWithIdentity(): TraceRecord[] {
  const verification = '1.2.840.10008.1.1';
  const rqBytes = associateRq({
    calledAETitle: 'ANY-SCP',
    callingAETitle: 'STORESCU',
    items: [
      ...plainItems(proposedContext(1, verification, [IMPLICIT])).slice(0, -1),
      userInformation(
        maximumLength(16382),
        implementationClassUID(OURS.implementationClassUID ?? ''),
        implementationVersionName(OURS.implementationVersionName ?? ''),
        userIdentity(2, 1, Buffer.from(USERNAME), Buffer.from(PASSCODE)),
      ),
    ],
  });
  const acBytes = associateAc({
    calledAETitle: 'ANY-SCP',
    callingAETitle: 'STORESCU',
    items: [
      ...plainItems(contextResult(1, 0, IMPLICIT)).slice(0, -1),
      userInformation(
        maximumLength(16384),
        implementationClassUID(THEIRS.implementationClassUID ?? ''),
        implementationVersionName(THEIRS.implementationVersionName ?? ''),
        bytes('5900000f000d', Buffer.from(SERVER_RESPONSE)),
      ),
    ],
  });
  return new Records()
    .connected()
    .pdu(
      'sent',
      rq([proposed(1, verification, IMPLICIT)], {
        ...OURS,
        userIdentity: {
          userIdentityType: 2,
          positiveResponseRequested: true,
          primaryField: new Secret(Buffer.from(USERNAME)),
          secondaryField: new Secret(Buffer.from(PASSCODE)),
        },
      }),
      rqBytes,
    )
    .transition('Sta4', 'Evt2', 'AE-2', 'Sta5')
    .after(2)
    .pdu(
      'received',
      ac([{ presentationContextId: 1, result: 0, transferSyntax: IMPLICIT }], {
        ...THEIRS,
        userIdentityServerResponse: new Secret(Buffer.from(SERVER_RESPONSE)),
      }),
      acBytes,
    )
    .transition('Sta5', 'Evt3', 'AE-3', 'Sta6')
    .command('sent', 1, { type: 'C-ECHO-RQ', MessageID: 1, AffectedSOPClassUID: verification })
    .commandPdu('sent', 1, 80, COMMAND_SET)
    .after(1)
    .commandPdu('received', 1, 90, COMMAND_SET)
    .command('received', 1, { type: 'C-ECHO-RSP', MessageIDBeingRespondedTo: 1, Status: 0 })
    .pdu('sent', { type: 'A-RELEASE-RQ' }, releaseRq())
    .pdu('received', { type: 'A-RELEASE-RP' }, releaseRp())
    .closed().all;
}

/** An MR file from the side of the built-in receiver: we are the acceptor. */
export function receivedStore(): TraceRecord[] {
  return new Records()
    .add({
      type: 'connection accepted',
      localAddress: { host: '127.0.0.1', port: 11112 },
      remoteAddress: { host: '127.0.0.1', port: 40000 },
    })
    .transition('Sta1', 'Evt5', 'AE-5', 'Sta2')
    .pdu('received', rq([proposed(1, MR, EXPLICIT)], THEIRS))
    .transition('Sta2', 'Evt6', 'AE-6', 'Sta3')
    .pdu('sent', ac([{ presentationContextId: 1, result: 0, transferSyntax: EXPLICIT }], OURS))
    .transition('Sta3', 'Evt7', 'AE-7', 'Sta6')
    .commandPdu('received', 1, 150)
    .command('received', 1, storeRq(1, MR, '2.25.1'), true)
    .add({ type: 'instance received', path: '2.25.1.dcm', bytes: 9830 })
    .command('sent', 1, storeRsp(1, 0, {}, MR, '2.25.1'))
    .commandPdu('sent', 1, 150)
    .pdu('received', { type: 'A-RELEASE-RQ' })
    .transition('Sta6', 'Evt12', 'AR-2', 'Sta8')
    .pdu('sent', { type: 'A-RELEASE-RP' })
    .transition('Sta8', 'Evt14', 'AR-4', 'Sta13')
    .add({ type: 'connection closed', by: 'peer' }).all;
}
