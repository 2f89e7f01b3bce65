import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeOllama, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import { requireEngine } from '../requirements.ts';
import { shortTurns } from './counterScript.ts';
import { Product } from './product.ts';
import { lastLine, verifyLineSchema } from './taskLine.ts';

const { skip, why } = requireEngine();

describe.skipIf(skip)(`nightshift trace verify ${why}`, () => {
  let product: Product;
  let fake: FakeOllama;
  let id: string;
  let file: string;
  let bytes: Buffer;

  beforeAll(async () => {
    product = new Product({ fixture: 'node-counter', variables: { NIGHTSHIFT_SANDBOX_RUNTIME: 'runc' } });
    fake = await startFakeOllama({ script: shortTurns });
    ({ id } = (
      await product.task(['run', 'stop at zero', '--model', 'ollama:scripted', '--ollama-host', fake.url])
    ).task);
    await product.run(['host', 'stop']);
    file = join(product.paths.tasks, id, 'trace.jsonl');
    bytes = readFileSync(file);
  });

  afterAll(async () => {
    await fake.close();
    await product.remove();
  });

  async function verify() {
    const finished = await product.run(['trace', 'verify', id, '--json']);
    return { ...finished, line: lastLine(finished.stdout, verifyLineSchema) };
  }

  it('finds the trace of a run in order, with every event', async () => {
    const events = bytes.toString('utf8').split('\n').length - 1;
    expect(await verify()).toMatchObject({ code: 0, line: { ok: true, events } });
    const human = await product.run(['trace', 'verify', id]);
    expect(human).toMatchObject({ code: 0, stderr: '' });
  });

  it.each([
    ['a byte of an early line', 400],
    ['a byte in the middle', 0.5],
  ])('finds %s changed, and says where', async (_, place) => {
    const changed = Buffer.from(bytes);
    // A digit stays a digit, so that the line is valid JSON still: only the chain can tell.
    const at = changed.findIndex(
      (byte, index) => index > (place < 1 ? bytes.length * place : place) && byte >= 48 && byte < 57,
    );
    changed.writeUInt8((changed[at] ?? 0) + 1, at);
    const line = changed.subarray(0, at).filter((byte) => byte === 10).length;
    // The host that served the last command has the file open and is asked while it runs.
    writeFileSync(file, changed);
    const found = await verify();
    expect(found).toMatchObject({ code: 1, line: { ok: false, firstBad: { reason: expect.any(String) } } });
    expect([line, line + 1, line + 2]).toContain(found.line.firstBad?.line);
    writeFileSync(file, bytes);
    expect((await verify()).line.ok).toBe(true);
  });

  it('finds the last line cut off', async () => {
    const end = bytes.lastIndexOf(10, bytes.length - 2) + 1;
    truncateSync(file, end);
    expect(await verify()).toMatchObject({ code: 1, line: { ok: false, firstBad: { reason: expect.any(String) } } });
    writeFileSync(file, bytes);
    expect((await verify()).line.ok).toBe(true);
  });
});
