import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FramedMessages } from '../../../src/host/rpc/framedMessages.ts';
import { DeltaHistory } from '../../../src/host/rpc/deltaHistory.ts';
import { queuedTask } from '../../fakes/sampleTasks.ts';

function frame(message: object): Buffer {
  const body = Buffer.from(JSON.stringify(message));
  return Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]);
}

describe('framed messages', () => {
  it('come out whole and in order, wherever the stream was cut', () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 });
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 5 }), cuts, (texts, sizes) => {
        const sent = texts.map((text, id) => ({ jsonrpc: '2.0', id, method: 'm', params: { text } }));
        const bytes = Buffer.concat(sent.map(frame));
        const framed = new FramedMessages(10_000);
        const received: unknown[] = [];
        for (let at = 0, cut = 0; at < bytes.length; cut += 1) {
          const size = sizes[cut % sizes.length] ?? 1;
          const outcome = framed.push(bytes.subarray(at, at + size));
          expect(outcome.fault).toBeUndefined();
          received.push(...outcome.messages);
          at += size;
        }
        expect(received).toEqual(sent);
      }),
    );
  });

  it('end in a fault, never in an error, for any bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 10 }), (chunks) => {
        const framed = new FramedMessages(1_000);
        chunks.forEach((chunk) => framed.push(chunk));
      }),
    );
  });

  it('name the fault', () => {
    expect(new FramedMessages(10).push(frame({ jsonrpc: '2.0', id: 1 })).fault?.reason).toBe('too-large');
    expect(new FramedMessages(10).push(Buffer.from('x'.repeat(300))).fault?.reason).toBe('bad-header');
    expect(new FramedMessages(99).push(frame({ id: 1 })).fault?.reason).toBe('bad-message');
    expect(new FramedMessages(99).push(frame([1])).fault?.reason).toBe('bad-message');
  });
});

describe('history of deltas', () => {
  it('is bounded by number and by size, and knows what it does not have', () => {
    const history = new DeltaHistory(10, 3, 10_000);
    expect(history.after(10)).toEqual([]);
    expect(history.after(9)).toBeUndefined();
    for (let seq = 11; seq <= 15; seq += 1) {
      history.push({ kind: 'task', seq, task: queuedTask() });
    }
    expect(history.after(12)?.map((delta) => delta.seq)).toEqual([13, 14, 15]);
    expect(history.after(11)).toBeUndefined();
    expect(history.after(16)).toBeUndefined();
    history.push({ kind: 'task', seq: 16, task: queuedTask({ goal: 'x'.repeat(20_000) }) });
    expect(history.after(15)).toBeUndefined();
    expect(history.after(16)).toEqual([]);
  });
});
