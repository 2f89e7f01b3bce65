import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { isGvisor } from '../../../src/guest/confinement.ts';
import { GuestRequests } from '../../../src/guest/guestMethods.ts';
import { OutputCap } from '../../../src/guest/outputCap.ts';
import { ScanRunner } from '../../../src/guest/scanWorker.ts';
import { serveGuest } from '../../../src/guest/serveGuest.ts';
import { packTree } from '../../../src/node/sandbox/packTree.ts';
import { encodeFrame, encodeMessage, FrameDecoder } from '../../../src/protocol/frames.ts';
import { guestBundle } from '../../fakes/guestBundle.ts';
import { temporaryFolder } from './guestRoot.ts';

/** Serves the given messages and bytes, and answers what came back, by request number. */
async function serve(
  profile: 'locked' | 'build',
  sent: readonly (object | Uint8Array)[],
  scans = new ScanRunner(guestBundle()),
) {
  const folder = temporaryFolder();
  const input = new PassThrough();
  const decoder = new FrameDecoder();
  const answers: unknown[] = [];
  const wanted = sent.filter((message) => !(message instanceof Uint8Array)).length;
  const requests = new GuestRequests({ profile, workspace: folder, scratch: join(folder, 'tmp') }, scans);
  const served = serveGuest(
    input,
    (bytes) => {
      const frames = decoder.push(bytes);
      answers.push(...(frames.ok ? frames.value.map((frame) => JSON.parse(Buffer.from(frame.body).toString())) : []));
      if (answers.length === wanted) {
        input.end();
      }
    },
    requests,
  );
  for (const message of sent) {
    const frame = message instanceof Uint8Array ? encodeFrame('data', message) : encodeMessage(message);
    if (frame.ok) {
      input.write(frame.value);
    }
  }
  await served;
  await scans.dispose();
  return answers;
}

describe('serving requests in the guest', () => {
  it('greets, refuses what it does not know and what fits no schema', async () => {
    const answers = await serve('locked', [
      { id: 1, method: 'hello', params: { protocolVersion: 1 } },
      { id: 2, method: 'format_disk', params: {} },
      { id: 3, method: 'toString', params: {} },
      { id: 4, method: 'read_file', params: { path: 5 } },
      { id: 5, method: 'run_command', params: { argv: ['true'], environment: {}, timeoutMs: 1, maxOutputBytes: 1 } },
      { id: 6, method: 'end_tree', params: {} },
    ]);
    expect(answers).toMatchObject([
      { id: 1, result: { protocolVersion: 1, node: process.version } },
      { id: 2, error: { reason: 'unknown-method' } },
      { id: 3, error: { reason: 'unknown-method' } },
      { id: 4, error: { reason: 'invalid-request' } },
      { id: 5, error: { reason: 'unknown-method' } },
      { id: 6, error: { reason: 'invalid-request' } },
    ]);
  });

  it('takes a tree, one only, and serves it', async () => {
    async function* files() {
      yield { path: 'src/a.ts', mode: '100644' as const, bytes: Buffer.from('const needle = 1;\n') };
    }
    const tar: Uint8Array[] = [];
    for await (const bytes of packTree(files())) {
      tar.push(bytes);
    }
    const answers = await serve('locked', [
      { id: 1, method: 'begin_tree', params: {} },
      ...tar,
      { id: 2, method: 'end_tree', params: {} },
      { id: 3, method: 'begin_tree', params: {} },
      { id: 4, method: 'search_text', params: { pattern: 'needle', regex: false, limit: 5 } },
      { id: 5, method: 'list_files', params: { directory: '', limit: 5 } },
      { id: 6, method: 'write_file', params: { path: 'src/b.ts', content: 'x' } },
      { id: 7, method: 'list_changes', params: {} },
    ]);
    expect(answers).toMatchObject([
      { id: 1, result: {} },
      { id: 2, result: { files: 1, bytes: 18 } },
      { id: 3, error: { reason: 'exists' } },
      { id: 4, result: { hits: [{ path: 'src/a.ts', line: 1 }] } },
      { id: 5, result: { files: [{ path: 'src/a.ts', size: 18 }] } },
      { id: 6, result: { created: true } },
      { id: 7, result: { changes: [{ path: 'src/b.ts', op: 'write' }], truncated: false } },
    ]);
  });

  it('ends a search that takes too long and serves the next', async () => {
    async function* files() {
      yield { path: 'a', mode: '100644' as const, bytes: Buffer.from(`${'a'.repeat(40)}!\n`) };
    }
    const tar: Uint8Array[] = [];
    for await (const bytes of packTree(files())) {
      tar.push(bytes);
    }
    const answers = await serve(
      'locked',
      [
        { id: 1, method: 'begin_tree', params: {} },
        ...tar,
        { id: 2, method: 'end_tree', params: {} },
        { id: 3, method: 'search_text', params: { pattern: '(a+)+$', regex: true, limit: 5 } },
        { id: 4, method: 'search_text', params: { pattern: 'a!', regex: false, limit: 5 } },
      ],
      new ScanRunner(guestBundle(), 1_000),
    );
    expect(answers.slice(2)).toMatchObject([
      { id: 3, error: { reason: 'invalid-pattern' } },
      { id: 4, result: { hits: [{ path: 'a', line: 1 }] } },
    ]);
  });

  it('breaks off at a malformed frame', async () => {
    const input = new PassThrough();
    const place = { profile: 'locked' as const, workspace: temporaryFolder(), scratch: temporaryFolder() };
    const served = serveGuest(input, () => undefined, new GuestRequests(place, new ScanRunner('')));
    input.write(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x4a));
    await expect(served).rejects.toThrow('over the cap');
  });
});

describe('what the guest knows', () => {
  it('tells gVisor by its kernel', () => {
    expect(isGvisor('Linux version 4.4.0 #1 SMP Sun Jan 10 15:06:54 PST 2016')).toBe(true);
    expect(isGvisor('Linux version 4.19.0-gvisor #1 SMP')).toBe(true);
    expect(isGvisor('Linux version 6.1.0-18-amd64 (debian-kernel@lists.debian.org) #1 SMP')).toBe(false);
  });

  it('keeps head and tail of what is too long, and all of what is not', () => {
    const short = new OutputCap(10);
    short.push(Buffer.from('12345'));
    short.push(Buffer.from('67890'));
    expect([short.text(), short.omittedBytes]).toEqual(['1234567890', 0]);
    const long = new OutputCap(10);
    for (const piece of ['abc', 'defgh', 'ijklmnop', 'qrstuvwxyz']) {
      long.push(Buffer.from(piece));
    }
    expect([long.text(), long.omittedBytes]).toEqual(['abcde\n… [16 bytes left out] …\nvwxyz', 16]);
  });
});
