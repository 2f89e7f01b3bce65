import { afterEach, describe, expect, it } from 'vitest';
import { type FakeOllama, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import { Product, until } from '../product/product.ts';
import { requireEngine } from '../requirements.ts';
import { environmentLine, eventsOf } from './environmentLines.ts';
import { removeImagesOf } from './environments.ts';
import { type PackageIndex, startPackageIndex } from './packageIndex.ts';

const { skip, why } = requireEngine();

describe.skipIf(skip)(`a Python project with a dependency ${why}`, () => {
  let product: Product;
  let fake: FakeOllama;
  let index: PackageIndex;

  afterEach(async () => {
    await fake.close();
    await index.close();
    await removeImagesOf(product);
    await product.remove();
  });

  it('cannot run its tests until the user agreed and named the private index, and is proved then', async () => {
    index = await startPackageIndex();
    product = new Product({ fixture: 'python-dependency' });
    product.write(
      'requirements.txt',
      `--index-url http://${index.host}/simple\n--trusted-host 127.0.0.1\nnightshift-sample==1.0\n`,
    );
    fake = await startFakeOllama({
      script: [
        {
          calls: [
            {
              name: 'edit_file',
              arguments: { path: 'sums/__init__.py', oldText: 'in values[1:])', newText: 'in values)' },
            },
          ],
        },
        { calls: [{ name: 'finish', arguments: { summary: 'Adds up all of them.' } }] },
      ],
    });
    const { task } = await product.task([
      'run',
      'total() leaves out the first value',
      '--model',
      'ollama:scripted',
      '--ollama-host',
      fake.url,
    ]);
    expect(task).toMatchObject({ state: 'ready', proof: { verdict: 'unverified' } });
    const shown = (await product.run(['show', task.id])).stdout;
    expect(shown).toContain('The package nightshift_sample is not installed in the sandbox.');
    expect(shown).toContain(`nightshift environment --task ${task.id}`);
    const { definition } = environmentLine(await product.run(['environment', '--task', task.id, '--json']));
    expect(index.requests).toEqual([]);

    // The repository's own word opens no private address.
    await product.run(['environment', 'approve', definition, '--task', task.id]);
    await until(
      'the set-up was tried',
      () => eventsOf(product, task.id).some((event) => event.data['status'] === 'failed'),
      90_000,
    );
    const failed = eventsOf(product, task.id).find((event) => event.data['status'] === 'failed');
    expect(failed?.data['problem']).toContain(`Setup may not reach ${index.host}`);
    expect(index.requests).toEqual([]);
    await until('it rests', async () => (await product.task(['show', task.id])).task.state === 'ready', 60_000);

    const approved = await product.run([
      'environment',
      'approve',
      definition,
      '--task',
      task.id,
      '--allow-host',
      index.host,
      '--json',
    ]);
    expect(environmentLine(approved)).toMatchObject({ status: 'approved', hosts: [index.host] });
    await until(
      'the tests ran again',
      async () => (await product.task(['show', task.id])).task.proof?.verdict === 'green',
      90_000,
    );
    expect((await product.task(['show', task.id])).task.proof).toMatchObject({
      base: { passed: 1, failed: 1 },
      patched: { passed: 2, failed: 0 },
    });
    expect(index.requests).toContain('/simple/nightshift-sample/');
    expect(await product.boxes()).toEqual([]);
  });
});
