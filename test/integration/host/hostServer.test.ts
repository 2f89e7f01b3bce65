import { lstatSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StateChanged } from '../../../src/protocol/host.ts';
import { queuedTask, traceLine } from '../../fakes/sampleTasks.ts';
import { greeting, RpcHarness, until } from './rpcHarness.ts';
import { hostProtocolVersion } from '../../../src/protocol/host.ts';

describe('host server', () => {
  let harness: RpcHarness;
  beforeEach(() => {
    harness = new RpcHarness();
  });
  afterEach(async () => {
    await harness.close();
  });

  it('answers the greeting with its versions and the whole state', async () => {
    harness.service.put(queuedTask());
    await harness.serve();
    const rpc = await harness.connection();
    const answer = await rpc.sendRequest('initialize', greeting());
    expect(answer).toMatchObject({
      protocolVersion: hostProtocolVersion,
      product: '9.9.9-test',
      pid: process.pid,
      state: { seq: 1, tasks: [{ id: 'task-7h2k9m4q1x' }] },
    });
  });

  it.skipIf(process.platform === 'win32')('closes its socket to other users', async () => {
    await harness.serve();
    expect(lstatSync(harness.socket).mode & 0o777).toBe(0o600);
  });

  it('refuses another protocol version, naming both and the way out, even when the rest of the greeting is unknown', async () => {
    await harness.serve();
    const rpc = await harness.connection();
    const refused = rpc.sendRequest('initialize', { protocolVersion: 7, hello: 'from the future' });
    await expect(refused).rejects.toMatchObject({
      message: expect.stringMatching(
        new RegExp(`protocol ${hostProtocolVersion}.*protocol 7.*nightshift host stop`),
      ) as string,
      data: { reason: 'protocol-version', exitCode: 3 },
    });
  });

  it('refuses requests before the greeting, a second greeting, and methods it does not know', async () => {
    await harness.serve();
    const rpc = await harness.connection();
    await expect(rpc.sendRequest('listTasks', {})).rejects.toMatchObject({ data: { reason: 'not-initialized' } });
    await rpc.sendRequest('initialize', greeting());
    await expect(rpc.sendRequest('initialize', greeting())).rejects.toMatchObject({
      data: { reason: 'already-initialized' },
    });
    await expect(rpc.sendRequest('toString', {})).rejects.toMatchObject({ data: { reason: 'unknown-method' } });
    expect(harness.service.calls).toEqual([]);
  });

  it('refuses invalid parameters before the service sees them, and says what is wrong', async () => {
    await harness.serve();
    const rpc = await harness.connection();
    await rpc.sendRequest('initialize', greeting());
    const empty = rpc.sendRequest('createTask', { goal: '', origin: { kind: 'cli' }, model: 'auto', settings: {} });
    await expect(empty).rejects.toMatchObject({
      message: expect.stringContaining('goal') as string,
      data: { reason: 'invalid-params' },
    });
    await expect(rpc.sendRequest('getTask', ['task-1'])).rejects.toMatchObject({ data: { reason: 'invalid-params' } });
    await expect(rpc.sendRequest('getTask')).rejects.toMatchObject({ data: { reason: 'invalid-params' } });
    expect(harness.service.calls).toEqual([]);
  });

  it('does not pass on an answer of the service that is not valid, and hides what is not in the contract', async () => {
    await harness.serve();
    const rpc = await harness.connection();
    await rpc.sendRequest('initialize', greeting());
    harness.service.overrides = { verifyTrace: () => ({ ok: true, value: { ok: true, events: -1 } }) };
    await expect(rpc.sendRequest('verifyTrace', { task: 'x' })).rejects.toMatchObject({
      data: { reason: 'invalid-result' },
    });
    const leaky = { ok: true, events: 3, secret: 'token' };
    harness.service.overrides = { verifyTrace: () => ({ ok: true, value: leaky }) };
    expect(await rpc.sendRequest('verifyTrace', { task: 'x' })).toEqual({ ok: true, events: 3 });
  });

  it('turns a throwing service into a failure and lives on', async () => {
    await harness.serve();
    const rpc = await harness.connection();
    await rpc.sendRequest('initialize', greeting());
    harness.service.overrides = {
      listTasks: () => {
        throw new Error('boom\nat somewhere');
      },
    };
    const answer = rpc.sendRequest('listTasks', {});
    await expect(answer).rejects.toMatchObject({
      message: expect.not.stringContaining('\n') as string,
      data: { reason: 'internal' },
    });
    harness.service.overrides = {};
    expect(await rpc.sendRequest('listTasks', {})).toEqual({ tasks: [] });
  });

  it('passes on the reason and the exit code of a failure', async () => {
    await harness.serve();
    const rpc = await harness.connection();
    await rpc.sendRequest('initialize', greeting());
    await expect(rpc.sendRequest('getTask', { task: 'nope' })).rejects.toMatchObject({
      data: { reason: 'unknown-task', exitCode: 2 },
    });
  });

  it('sends deltas in order to two clients, trace lines only to the one that follows them', async () => {
    await harness.serve();
    const [all, views] = [await harness.connection(), await harness.connection()];
    const received: StateChanged[][] = [[], []];
    all.onNotification('stateChanged', (change: StateChanged) => void received[0]?.push(change));
    views.onNotification('stateChanged', (change: StateChanged) => void received[1]?.push(change));
    await all.sendRequest('initialize', greeting());
    await views.sendRequest('initialize', greeting({ trace: false }));
    harness.service.put(queuedTask());
    harness.service.trace('task-7h2k9m4q1x', traceLine(0, 'task-created', {}));
    harness.service.trace('task-7h2k9m4q1x', traceLine(1, 'task-moved', {}));
    harness.service.put(queuedTask({ state: 'working' }));
    await until('both clients have the last delta', () => received.every((changes) => changes.at(-1)?.delta.seq === 4));
    expect(received[0]?.map(({ previous, delta }) => [previous, delta.seq, delta.kind])).toEqual([
      [0, 1, 'task'],
      [1, 2, 'trace'],
      [2, 3, 'trace'],
      [3, 4, 'task'],
    ]);
    expect(received[1]?.map(({ previous, delta }) => [previous, delta.seq])).toEqual([
      [0, 1],
      [1, 4],
    ]);
  });

  it('replays what a client missed when it comes back with its number, and sends the state when it cannot', async () => {
    await harness.serve({ maxHistory: 3 });
    const first = await harness.connection();
    const { instance } = await first.sendRequest<{ instance: string }>('initialize', greeting());
    first.dispose();
    for (let step = 1; step <= 4; step += 1) {
      harness.service.put(queuedTask({ activity: `step ${step}` }));
    }
    const again = await harness.connection();
    const missed: number[] = [];
    again.onNotification('stateChanged', ({ delta }: StateChanged) => void missed.push(delta.seq));
    expect(await again.sendRequest('initialize', greeting({ since: 2, instance }))).toMatchObject({ state: null });
    await until('both missed deltas came', () => missed.length === 2);
    expect(missed).toEqual([3, 4]);

    const tooOld = await harness.connection();
    expect(await tooOld.sendRequest('initialize', greeting({ since: 0, instance }))).toMatchObject({
      state: { seq: 4 },
    });
    const otherHost = await harness.connection();
    expect(
      await otherHost.sendRequest('initialize', greeting({ since: 4, instance: 'an earlier host' })),
    ).toMatchObject({ state: { seq: 4 } });
    const fromTheFuture = await harness.connection();
    expect(await fromTheFuture.sendRequest('initialize', greeting({ since: 99, instance }))).toMatchObject({
      state: { seq: 4 },
    });
  });

  it('drops a client that does not read instead of keeping everything for it, and serves the others', async () => {
    const server = await harness.serve({ limits: { maxQueuedBytes: 256 * 1024 } });
    const slow = await harness.dial();
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: greeting() });
    slow.write(`Content-Length: ${body.length}\r\n\r\n${body}`);
    slow.pause();
    const quick = await harness.connection();
    const seen: number[] = [];
    quick.onNotification('stateChanged', ({ delta }: StateChanged) => void seen.push(delta.seq));
    await quick.sendRequest('initialize', greeting());
    await until('both are connected', () => server.clients === 2);
    const activity = 'x'.repeat(64 * 1024);
    for (let sent = 0; server.clients === 2 && sent < 400; sent += 1) {
      harness.service.put(queuedTask({ activity }));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until('the slow one is gone', () => server.clients === 1);
    const last = harness.service.state().seq;
    await until('the quick one has everything', () => seen.at(-1) === last);
    expect(seen).toEqual(Array.from({ length: last }, (_, index) => index + 1));
  });

  it('says so when an answer is too long for one message', async () => {
    await harness.serve({ limits: { maxWriteBytes: 10_000 } });
    const rpc = await harness.connection();
    await rpc.sendRequest('initialize', greeting());
    harness.service.overrides = { patch: () => ({ ok: true, value: { patch: 'x'.repeat(20_000) } }) };
    await expect(rpc.sendRequest('patch', { task: 'x' })).rejects.toMatchObject({ data: { reason: 'too-large' } });
    expect(await rpc.sendRequest('listTasks', {})).toEqual({ tasks: [] });
  });

  it.each([
    ['bytes of another protocol', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a header without an end', 'x'.repeat(5_000)],
    ['a length beyond the cap', 'Content-Length: 999999999\r\n\r\n{'],
    ['a length that is no number', 'Content-Length: -5\r\n\r\n{}'],
    ['a body that is no JSON', 'Content-Length: 4\r\n\r\n{{{{'],
    ['a cancellation without parameters', frame({ jsonrpc: '2.0', method: '$/cancelRequest' })],
    ['zeros', '\0'.repeat(1_000)],
  ])('ends the connection on %s and serves the next client', async (_, bytes) => {
    const server = await harness.serve();
    const socket = await harness.dial();
    const gone = new Promise((resolve) => socket.once('close', resolve));
    socket.resume();
    socket.write(bytes);
    await gone;
    await until('the server forgot it', () => server.clients === 0);
    const rpc = await harness.connection();
    expect(await rpc.sendRequest('initialize', greeting())).toMatchObject({ product: '9.9.9-test' });
  });

  it('lives on after a request whose id is null', async () => {
    await harness.serve();
    const socket = await harness.dial();
    socket.write(frame({ jsonrpc: '2.0', id: null, method: 'initialize', params: {} }));
    const rpc = await harness.connection();
    expect(await rpc.sendRequest('initialize', greeting())).toMatchObject({ product: '9.9.9-test' });
  });

  it('reports being idle only without clients and without work', async () => {
    harness.service.setBusy(true);
    await harness.serve({ idleSeconds: 0.05 });
    const rpc = await harness.connection();
    await rpc.sendRequest('initialize', greeting());
    harness.service.setBusy(false);
    await pause(150);
    expect(harness.idle, 'a client is there').toBe(0);
    harness.service.setBusy(true);
    rpc.end();
    await pause(150);
    expect(harness.idle, 'work is there').toBe(0);
    harness.service.setBusy(false);
    await until('it is idle', () => harness.idle === 1);
  });

  it('answers a shutdown before it asks for the end, and says goodbye to the others', async () => {
    const server = await harness.serve();
    const [one, other] = [await harness.connection(), await harness.connection()];
    await one.sendRequest('initialize', greeting());
    await other.sendRequest('initialize', greeting());
    let farewells = 0;
    other.onNotification('hostStopping', () => void (farewells += 1));
    harness.service.setBusy(true);
    await expect(one.sendRequest('shutdown', { force: false })).rejects.toMatchObject({ data: { reason: 'busy' } });
    expect(harness.stops).toBe(0);
    expect(await one.sendRequest('shutdown', { force: true })).toEqual({ stopping: true });
    await until('the end is asked for', () => harness.stops === 1);
    await server.close();
    await until('the other one was told', () => farewells === 1);
  });
});

function frame(message: object): string {
  const body = JSON.stringify(message);
  return `Content-Length: ${body.length}\r\n\r\n${body}`;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
