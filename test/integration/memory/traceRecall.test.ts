import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenIndex, openIndex } from '../../../src/indexer/openIndex.ts';
import { PauseGate } from '../../../src/indexer/pauseGate.ts';
import { Problems } from '../../../src/indexer/problems.ts';
import { recallIn } from '../../../src/indexer/recallIn.ts';
import { setEpisodes } from '../../../src/node/memory/sqlite/episodeTables.ts';
import type { Episode, RecallHit } from '../../../src/protocol/memory.ts';
import { linkSourceBundles } from '../../eval/recall/sourceBundles.ts';
import { must, TemporaryRepository } from '../repository/temporaryRepository.ts';

const parcel = `class Parcel:
    def price(self, weight):
        return 12 / weight


def ship(parcel):
    return parcel.price(0)
`;
const basket = `export class Basket {
  total() {
    return this.rows.map((row) => row.cost);
  }
}
`;

const pythonTrace = `It breaks at night
Traceback (most recent call last):
  File "/srv/app/shop/parcel.py", line 7, in ship
    return parcel.price(0)
  File "/srv/app/shop/parcel.py", line 3, in price
    return 12 / weight
  File "/usr/lib/python3.12/numbers.py", line 10, in div
ZeroDivisionError: division by zero`;
const nodeTrace = `TypeError: Cannot read properties of undefined (reading 'map')
    at map (/srv/app/node_modules/lists/index.js:3:1)
    at Basket.total (/srv/app/src/basket.js:3:22)
    at Module._compile (node:internal/modules/cjs/loader:1376:14)`;

const solved = (id: string, more: Partial<Episode>): Episode => ({
  id,
  task: id,
  goal: 'Heavy goods',
  time: '2026-01-01T00:00:00Z',
  outcome: 'accepted',
  files: [],
  approach: '',
  signature: [],
  proof: '',
  stale: false,
  changedSince: [],
  ...more,
});

describe('a stack trace as a question', () => {
  const repository = new TemporaryRepository();
  let index: OpenIndex;

  /** Commits of one second have no order. */
  const commit = (day: number, message: string): void => {
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: repository.home,
      GIT_COMMITTER_DATE: `2026-01-0${day}T00:00:00Z`,
    };
    execFileSync('git', ['commit', '-qam', message], { cwd: repository.root, env });
  };

  beforeAll(async () => {
    repository.write('shop/parcel.py', parcel.replace('12', '10'));
    repository.write('src/basket.js', basket.replace('cost', 'worth'));
    repository.write('docs/garden.md', '# Roses\n');
    repository.git('add', '-A');
    commit(1, 'Begin');
    repository.write('shop/parcel.py', parcel);
    repository.write('src/basket.js', basket);
    commit(2, 'Obey new rules');
    repository.write('docs/garden.md', '# Roses and tulips\n');
    commit(3, 'Plant tulips');
    index = must(
      await openIndex({
        settings: {
          root: repository.root,
          directory: join(repository.folder, 'index'),
          embedding: { by: 'none' },
          exclude: [],
          windowWatches: false,
          paused: false,
        },
        bundles: linkSourceBundles(join(repository.folder, 'bundles')),
        problems: new Problems(() => undefined),
        gate: new PauseGate(),
        onChange: () => undefined,
        onDamaged: () => undefined,
      }),
    );
    await index.scanned;
    await index.sources.apply({ changed: [], removed: [] });
    await index.history.settle();
    await index.linking.settle();
    const episodes = [
      solved('file', { files: ['src/basket.js'] }),
      solved('error', { signature: ['error ZeroDivisionError: division by zero'] }),
      solved('neither', { files: ['docs/garden.md'], signature: ['error RangeError: <n> is too big'] }),
    ];
    must(
      index.database.write(() => {
        setEpisodes(index.database, episodes);
        index.graphStore.setEpisodes(episodes);
      }),
    );
  });

  afterAll(async () => {
    await index.close();
    repository.remove();
  });

  const ask = async (query: string): Promise<readonly RecallHit[]> =>
    (await recallIn(index, { query, count: 10, snippetTokens: 0 })).hits;

  /** Names of hits with the reasons that the trace gave, best first. */
  const traced = (hits: readonly RecallHit[]): readonly string[] =>
    hits.flatMap(({ path, episode, title, reasons }) => {
      const told = reasons.filter(({ by }) => by === 'trace').map(({ text }) => text);
      return told.length === 0 ? [] : [`${path ?? episode?.id ?? title} <- ${told.join('; ')}`];
    });

  it('of Python leads to the file, the symbol, the commits that touched them, newest first, and the task with the error', async () => {
    const hits = await ask(pythonTrace);
    const place = 'frame 1: Parcel.price at shop/parcel.py:3';
    expect(traced(hits).toSorted()).toEqual([
      `Begin <- touched shop/parcel.py of ${place}`,
      `Obey new rules <- touched shop/parcel.py of ${place}`,
      'error <- its error was ZeroDivisionError: division by zero',
      `shop/parcel.py <- ${place}`,
    ]);
    const titles = hits.map(({ title }) => title);
    expect(titles.indexOf('Obey new rules')).toBeLessThan(titles.indexOf('Begin'));
    expect(titles).not.toContain('Plant tulips');
    expect(new Set(hits.slice(0, 2).map(({ path, episode }) => path ?? episode?.id))).toEqual(
      new Set(['error', 'shop/parcel.py']),
    );
  });

  it('of Node leads to them, past frames of packages and of the runtime, and to the task that changed the file', async () => {
    const hits = await ask(nodeTrace);
    const place = 'frame 1: Basket.total at src/basket.js:3';
    expect(traced(hits).toSorted()).toEqual([
      `Begin <- touched src/basket.js of ${place}`,
      `Obey new rules <- touched src/basket.js of ${place}`,
      `file <- changed src/basket.js of ${place}`,
      `src/basket.js <- ${place}`,
    ]);
    expect(hits[0]?.path).toBe('src/basket.js');
  });

  it('is none without a frame: words alone lead to neither commits nor tasks by it', async () => {
    expect(traced(await ask('price of a basket'))).toEqual([]);
  });
});
