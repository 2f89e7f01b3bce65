import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CancellationToken, MessageConnection } from 'vscode-jsonrpc/node';
import { LentModels } from '../../../src/host/lentModels.ts';
import { dialHost } from '../../../src/host/client/hostChannel.ts';
import { longestAnswer, longestPiece, type WindowChat } from '../../../src/protocol/modelLending.ts';
import { greeting, RpcHarness, until } from './rpcHarness.ts';
import { hostProtocolVersion } from '../../../src/protocol/host.ts';

const never = new AbortController().signal;
const model = { id: 'one', vendor: 'acme', family: 'one', version: '1', maxInputTokens: 1_000, allowed: true };
const question = { messages: [{ role: 'user' as const, content: 'Hello.' }], tools: [] };
const answer = { kind: 'answer', calls: [] };

let harness: RpcHarness;
let lent: LentModels;

beforeEach(async () => {
  harness = new RpcHarness();
  lent = new LentModels((milliseconds, signal) => delay(milliseconds, undefined, { signal }).catch(() => undefined));
  harness.service.addWindow = (window) => lent.add(window);
  await harness.serve();
});

afterEach(() => harness.close());

type Answer = (chat: WindowChat, token: CancellationToken) => unknown;

/** A window that keeps to no rule but the ones that a test gives it. */
async function rawWindow(reply: Answer): Promise<MessageConnection> {
  const rpc = await harness.connection();
  rpc.onRequest('chat', async (chat: WindowChat, token: CancellationToken) => reply(chat, token));
  await rpc.sendRequest('initialize', greeting({ lends: true }));
  await rpc.sendRequest('lendModels', { models: [model] });
  return rpc;
}

async function ask(pieces: string[] = [], signal = never) {
  return lent.chat('acme/one', question, { signal, onPiece: (text) => pieces.push(text) });
}

describe('a window on the wire', () => {
  test('answers in pieces; pieces and answers of other chats, and late ones, are ignored', async () => {
    const pieces: string[] = [];
    let latest = '';
    const rpc = await rawWindow(async ({ chat }) => {
      latest = chat;
      await rpc.sendNotification('chatPiece', { chat: 'chat-of-nobody', text: 'no' });
      await rpc.sendNotification('chatPiece', { chat, text: 'Hel' });
      await rpc.sendNotification('chatPiece', { chat, text: 'lo.' });
      return answer;
    });
    expect(await ask(pieces)).toEqual({ ok: true, value: { text: 'Hello.', calls: [], usage: {} } });
    await rpc.sendNotification('chatPiece', { chat: latest, text: 'too late' });
    expect(await rpc.sendRequest('listTasks', {})).toEqual({ tasks: [] });
    expect(pieces).toEqual(['Hel', 'lo.']);
  });

  test('that answers twice is heard once, and goes on being a client', async () => {
    const socket = await harness.dial();
    const written = (message: object): void => {
      const body = JSON.stringify({ jsonrpc: '2.0', ...message });
      socket.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    };
    let received = '';
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString();
    });
    written({ id: 1, method: 'initialize', params: greeting({ lends: true }) });
    written({ id: 2, method: 'lendModels', params: { models: [model] } });
    await until('it lends', () => lent.missing('acme/one') === undefined);
    const asked = ask();
    await until('it is asked', () => /"id":(\d+),"method":"chat"/.test(received));
    const id = Number(/"id":(\d+),"method":"chat"/.exec(received)?.[1]);
    const call = { id: 'a', name: 'first', arguments: {} };
    written({ id, result: { ...answer, calls: [call] } });
    expect(await asked).toMatchObject({ ok: true, value: { calls: [{ name: 'first' }] } });
    written({ id, result: { ...answer, calls: [{ ...call, name: 'second' }] } });
    written({ id: 3, method: 'listTasks', params: {} });
    await until('it is answered', () => received.includes('"id":3'));
  });

  test.each([
    ['no answer at all', null],
    ['an unknown kind', { kind: 'other' }],
    ['too many calls', { ...answer, calls: Array.from({ length: 65 }, () => ({ id: 'a', name: 'b', arguments: {} })) }],
    ['a count below zero', { ...answer, outputTokens: -1 }],
  ])('that gives %s is not believed', async (_, given) => {
    await rawWindow(() => given);
    expect(await ask()).toMatchObject({ ok: false, error: { reason: 'malformed' } });
  });

  test('whose answer never ends is cut off and cancelled', async () => {
    let isCancelled = false;
    const rpc = await rawWindow(async ({ chat }, token) => {
      token.onCancellationRequested(() => (isCancelled = true));
      for (let sent = 0; sent <= longestAnswer && !isCancelled; sent += longestPiece) {
        await rpc.sendNotification('chatPiece', { chat, text: 'x'.repeat(longestPiece) });
      }
      return new Promise(() => undefined);
    });
    expect(await ask()).toMatchObject({ ok: false, error: { reason: 'malformed' } });
    await until('it is cancelled', () => isCancelled);
  });

  test('that closes before its answer is an interruption, and lends nothing any more', async () => {
    const socket = await harness.dial();
    socket.destroy();
    const rpc = await rawWindow(() => {
      rpc.end();
      return new Promise(() => undefined);
    });
    expect(await ask()).toMatchObject({ ok: false, error: { reason: 'interrupted' } });
    await until('it is gone', () => lent.missing('acme/one')?.need === 'window');
    expect(await ask()).toMatchObject({ ok: false, error: { reason: 'window-needed' } });
  });

  test('is told of a cancel, and its answer after that is ignored', async () => {
    const controller = new AbortController();
    let cancelledAfter = 0;
    let started = 0;
    await rawWindow(
      (_chat, token) =>
        new Promise((resolve) => {
          controller.abort();
          started = performance.now();
          token.onCancellationRequested(() => {
            cancelledAfter = performance.now() - started;
            resolve(answer);
          });
        }),
    );
    expect(await ask([], controller.signal)).toMatchObject({ ok: false, error: { reason: 'aborted' } });
    await until('it is told', () => cancelledAfter > 0);
    expect(cancelledAfter).toBeLessThan(200);
  });

  test('lends only what it describes by the rules, and only when it said in its greeting that it lends', async () => {
    const rpc = await rawWindow(() => answer);
    await expect(rpc.sendRequest('lendModels', { models: [{ ...model, maxInputTokens: 0 }] })).rejects.toThrow(
      /lendModels are not valid/,
    );
    const other = await harness.connection();
    await other.sendRequest('initialize', greeting());
    await expect(other.sendRequest('lendModels', { models: [model] })).rejects.toThrow(/did not say in its greeting/);
  });
});

test('a model that a provider describes badly is left out, and takes no other with it', async () => {
  const lender = {
    models: async () => [{ ...model, id: 'bad', maxInputTokens: Number.NaN }, model],
    onDidChange: () => ({ dispose: () => undefined }),
    chat: async () => ({ kind: 'answer' as const, calls: [] }),
  };
  const channel = await dialHost(harness.socket, lender);
  await channel?.request('initialize', {
    client: 'window',
    trace: false,
    lends: true,
    protocolVersion: hostProtocolVersion,
  });
  expect(await lent.find('acme/one', never)).toMatchObject({ ok: true, value: { id: 'one' } });
  expect(await lent.find('acme/bad', never)).toMatchObject({
    ok: false,
    error: { reason: 'model-missing', message: 'VS Code has no language model acme/bad; it has: acme/one.' },
  });
  channel?.dispose();
});
