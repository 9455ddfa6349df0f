import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AssociationDriver } from '../../../src/net/association-driver.ts';
import { Deferred } from '../../../src/net/deferred.ts';
import type { Service } from '../../../src/net/dimse-service.ts';
import { DimseSession } from '../../../src/net/dimse-session.ts';
import { echo } from '../../../src/net/echo-scu.ts';
import type { Answer } from '../../../src/net/open-requests.ts';
import type { PduRecord } from '../../../src/net/pdu-tap.ts';
import type { Timeouts } from '../../../src/net/peer.ts';
import { RequestedAssociation } from '../../../src/net/requested-association.ts';
import { startReceiver } from '../../../src/net/store-scp.ts';
import { answerAssociation } from '../../../src/protocol/acse/accept.ts';
import type { CommandOf } from '../../../src/protocol/dimse/command.ts';
import { peerAt } from '../../support/jobs.ts';
import { MEMORY_BUFFER_LENGTH, type MemoryNetwork, memoryNetwork } from '../../support/memory-network.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const COMMITMENT = '1.2.840.10008.1.20.1';
const COMMITMENT_INSTANCE = '1.2.840.10008.1.20.1.1';
const IMPLICIT_LE = '1.2.840.10008.1.2';
const CONTEXT = 1;

const action = (MessageID: number): CommandOf<'N-ACTION-RQ'> => ({
  type: 'N-ACTION-RQ',
  MessageID,
  RequestedSOPClassUID: COMMITMENT,
  RequestedSOPInstanceUID: COMMITMENT_INSTANCE,
  ActionTypeID: 1,
});
const actionResponse = (MessageIDBeingRespondedTo: number): CommandOf<'N-ACTION-RSP'> => ({
  type: 'N-ACTION-RSP',
  MessageIDBeingRespondedTo,
  Status: 0,
});
const report = (MessageID: number): CommandOf<'N-EVENT-REPORT-RQ'> => ({
  type: 'N-EVENT-REPORT-RQ',
  MessageID,
  AffectedSOPClassUID: COMMITMENT,
  AffectedSOPInstanceUID: COMMITMENT_INSTANCE,
  EventTypeID: 1,
});
const reportResponse = (MessageIDBeingRespondedTo: number): CommandOf<'N-EVENT-REPORT-RSP'> => ({
  type: 'N-EVENT-REPORT-RSP',
  MessageIDBeingRespondedTo,
  Status: 0,
});
const answeredId = (answer: Answer): unknown =>
  answer.type === 'message' && 'MessageIDBeingRespondedTo' in answer.command
    ? answer.command.MessageIDBeingRespondedTo
    : answer;

interface Ends {
  readonly network: MemoryNetwork;
  readonly requestor: RequestedAssociation;
  readonly acceptor: DimseSession;
  readonly unexpected: string[];
  readonly pdus: PduRecord[];
}

/** An open association over memory: a requestor, and an acceptor that serves nothing yet. */
async function connected(timeouts: Partial<Timeouts> = {}): Promise<Ends> {
  const network = memoryNetwork();
  const unexpected: string[] = [];
  const pdus: PduRecord[] = [];
  const acceptor = new Deferred<DimseSession>();
  await network.listen({ host: 'memory', port: 1 }, (connection) => {
    const driver: AssociationDriver = new AssociationDriver(
      { role: 'acceptor', maxPduLength: 16_384 },
      { accepted: connection },
      {
        indication: (indication) => {
          switch (indication.type) {
            case 'A-ASSOCIATE indication': {
              const answer = answerAssociation(indication.rq, {
                accepts: () => ({ result: 0, transferSyntax: IMPLICIT_LE }),
                maximumLength: 16_384,
                implementationClassUID: '2.25.1',
                implementationVersionName: 'TEST',
              });
              driver.input({ type: 'A-ASSOCIATE response', answer });
              return;
            }
            case 'DIMSE message':
              session.message(indication.presentationContextId, indication.command, indication.hasDataSet);
              return;
            case 'data set':
              session.dataSet(indication.bytes, indication.isLast);
              return;
            case 'A-RELEASE indication':
              session.afterResponses(() => driver.input({ type: 'A-RELEASE response' }));
              return;
            default:
              return;
          }
        },
        closed: () => session.end({ code: 'connection lost', phase: 'response' }),
      },
      undefined,
      undefined,
    );
    const limits = { responseMs: 10_000, writeStallMs: 10_000 };
    const session: DimseSession = new DimseSession(driver, limits, {
      timedOut: () => undefined,
      unexpected: ({ type }) => {
        unexpected.push(type);
        driver.input({ type: 'A-ABORT request' });
      },
      unexplained: (detail) => assert.fail(detail),
    });
    acceptor.resolve(session);
  });
  const proposed = { presentationContextId: CONTEXT, abstractSyntax: COMMITMENT, transferSyntaxes: [IMPLICIT_LE] };
  const outcome = await RequestedAssociation.request(
    peerAt(1, { timeouts }),
    { presentationContexts: [proposed], operationsInvoked: 0 },
    undefined,
    new AbortController().signal,
    { connector: network.connector, pdus: (record) => pdus.push(record) },
  );
  assert.equal(outcome.type, 'open');
  return { network, requestor: outcome.association, acceptor: await acceptor.promise, unexpected, pdus };
}

async function release(requestor: RequestedAssociation): Promise<void> {
  assert.equal(await requestor.release(new AbortController().signal), undefined);
  await requestor.gone(1_000);
}

describe('A DIMSE session', () => {
  it('sends a request with its data set, and gives back the response', async () => {
    const { requestor, acceptor } = await connected();
    const received: Uint8Array[] = [];
    acceptor.serve('N-ACTION-RQ', ({ command, context }) => {
      assert.equal(context.abstractSyntax, COMMITMENT);
      return { data: (bytes) => void received.push(bytes), response: () => actionResponse(command.MessageID) };
    });
    const dataSet = Buffer.alloc(40_000, 'data');
    const answer = await requestor.session.request(CONTEXT, action(requestor.session.messageId()), dataSet);
    assert.equal(answeredId(answer), 1);
    assert.deepEqual(Buffer.concat(received), dataSet);
    await release(requestor);
  });

  it('serves requests of the peer on an association that we opened', async () => {
    const { requestor, acceptor } = await connected();
    const events: number[] = [];
    requestor.session.serve('N-EVENT-REPORT-RQ', ({ command }) => ({
      response: () => {
        events.push(command.EventTypeID);
        return reportResponse(command.MessageID);
      },
    }));
    acceptor.serve('N-ACTION-RQ', ({ command }) => ({ response: () => actionResponse(command.MessageID) }));
    // Both directions at the same time, and with the same Message ID.
    const [toAction, toReport] = await Promise.all([
      requestor.session.request(CONTEXT, action(7)),
      acceptor.request(CONTEXT, report(7), Buffer.alloc(100)),
    ]);
    assert.equal(answeredId(toAction), 7);
    assert.equal(answeredId(toReport), 7);
    assert.deepEqual(events, [1]);
    await release(requestor);
  });

  it('answers its open requests also where the association ends in good order', async () => {
    const { requestor, acceptor } = await connected();
    requestor.session.serve('N-EVENT-REPORT-RQ', ({ command }) => ({
      response: () => reportResponse(command.MessageID),
    }));
    const unanswered = acceptor.open(report(1));
    acceptor.end(undefined);
    const late = acceptor.request(CONTEXT, report(2));
    for (const answer of [await unanswered.answer, await late]) {
      assert.deepEqual(answer, { type: 'failure', failure: { code: 'connection lost', phase: 'response' } });
    }
    await release(requestor);
  });

  it('answers what the peer has asked before it releases', async () => {
    const { requestor, acceptor } = await connected();
    const asked = new Deferred<void>();
    const ready = new Deferred<void>();
    requestor.session.serve('N-EVENT-REPORT-RQ', ({ command }) => ({
      response: async () => {
        asked.resolve(undefined);
        await ready.promise;
        return reportResponse(command.MessageID);
      },
    }));
    const answer = acceptor.request(CONTEXT, report(1));
    await asked.promise;
    const released = release(requestor);
    ready.resolve(undefined);
    await released;
    assert.equal(answeredId(await answer), 1);
  });

  it('aborts if what the peer has asked is not answered within the time for a release', async () => {
    const { requestor, acceptor } = await connected({ releaseMs: 20 });
    const asked = new Deferred<void>();
    requestor.session.serve('N-EVENT-REPORT-RQ', () => ({
      response: () => {
        asked.resolve(undefined);
        return new Promise(() => undefined);
      },
    }));
    const answer = acceptor.request(CONTEXT, report(1));
    await asked.promise;
    const failure = await requestor.release(new AbortController().signal);
    assert.deepEqual(failure, { code: 'timeout', phase: 'release', afterMs: 20 });
    await requestor.gone(1_000);
    assert.equal((await answer).type, 'failure');
  });

  it('answers in the order of the requests, also when a later one is ready first', async () => {
    const { requestor, acceptor } = await connected();
    const first = new Deferred<void>();
    acceptor.serve('N-ACTION-RQ', ({ command }) => ({
      response: async () => {
        if (command.MessageID === 1) await first.promise;
        return actionResponse(command.MessageID);
      },
    }));
    const order: unknown[] = [];
    const ask = async (id: number): Promise<void> => {
      order.push(answeredId(await requestor.session.request(CONTEXT, action(id))));
      if (id === 1) first.resolve(undefined);
    };
    const all = Promise.all([1, 2, 3].map(ask));
    first.resolve(undefined);
    await all;
    assert.deepEqual(order, [1, 2, 3]);
    await release(requestor);
  });

  it('tells of a request that nobody serves', async () => {
    const { requestor, unexpected } = await connected();
    const answer = await requestor.session.request(CONTEXT, action(1));
    assert.equal(answer.type === 'failure' && answer.failure.code, 'association aborted');
    assert.deepEqual(unexpected, ['N-ACTION-RQ']);
    await requestor.gone(1_000);
  });

  it('reads nothing while a service is busy with the data set', async () => {
    const { requestor, acceptor, network } = await connected();
    const busy = new Deferred<void>();
    const arrived = new Deferred<void>();
    let length = 0;
    const service: Service = {
      data: (bytes) => {
        length += bytes.length;
        arrived.resolve(undefined);
        return busy.promise;
      },
      response: () => actionResponse(1),
    };
    acceptor.serve('N-ACTION-RQ', () => service);
    const dataSet = Buffer.alloc(4 * MEMORY_BUFFER_LENGTH);
    const first = requestor.session.open(action(1));
    const { driver } = requestor;
    driver.input({ type: 'DIMSE request', presentationContextId: CONTEXT, command: action(1), hasDataSet: true });
    for (let part = 0; part < 4; part += 1) {
      const bytes = dataSet.subarray(part * MEMORY_BUFFER_LENGTH, (part + 1) * MEMORY_BUFFER_LENGTH);
      driver.input({ type: 'data set', presentationContextId: CONTEXT, bytes, isLast: part === 3 });
    }
    await arrived.promise;
    await new Promise((resolve) => {
      setImmediate(() => setImmediate(resolve));
    });
    assert.ok(length <= MEMORY_BUFFER_LENGTH, `${length} bytes were read`);
    assert.equal(driver.hasPendingWrites, true);
    busy.resolve(undefined);
    assert.equal(await requestor.session.flushed(), undefined);
    first.sent();
    assert.equal(answeredId(await first.answer), 1);
    assert.equal(length, dataSet.length);
    assert.equal(network.connections.length, 1);
    await release(requestor);
  });

  it('answers every open request with the failure when the connection breaks', async () => {
    const { requestor, acceptor, network } = await connected();
    acceptor.serve('N-ACTION-RQ', () => ({ response: () => new Promise(() => undefined) }));
    const answers = [1, 2].map((id) => requestor.session.request(CONTEXT, action(id)));
    const error = { code: 'ECONNRESET', message: 'reset' };
    await requestor.session.flushed();
    network.connections[0]?.[0].break(error);
    for (const answer of await Promise.all(answers)) {
      assert.deepEqual(answer, { type: 'failure', failure: { code: 'connection lost', phase: 'response', error } });
    }
    await requestor.gone(1_000);
  });

  it('never gives a Message ID that is open', async () => {
    const { requestor, acceptor } = await connected();
    acceptor.serve('N-ACTION-RQ', () => ({ response: () => new Promise(() => undefined) }));
    const { session } = requestor;
    void session.request(CONTEXT, action(2));
    assert.deepEqual([session.messageId(), session.messageId(), session.messageId()], [1, 3, 4]);
    requestor.abort({ code: 'cancelled', phase: 'response' });
    await requestor.gone(1_000);
  });
});

describe('Message IDs of a session', () => {
  it('begins its Message IDs again at 1 after 65535', async () => {
    const { requestor } = await connected();
    const { session } = requestor;
    const ids = Array.from({ length: 65_537 }, () => session.messageId());
    assert.deepEqual([...ids.slice(0, 2), ...ids.slice(-3)], [1, 2, 65_535, 1, 2]);
    await release(requestor);
  });

  it('run out only when every one is open', async () => {
    const { requestor } = await connected();
    const { session } = requestor;
    const ids = new Set(
      Array.from({ length: 65_535 }, () => {
        const id = session.messageId();
        session.open(action(id));
        return id;
      }),
    );
    assert.equal(ids.size, 65_535);
    assert.throws(() => session.messageId(), RangeError);
    requestor.abort({ code: 'cancelled', phase: 'response' });
    await requestor.gone(1_000);
  });
});

describe('The tap', () => {
  it('sees every PDU both ways, with data sets as lengths only', async () => {
    const { requestor, acceptor, pdus } = await connected();
    acceptor.serve('N-ACTION-RQ', ({ command }) => ({ response: () => actionResponse(command.MessageID) }));
    const secret = Buffer.alloc(40_000, 'PATIENT^NAME ');
    await requestor.session.request(CONTEXT, action(1), secret);
    await release(requestor);
    const types = pdus.map(({ direction, parts }) => {
      const [first] = parts;
      return `${direction} ${first?.type === 'bytes' ? first.bytes[0] : first?.type}`;
    });
    const dataPdus = Math.ceil(secret.length / (16_384 - 6));
    assert.deepEqual(types, [
      'sent 1',
      'received 2',
      ...Array.from({ length: 1 + dataPdus }, () => 'sent 4'),
      'received 4',
      'sent 5',
      'received 6',
    ]);
    let hidden = 0;
    for (const { parts, isCut } of pdus) {
      assert.equal(isCut, false);
      for (const part of parts) {
        if (part.type === 'hidden') hidden += part.length;
        else assert.equal(Buffer.from(part.bytes).includes('PATIENT'), false);
      }
    }
    assert.equal(hidden, secret.length);
  });

  it('gives what had arrived of a PDU when the connection breaks, and a sink that throws changes nothing', async (t) => {
    const network = memoryNetwork();
    const pdus: PduRecord[] = [];
    await network.listen({ host: 'memory', port: 1 }, (connection) => {
      connection.attach({
        received: () => {
          connection.write([Buffer.from('0200000000', 'hex')], () => connection.destroy());
        },
        closed: () => undefined,
      });
    });
    t.mock.method(process, 'emitWarning', () => undefined);
    const { failure } = await echo(peerAt(1), undefined, new AbortController().signal, {
      connector: network.connector,
      pdus: (record) => {
        pdus.push(record);
        throw new Error('a sink of somebody');
      },
    });
    assert.equal(failure?.code, 'connection lost');
    assert.deepEqual(
      pdus.map(({ direction, isCut }) => [direction, isCut]),
      [
        ['sent', false],
        ['received', true],
      ],
    );
  });
});

it('the receiver and the echo SCU run over another transport', async (t) => {
  const network = memoryNetwork();
  const receiver = await startReceiver({ port: 1, directory: temporaryFolder(t), listen: network.listen });
  const { verified } = await echo(peerAt(1), undefined, new AbortController().signal, network);
  assert.equal(verified, true);
  await receiver.stop();
});
