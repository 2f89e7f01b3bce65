import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeOllama, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import { mendingTurns } from '../../integration/product/counterScript.ts';
import { Product } from '../../integration/product/product.ts';
import { lastLine, verifyLineSchema } from '../../integration/product/taskLine.ts';
import { requireEngine } from '../../integration/requirements.ts';

const { skip, why } = requireEngine();

interface Place {
  readonly lines: string[];
  readonly folder: string;
  readonly head: string;
}

/** Each changes the record of a finished task; `line` is the first bad one that must be named, where only one can be. */
const tampers: readonly { readonly about: string; readonly line?: number; readonly change: (place: Place) => void }[] =
  [
    {
      about: 'an edit of a value',
      line: 4,
      change: ({ lines }) => void (lines[2] = lines[2]?.replace('host', 'user') ?? ''),
    },
    { about: 'a line that is gone', line: 6, change: ({ lines }) => void lines.splice(5, 1) },
    {
      about: 'two lines in the other order',
      change: ({ lines }) => void lines.splice(4, 2, lines[5] ?? '', lines[4] ?? ''),
    },
    { about: 'a line twice', line: 7, change: ({ lines }) => void lines.splice(6, 0, lines[5] ?? '') },
    { about: 'a cut at the end', change: ({ lines }) => void lines.splice(-2) },
    {
      about: 'a key twice in a line',
      line: 3,
      change: ({ lines }) => void (lines[2] = lines[2]?.replace('"type":', '"type":"task-moved","type":') ?? ''),
    },
    { about: 'white space in a line', line: 3, change: ({ lines }) => void (lines[2] = `${lines[2]} `) },
    {
      about: 'an escape in place of a letter',
      line: 3,
      change: ({ lines }) => void (lines[2] = lines[2]?.replace('"type"', '"typ\\u0065"') ?? ''),
    },
    {
      about: 'all of it written anew, with a chain that fits',
      change: ({ lines }) => {
        let prev = '0'.repeat(64);
        for (const [index, line] of lines.entries()) {
          const event: Record<string, unknown> = JSON.parse(line);
          lines[index] = JSON.stringify({ ...event, ...(index === 1 ? { actor: 'user' } : {}), prev });
          prev = createHash('sha256').update(lines[index]).digest('hex');
        }
      },
    },
    { about: 'a checkpoint that is gone', change: ({ head }) => rmSync(head) },
    {
      about: 'a checkpoint that says less',
      change: ({ lines, head }) => {
        lines.splice(-2);
        const note = readFileSync(head, 'utf8').split('\n');
        note[1] = String(lines.length);
        writeFileSync(head, note.join('\n'));
      },
    },
    {
      about: 'a payload that is another',
      change: ({ folder }) => {
        const [name = ''] = readdirSync(join(folder, 'artifacts'));
        writeFileSync(join(folder, 'artifacts', name), '{}');
      },
    },
  ];

describe.skipIf(skip)(`40: the record of a task, changed behind our back ${why}`, () => {
  let product: Product;
  let fake: FakeOllama;
  let id: string;
  let kept: string;

  beforeAll(async () => {
    product = new Product({ fixture: 'node-counter', variables: { NIGHTSHIFT_SANDBOX_RUNTIME: 'runc' } });
    fake = await startFakeOllama({ script: mendingTurns });
    ({ id } = (
      await product.task(['run', 'stop at zero', '--model', 'ollama:scripted', '--ollama-host', fake.url])
    ).task);
    await product.run(['host', 'stop']);
    kept = join(product.folder, 'kept');
    cpSync(product.paths.directory, kept, { recursive: true, filter: (path) => !path.endsWith('.sock') });
  });

  afterAll(async () => {
    await fake.close();
    await product.remove();
  });

  async function verify() {
    const ran = await product.run(['trace', 'verify', id, '--json']);
    await product.run(['host', 'stop']);
    return { code: ran.code, line: lastLine(ran.stdout, verifyLineSchema) };
  }

  it('verifies as it is', async () => {
    expect(await verify()).toMatchObject({ code: 0, line: { ok: true } });
  });

  it.each(tampers)('$about is found', async ({ change, line: expected }) => {
    const folder = join(product.paths.tasks, id);
    rmSync(folder, { recursive: true });
    cpSync(join(kept, 'tasks', id), folder, { recursive: true });
    const head = join(product.paths.heads, `${id}.checkpoint`);
    copyFileSync(join(kept, 'heads', `${id}.checkpoint`), head);
    const trace = join(folder, 'trace.jsonl');
    const lines = readFileSync(trace, 'utf8').trimEnd().split('\n');
    change({ lines, folder, head });
    writeFileSync(trace, `${lines.join('\n')}\n`);
    const { code, line } = await verify();
    expect(code).toBe(1);
    expect(line).toMatchObject({ ok: false, firstBad: { reason: expect.any(String) } });
    if (expected !== undefined) {
      expect(line.firstBad?.line).toBe(expected);
    }
    expect(existsSync(trace)).toBe(true);
  });
});
