import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { greet } from '../../../src/guest/greet.ts';
import { GuestChannel } from '../../../src/node/sandbox/guestChannel.ts';
import { encodeFrame, encodeMessage } from '../../../src/protocol/frames.ts';
import { guestProtocolVersion } from '../../../src/protocol/guestLimits.ts';

/** Greets a host that sends these bytes: what was answered, what was left unanswered, and what was not read. */
function greeted(sent: Uint8Array) {
  const answers: Buffer[] = [];
  let at = 0;
  const left = greet(
    (frame) => answers.push(Buffer.from(frame)),
    (count) => (at + count > sent.length ? undefined : sent.subarray(at, (at += count))),
  );
  const answer: unknown = answers[0] === undefined ? undefined : JSON.parse(answers[0].subarray(5).toString());
  return { answer, answers: answers.length, left: left && Buffer.concat([left, sent.subarray(at)]) };
}

function messageOf(message: unknown): Uint8Array {
  const frame = encodeMessage(message);
  return frame.ok ? frame.value : new Uint8Array();
}

const hello = { id: 140_737_488_355_327, method: 'hello', params: { protocolVersion: 1 } };
const next = messageOf({ id: 8, method: 'begin_tree', params: {} });

describe('greeting the host', () => {
  it('answers with what the guest is, and leaves what follows', () => {
    const { answer, answers, left } = greeted(Buffer.concat([messageOf(hello), next]));
    expect(answers).toBe(1);
    expect(answer).toMatchObject({ id: hello.id, result: { protocolVersion: 1, node: process.version } });
    expect(left).toEqual(Buffer.from(next));
  });

  it('knows the greeting as the host words it', async () => {
    const sent = new PassThrough();
    const channel = new GuestChannel(sent, { push: () => ({ ok: true, value: { stdout: [], stderr: [] } }) });
    const params = { protocolVersion: guestProtocolVersion };
    const asked = channel.request('hello', params, { signal: new AbortController().signal });
    const [bytes] = await once(sent, 'data');
    expect(greeted(z.instanceof(Buffer).parse(bytes))).toMatchObject({ answers: 1, left: Buffer.alloc(0) });
    channel.close({ reason: 'sandbox-died', message: 'The test is over.' });
    expect(await asked).toMatchObject({ ok: false });
  });

  it.each<[string, Uint8Array]>([
    ['another request', next],
    ['a greeting without a version', messageOf({ ...hello, params: {} })],
    ['a greeting without a number', messageOf({ ...hello, id: 'x' })],
    ['a greeting that says more', messageOf({ ...hello, more: 'x' })],
    ['bytes of a tree', Buffer.from([0, 0, 0, 3, 0x44, 1, 2])],
    ['a frame without a body', Buffer.from([0, 0, 0, 0])],
    [
      'a long frame',
      (() => {
        const frame = encodeFrame('data', new Uint8Array(5_000));
        return frame.ok ? frame.value : new Uint8Array();
      })(),
    ],
  ])('leaves %s to the server, to the last byte', (_what, sent) => {
    const { answers, left } = greeted(Buffer.concat([sent, next]));
    expect(answers).toBe(0);
    expect(left).toEqual(Buffer.concat([sent, next]));
  });

  it.each([0, 3, 4, 20])('ends with an input that ends after %i bytes', (count) => {
    const { answers, left } = greeted(messageOf(hello).subarray(0, count));
    expect({ answers, left }).toEqual({ answers: 0, left: undefined });
  });
});
