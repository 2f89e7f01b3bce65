import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { failure } from '../../../../src/base/failure.ts';
import { type BoxSocket, listenForBox } from '../../../../src/node/sandbox/boxSocket.ts';
import { GuestChannel } from '../../../../src/node/sandbox/guestChannel.ts';
import { framesOnly } from '../../../../src/node/sandbox/streamDemultiplexer.ts';
import { encodeMessage, FrameDecoder } from '../../../../src/protocol/frames.ts';

const signal = new AbortController().signal;

async function listen(): Promise<BoxSocket & { path: string }> {
  const made = await listenForBox();
  if (!made.ok) {
    throw new Error(made.error.message);
  }
  return Object.assign(made.value, { path: join(made.value.mount.source, 'box') });
}

async function dial(path: string): Promise<Socket> {
  const socket = connect(path);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

function frame(message: unknown): Uint8Array {
  const encoded = encodeMessage(message);
  if (!encoded.ok) {
    throw new Error(encoded.error.message);
  }
  return encoded.value;
}

/** Answers each request with what `answer` makes of its number. */
function serve(socket: Socket, answer: (id: unknown) => readonly Uint8Array[]): void {
  const decoder = new FrameDecoder();
  socket.on('data', (chunk: Buffer) => {
    const frames = decoder.push(chunk);
    for (const { body } of frames.ok ? frames.value : []) {
      const request: { id: unknown } = JSON.parse(Buffer.from(body).toString());
      answer(request.id).forEach((bytes) => socket.write(bytes));
    }
  });
}

describe('the socket of one box', () => {
  it('stands in a folder that only this user can enter, and is gone with its folder once somebody dialled', async () => {
    const box = await listen();
    const mode = (path: string): number => statSync(path).mode & 0o777;
    expect(box.mount).toMatchObject({ kind: 'bind', target: '/sock' });
    expect([mode(dirname(box.mount.source)), mode(box.mount.source), mode(box.path)]).toEqual([0o700, 0o755, 0o666]);
    expect(readdirSync(box.mount.source)).toEqual(['box']);
    const guest = await dial(box.path);
    await expect.poll(() => existsSync(dirname(box.mount.source))).toBe(false);
    await expect(dial(box.path)).rejects.toMatchObject({ code: 'ENOENT' });
    guest.destroy();
    box.close();
  });

  it('hears the first who dials, and nobody who dials at the same moment', async () => {
    const box = await listen();
    const channel = new GuestChannel(box.stream, framesOnly);
    const answered = channel.request('begin_tree', {}, { signal });
    const [guest, ...others] = [connect(box.path), connect(box.path), connect(box.path)];
    const ends = others.map(async (other) => {
      other.on('error', () => undefined);
      other.write('garbage that breaks a channel');
      await new Promise((resolve) => other.once('close', resolve));
    });
    if (guest !== undefined) {
      serve(guest, (id) => [frame({ id, result: {} })]);
    }
    expect(await answered).toEqual({ ok: true, value: {} });
    await Promise.all(ends);
    expect(await channel.request('begin_tree', {}, { signal })).toEqual({ ok: true, value: {} });
    channel.close(failure('sandbox-died', 'over'));
  });

  it('ends with the connection, and leaves nothing when nobody ever dials', async () => {
    const box = await listen();
    const channel = new GuestChannel(box.stream, framesOnly);
    const guest = await dial(box.path);
    guest.end();
    expect(await channel.ended).toMatchObject({ reason: 'sandbox-died' });

    const lonely = await listen();
    const waiting = new GuestChannel(lonely.stream, framesOnly);
    const request = waiting.request('begin_tree', {}, { signal });
    lonely.close();
    expect(await request).toMatchObject({ ok: false, error: { reason: 'sandbox-died' } });
    await expect.poll(() => existsSync(dirname(lonely.mount.source))).toBe(false);
  });

  it.each([
    ['bytes that are no frame', () => [Buffer.alloc(64, 255)]],
    ['a frame over the cap', () => [Buffer.from([0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0])]],
    ['a message that is no answer', () => [frame({ hello: 1 })]],
    ['answers that nobody asked for', () => [1, 2, 3].map((id) => frame({ id, result: {} }))],
  ] as const)('is broken by %s, as a channel over standard streams is', async (_name, say) => {
    const box = await listen();
    const channel = new GuestChannel(box.stream, framesOnly);
    const request = channel.request('begin_tree', {}, { signal });
    serve(await dial(box.path), say);
    expect(await channel.ended).toMatchObject({ reason: 'protocol-violation' });
    expect((await request).ok).toBe(false);
  });

  it('holds to the budget of bytes of a method', async () => {
    const box = await listen();
    const channel = new GuestChannel(box.stream, framesOnly);
    const text = 'x'.repeat(30_000);
    serve(await dial(box.path), (id) => [frame({ id, result: { text } })]);
    const outcomes = [1, 2, 3].map(() => channel.request('begin_tree', {}, { signal }));
    expect((await Promise.all(outcomes)).map(({ ok }) => ok)).toEqual([true, true, false]);
    expect(await channel.ended).toMatchObject({ reason: 'protocol-violation' });
  });
});
