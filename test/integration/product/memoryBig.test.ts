import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { plantRepository } from '../../bench/editor/bigRepository.ts';
import { embedThroughKill } from '../../bench/editor/embedThroughKill.ts';
import { OpenHost } from '../../bench/editor/openHost.ts';
import { Product } from './product.ts';

const files = 3_000;

describe('the memory of a repository that takes a while to index', () => {
  const product = new Product({ variables: { NIGHTSHIFT_MEMORY: 'on', NIGHTSHIFT_IDLE_SECONDS: '60' } });
  let host: OpenHost | undefined;
  beforeAll(async () => {
    await plantRepository(product.root, files);
    for (const name of ['NIGHTSHIFT_HOME', 'XDG_RUNTIME_DIR', 'HOME']) {
      vi.stubEnv(name, product.variables[name]);
    }
  });
  afterAll(async () => {
    await host?.end();
    vi.unstubAllEnvs();
    await product.remove();
  });

  it('finds a word of its last file before it has read most of the others', async () => {
    expect((await product.run(['index'])).code).toBe(0);
    host = await OpenHost.find(product.root, product.state);
    let found = false;
    while (!found && (await host.status()).files.indexed < files / 2) {
      found = await host.finds('quokkaShelfCount', 'zz/late.ts');
    }
    expect(found).toBe(true);
    const status = await host.settle(false);
    expect(status).toMatchObject({ state: 'ready', files: { indexed: files + 1 }, problems: [] });
  });

  it('embeds nothing twice that its indexer had when it was killed, and ends complete', async () => {
    if (host === undefined) {
      throw new Error('No host runs.');
    }
    const { killedAt, twice, underWay, missing, total } = await embedThroughKill(host, 0.4);
    expect(killedAt).toBeGreaterThanOrEqual(0.4);
    expect(killedAt).toBeLessThan(0.9);
    expect(total).toBeGreaterThan(files);
    expect({ twice, missing }).toEqual({ twice: 0, missing: 0 });
    expect(underWay).toBeLessThanOrEqual(16);
  });
});
