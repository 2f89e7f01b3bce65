import { afterEach, describe, expect, it } from 'vitest';
import { type FakeOllama, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import type { FakeTurn } from '../../fakes/ollama/fakeTurn.ts';
import { Product, until } from '../product/product.ts';
import { requireEngine } from '../requirements.ts';
import { environmentLine, eventsOf, trustVariables } from './environmentLines.ts';
import { removeImagesOf } from './environments.ts';

const { skip, why } = requireEngine();
const goal = 'a checksum that begins with zeros loses them; make it eight digits';

const broken = '  return crc32(text).toString(16);';
const mended = "  return crc32(text).toString(16).padStart(8, '0');";
const edit: FakeTurn = {
  calls: [{ name: 'edit_file', arguments: { path: 'src/checksum.js', oldText: broken, newText: mended } }],
};
const finish: FakeTurn = { calls: [{ name: 'finish', arguments: { summary: 'Padded.' } }] };
const changeManifest: FakeTurn = {
  calls: [
    {
      name: 'edit_file',
      arguments: { path: 'package.json', oldText: '"version": "1.0.0"', newText: '"version": "1.0.1"' },
    },
  ],
};

describe.skipIf(skip)(`a Node project with a native dependency ${why}`, () => {
  let product: Product;
  let fake: FakeOllama;

  afterEach(async () => {
    await fake.close();
    await removeImagesOf(product);
    await product.remove();
  });

  const begin = async (script: readonly FakeTurn[]): Promise<void> => {
    product = new Product({ fixture: 'node-addon', variables: trustVariables() });
    fake = await startFakeOllama({ script });
  };
  const run = (...more: readonly string[]) =>
    product.task(['run', goal, '--model', 'ollama:scripted', '--ollama-host', fake.url, ...more]);

  it('shows what setting up would do before anything is done, and asks nobody when it runs', async () => {
    await begin([edit, { calls: [{ name: 'run_tests', arguments: {} }] }, finish]);
    const shown = environmentLine(await product.run(['environment', '--json']));
    expect(shown).toMatchObject({
      source: 'lockfile',
      status: 'needs-approval',
      image: null,
      steps: [['npm', 'ci', '--ignore-scripts']],
      network: true,
      scripts: false,
      files: ['package-lock.json', 'package.json'],
    });

    const { task } = await run();
    expect(task).toMatchObject({ state: 'ready', proof: { verdict: 'unverified' } });
    const text = (await product.run(['show', task.id])).stdout;
    expect(text).toContain('The package @node-rs/crc32 is not installed in the sandbox.');
    expect(text).toContain(`nightshift environment --task ${task.id}`);
    const events = eventsOf(product, task.id);
    expect(events.filter((event) => event.type === 'environment-chosen')).toMatchObject([
      { data: { source: 'lockfile', status: 'needs-approval', definition: shown.definition, image: null } },
    ]);
    expect(events.filter((event) => event.type === 'approval-given')).toEqual([]);

    const unnamed = await product.run(['environment', 'approve', '--task', task.id]);
    expect([unnamed.code, unnamed.stdout]).toEqual([2, '']);
    const hash = shown.definition.slice(0, 12);
    const looked = await product.run(['environment', '--task', task.id]);
    expect(looked.stdout).toContain(`nightshift environment approve ${hash} --task ${task.id}`);
    const other = await product.run(['environment', 'approve', '0'.repeat(8), '--task', task.id]);
    expect([other.code, other.stderr]).toEqual([1, expect.stringContaining(`has the hash ${shown.definition}`)]);
    const approved = await product.run(['environment', 'approve', hash, '--task', task.id, '--json']);
    expect(approved).toMatchObject({ code: 0, stderr: '' });
    await until(
      'the tests ran again',
      async () => (await product.task(['show', task.id])).task.proof?.verdict === 'green',
      90_000,
    );
    const proved = (await product.task(['show', task.id])).task;
    expect(proved).toMatchObject({
      state: 'ready',
      proof: {
        verdict: 'green',
        base: { passed: 1, failed: 1, total: 2 },
        patched: { passed: 2, failed: 0, total: 2 },
      },
      usage: { steps: 3 },
    });
    const ready = eventsOf(product, task.id).findLast((event) => event.type === 'environment-chosen');
    expect(ready).toMatchObject({ data: { status: 'ready', image: expect.stringMatching(/^sha256:/) } });
    expect((await product.run(['trace', 'verify', task.id])).code).toBe(0);
    expect(await product.boxes()).toEqual([]);
  });

  it('is set up before the agent starts where the user agreed when delegating, and again only when its manifests change', async () => {
    await begin([
      edit,
      { calls: [{ name: 'run_tests', arguments: {} }] },
      { ...finish, expect: { lastContains: '2 passed' } },
    ]);
    const first = await run('--allow-setup');
    expect(first).toMatchObject({ code: 0, task: { proof: { verdict: 'green' } } });
    const events = eventsOf(product, first.task.id);
    const names = events.map((event) => event.type);
    expect(names.indexOf('environment-chosen')).toBeLessThan(names.indexOf('run-started'));
    const chosen = events.find((event) => event.type === 'environment-chosen');
    const approval = { hosts: [], approvedAt: expect.stringMatching(/^\d{4}-.*Z$/) };
    expect(chosen).toMatchObject({ data: { status: 'ready', reached: [expect.stringMatching(/:443$/)], approval } });

    const second = await run();
    expect(second).toMatchObject({ code: 0, task: { proof: { verdict: 'green' } } });
    const again = eventsOf(product, second.task.id).find((event) => event.type === 'environment-chosen');
    // The word on which it was set up stands in this trace, too.
    const { image, approval: given } = chosen?.data ?? {};
    expect(again).toMatchObject({ data: { status: 'ready', reached: [], image, approval: given } });

    await fake.close();
    fake = await startFakeOllama({ script: [edit, changeManifest, finish] });
    const third = await run();
    expect(third.task.proof?.verdict).toBe('unverified');
    const text = (await product.run(['show', third.task.id])).stdout;
    expect(text).toContain('Dependencies changed: rebuild needs approval.');
    expect(text).toContain(`nightshift environment --task ${third.task.id}`);
    const changed = environmentLine(await product.run(['environment', '--task', third.task.id, '--json']));
    expect(changed).toMatchObject({ status: 'needs-approval' });
    expect(changed.definition).not.toBe(chosen?.data['definition']);
    await product.run(['environment', 'approve', changed.definition, '--task', third.task.id]);
    await until(
      'the tests ran again',
      async () => ((await product.task(['show', third.task.id])).task.proof?.patched.passed ?? 0) === 2,
      90_000,
    );
    const proved = await product.run(['show', third.task.id]);
    expect(proved.stdout).toContain('the change edits package.json, which steers the tests');
  });
});
