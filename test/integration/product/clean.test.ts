import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeOllama, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import { requireEngine } from '../requirements.ts';
import { editTurn, finishTurn } from './counterScript.ts';
import { Product } from './product.ts';

const { skip, why } = requireEngine();
const day = 86_400_000;
/** The engine is shared with whoever else works on this machine: only this workspace's own things are cleaned at once. */
const own = ['task-tree', 'loose-object', 'temporary'].flatMap((name) => ['--only', name]);

interface Line {
  readonly type: string;
  readonly class?: string;
  readonly name?: string;
  readonly action?: string;
  readonly [field: string]: unknown;
}

describe.skipIf(skip)(`nightshift clean ${why}`, () => {
  let product: Product;
  let fake: FakeOllama;

  beforeEach(async () => {
    product = new Product({ fixture: 'node-counter', variables: { NIGHTSHIFT_SANDBOX_RUNTIME: 'runc' } });
    fake = await startFakeOllama({ script: [editTurn, finishTurn, editTurn, finishTurn] });
  });

  afterEach(async () => {
    await fake.close();
    await product.remove();
  });

  async function ready(): Promise<string> {
    const model = ['--model', 'ollama:scripted', '--ollama-host', fake.url];
    const { code, task } = await product.task(['run', 'stop at zero', ...model]);
    expect({ code, state: task.state }).toEqual({ code: 0, state: 'ready' });
    return task.id;
  }

  async function lines(...words: string[]): Promise<{ readonly code: number | null; readonly lines: readonly Line[] }> {
    const { code, stdout, stderr } = await product.run(['clean', ...words, '--json']);
    expect(stderr).toBe('');
    return {
      code,
      lines: stdout
        .trim()
        .split('\n')
        .map((line): Line => JSON.parse(line)),
    };
  }

  it('keeps a result that waits for its review whatever its age, and takes what a discarded one kept', async () => {
    const kept = await ready();
    const gone = await ready();
    await product.task(['discard', gone]);
    const store = join(product.paths.directory, 'store.git', 'objects');
    const then = new Date(Date.now() - 2 * day);
    for (const name of readdirSync(store, { recursive: true, encoding: 'utf8' })) {
      utimesSync(join(store, name), then, then);
    }
    // What a killed process left in the state folder, from before this host.
    const rubbish = join(product.paths.directory, 'work', 'work-killed');
    mkdirSync(rubbish, { recursive: true });
    writeFileSync(join(rubbish, 'content-0'), Buffer.alloc(300_000));
    utimesSync(join(rubbish, 'content-0'), then, then);
    utimesSync(rubbish, then, then);
    await delay(1_500);

    const before = await product.task(['show', kept]);
    const payloads = readdirSync(join(product.paths.tasks, gone, 'artifacts'));
    const look = await lines('--dry-run', '--older-than', '0', ...own);
    const going = look.lines.filter(({ action }) => action === 'removable').map(({ name }) => name);
    expect(going).toEqual(expect.arrayContaining([`trees of ${gone}`]));
    expect(going.filter((name) => name?.includes(kept))).toEqual([]);
    expect(look.lines.at(-1)).toMatchObject({ type: 'clean', dryRun: true, removed: 0, freedBytes: 0, ok: true });

    const { code, lines: told } = await lines('--older-than', '0', ...own);
    expect(code).toBe(0);
    expect(told.find(({ name }) => name === `trees of ${kept}`)).toMatchObject({ action: 'kept' });
    expect(told.find(({ name }) => name === `trees of ${gone}`)).toMatchObject({ action: 'removed' });
    expect(told.at(-1)).toMatchObject({ type: 'clean', dryRun: false, failed: 0, ok: true });
    expect(existsSync(rubbish)).toBe(false);
    expect(readdirSync(join(product.paths.tasks, gone, 'artifacts'))).toEqual(payloads);
    expect(payloads.length).toBeGreaterThan(0);

    expect((await product.run(['trace', 'verify', gone])).code).toBe(0);
    expect((await product.run(['trace', 'verify', kept])).code).toBe(0);
    expect((await product.task(['show', kept])).task).toEqual(before.task);
    const patch = await product.run(['patch', kept]);
    execFileSync('git', ['apply', '--check'], { cwd: product.root, input: patch.stdout });
    const applied = await product.task(['apply', kept]);
    expect(applied).toMatchObject({ code: 0, task: { state: 'applied' } });
  });

  it('shows sizes and reasons to a person, and refuses days that are none', async () => {
    const id = await ready();
    const shown = await product.run(['clean', '--dry-run']);
    expect(shown.code).toBe(0);
    // Where other images are built on it, its bytes are counted nowhere.
    expect(shown.stdout).toMatch(/base images +\d+(\.\d)? [kMG]?B in \d+/);
    expect(shown.stdout).toContain('would go; run without --dry-run');
    // Of many images that others left on the engine only the first are shown.
    const trees = await product.run(['clean', '--dry-run', '--only', 'task-tree']);
    expect(trees.stdout).toContain(`trees of ${id}`);
    expect(trees.stdout).toContain('its task is not over');
    const wrong = await product.run(['clean', '--older-than', 'long']);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('number of days') as string });
    const unknown = await product.run(['clean', '--only', 'everything']);
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('knows no "everything"') as string });
  });
});
