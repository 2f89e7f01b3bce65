import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { encodeFrame, encodeMessage, FrameDecoder } from '../../../../src/protocol/frames.ts';
import { guestRequestSchema } from '../../../../src/protocol/guest.ts';
import { GuestChannel } from '../../../../src/node/sandbox/guestChannel.ts';

interface Heard {
  readonly id: number;
  readonly method: string;
}

/** The engine's end of an attached stream, and a guest that answers as each test wants it to. */
class ScriptedGuest extends Duplex {
  readonly heard: Heard[] = [];
  private readonly decoder = new FrameDecoder();
  private readonly behave: (request: Heard, guest: ScriptedGuest) => void;

  constructor(behave: (request: Heard, guest: ScriptedGuest) => void) {
    super();
    this.behave = behave;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    const frames = this.decoder.push(chunk);
    for (const frame of frames.ok ? frames.value : []) {
      const request = guestRequestSchema.parse(JSON.parse(Buffer.from(frame.body).toString()));
      this.heard.push(request);
      this.behave(request, this);
    }
    done();
  }

  say(message: unknown): void {
    const frame = encodeMessage(message);
    if (frame.ok) {
      this.emitOn(1, frame.value);
    }
  }

  emitOn(stream: 1 | 2, bytes: Uint8Array): void {
    const header = Buffer.alloc(8);
    header[0] = stream;
    header.writeUInt32BE(bytes.length, 4);
    this.push(Buffer.concat([header, bytes]));
  }
}

const signal = new AbortController().signal;
const deleteFile = (channel: GuestChannel, options = {}) =>
  channel.request('delete_file', { path: 'a' }, { signal, ...options });

function channelTo(behave: (request: Heard, guest: ScriptedGuest) => void) {
  const guest = new ScriptedGuest(behave);
  return { guest, channel: new GuestChannel(guest) };
}

describe('the host end of the guest channel', () => {
  it('answers requests, and refusals with the guest’s own reason', async () => {
    const { channel } = channelTo(({ id, method }, guest) =>
      guest.say(
        method === 'delete_file'
          ? { id, error: { reason: 'not-found', message: 'No such\nfile.' } }
          : { id, result: {} },
      ),
    );
    expect(await channel.request('begin_tree', {}, { signal })).toEqual({ ok: true, value: {} });
    expect(await deleteFile(channel)).toEqual({
      ok: false,
      error: { reason: 'request-refused', message: 'No such file.', detail: 'not-found' },
    });
  });

  it('refuses bad parameters and over-large requests before they are sent', async () => {
    const { channel, guest } = channelTo(() => undefined);
    expect(await channel.request('delete_file', { path: '' }, { signal })).toMatchObject({
      error: { detail: 'invalid-request' },
    });
    expect(await channel.request('write_file', { path: 'a', content: 'x'.repeat(2 ** 20) }, { signal })).toMatchObject({
      error: { reason: 'request-refused', detail: 'too-large' },
    });
    expect(guest.heard).toEqual([]);
  });

  it('sends one request at a time, under numbers that cannot be guessed', async () => {
    const { channel, guest } = channelTo(({ id }, self) => {
      setTimeout(() => {
        expect(self.heard.at(-1)?.id).toBe(id);
        self.say({ id, result: {} });
      }, 5);
    });
    await Promise.all([deleteFile(channel), deleteFile(channel), deleteFile(channel)]);
    const ids = guest.heard.map((request) => request.id);
    expect(new Set(ids).size).toBe(3);
    expect(Math.max(...ids)).toBeGreaterThan(2 ** 32);
  });

  it('counts answers that fit nothing and ends the box at the third', async () => {
    const { channel } = channelTo(({ id }, guest) => guest.say({ id, result: { unexpected: 1, files: 'many' } }));
    const endTree = () => channel.request('end_tree', {}, { signal });
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect(await endTree()).toMatchObject({ ok: false, error: { reason: 'protocol-violation' } });
    }
    expect(await channel.ended).toMatchObject({ reason: 'protocol-violation' });
    expect(await endTree()).toMatchObject({ ok: false, error: { reason: 'protocol-violation' } });
  });

  it('does not believe an answer that nobody asked for', async () => {
    const { channel } = channelTo(({ id }, guest) => {
      guest.say({ id: 1, error: { reason: 'failed', message: 'forged' } });
      guest.say({ id, result: {} });
    });
    expect((await deleteFile(channel)).ok).toBe(true);
    expect((await deleteFile(channel)).ok).toBe(true);
    await deleteFile(channel);
    expect(await channel.ended).toMatchObject({ reason: 'protocol-violation' });
  });

  it.each([
    ['a frame over the cap', Buffer.from([0xff, 0, 0, 0, 0x4a])],
    ['a frame of an unknown kind', Buffer.from([0, 0, 0, 2, 0x58, 1])],
    ['raw data', Buffer.from([0, 0, 0, 2, 0x44, 1])],
    ['text that is no JSON', Buffer.from([0, 0, 0, 2, 0x4a, 0x7b])],
  ])('ends the box at once for %s', async (_what, bytes) => {
    const { channel } = channelTo((_request, guest) => guest.emitOn(1, bytes));
    expect(await deleteFile(channel)).toMatchObject({ ok: false, error: { reason: 'protocol-violation' } });
    expect(await channel.ended).toMatchObject({ reason: 'protocol-violation' });
  });

  it('ends a box whose answers exceed what its method may send in all', async () => {
    const { channel } = channelTo(({ id }, guest) => guest.say({ id, result: {}, padding: 'x'.repeat(30_000) }));
    const outcomes = [];
    for (let attempt = 0; attempt < 4; attempt += 1) {
      outcomes.push((await channel.request('begin_tree', {}, { signal })).ok);
    }
    expect(outcomes).toEqual([true, true, false, false]);
  });

  it('ends a box that floods its error stream', async () => {
    const { channel } = channelTo((_request, guest) => {
      for (let piece = 0; piece < 5; piece += 1) {
        guest.emitOn(2, new Uint8Array(2 ** 20));
      }
    });
    expect(await deleteFile(channel)).toMatchObject({ ok: false, error: { reason: 'protocol-violation' } });
  });

  it('ends the box when an answer is late', async () => {
    const { channel } = channelTo(() => undefined);
    expect(await deleteFile(channel, { deadlineMs: 20 })).toMatchObject({ ok: false, error: { reason: 'timeout' } });
    expect(await channel.ended).toMatchObject({ reason: 'timeout' });
  });

  it('keeps a box whose short request was aborted, and takes the late answer for what it is', async () => {
    const controller = new AbortController();
    const { channel } = channelTo(({ id }, guest) => {
      setTimeout(() => guest.say({ id, result: {} }), 30);
    });
    setTimeout(() => controller.abort(), 5);
    expect(await deleteFile(channel, { signal: controller.signal })).toMatchObject({ error: { reason: 'aborted' } });
    for (let attempt = 0; attempt < 4; attempt += 1) {
      expect((await deleteFile(channel)).ok).toBe(true);
    }
  });

  it('turns the end of the stream into a value and keeps the guest’s last words', async () => {
    const { channel } = channelTo((_request, guest) => {
      guest.emitOn(2, Buffer.from('guest: out of paper\n'));
      guest.push(null);
    });
    expect(await deleteFile(channel)).toMatchObject({ ok: false, error: { reason: 'sandbox-died' } });
    expect(channel.lastWords()).toBe('guest: out of paper');
  });

  it('sends data in frames of their own between two requests of one turn', async () => {
    const frames: string[] = [];
    const { channel, guest } = channelTo(({ id }, self) => self.say({ id, result: { files: 0, bytes: 0 } }));
    const decoder = new FrameDecoder();
    const write = guest._write.bind(guest);
    guest._write = (chunk: Buffer, encoding: string, done: () => void) => {
      const decoded = decoder.push(chunk);
      frames.push(...(decoded.ok ? decoded.value.map((frame) => frame.kind) : []));
      const data = encodeFrame('data', Uint8Array.of(1, 2));
      return data.ok && chunk.equals(data.value) ? done() : write(chunk, encoding, done);
    };
    await channel.exclusive(async (turn) => {
      await turn.request('begin_tree', {}, { signal });
      await turn.sendData(Uint8Array.of(1, 2));
      await turn.request('end_tree', {}, { signal });
    });
    expect(frames).toEqual(['json', 'data', 'json']);
  });
});
