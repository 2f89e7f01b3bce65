import { join } from 'node:path';
import { recallWeights, type RecallWeights } from '../../../src/core/memory/recall/recallWeights.ts';
import { type OpenIndex, openIndex } from '../../../src/indexer/openIndex.ts';
import { PauseGate } from '../../../src/indexer/pauseGate.ts';
import { Problems } from '../../../src/indexer/problems.ts';
import { type RecallChanges, recallIn } from '../../../src/indexer/recallIn.ts';
import type { EmbeddingSettings, MemoryKind } from '../../../src/protocol/memory.ts';
import { madeHits, type OwnedChunks } from './madeVectors.ts';
import type { Ranker } from './peers.ts';
import { linkSourceBundles } from './sourceBundles.ts';

export interface ProductIndexOptions {
  readonly root: string;
  /** For everything that it writes. */
  readonly work: string;
  readonly embedding: EmbeddingSettings;
  /** Rank with lists that no model made as well. */
  readonly madeVectors: boolean;
}

export interface ProductIndex {
  readonly rankers: Readonly<Record<string, Ranker>>;
  readonly files: number;
  readonly chunks: number;
  /** Name and counts; undefined without a model. */
  readonly model: string | undefined;
  close(): Promise<void>;
}

const kinds: MemoryKind[] = ['code', 'test'];
const noVectors: RecallChanges['vectors'] = { missing: 'not asked' };
const nothing = Object.fromEntries(Object.keys(recallWeights).map((name) => [name, 0]));

/** Standard deviations by which a made list puts the truth nearer; the last finds nearly all of it by itself. */
const signals = { chance: 0, poor: 1.5, fair: 2.5, good: 3.5 } as const;

function only(...names: readonly (keyof RecallWeights)[]): RecallWeights {
  const kept: (keyof RecallWeights)[] = [...names, 'test', 'askedTest'];
  return { ...recallWeights, ...nothing, ...Object.fromEntries(kept.map((name) => [name, recallWeights[name]])) };
}

/** The index as the indexer opens it, watcher, parser, graph, history and vectors included, when everything is in. */
export async function openProductIndex(options: ProductIndexOptions): Promise<ProductIndex> {
  const { root, work, embedding } = options;
  const problems = new Problems(() => undefined);
  const opened = await openIndex({
    settings: { root, directory: join(work, 'index'), embedding, exclude: [], windowWatches: false, paused: false },
    bundles: linkSourceBundles(join(work, 'bundles')),
    problems,
    gate: new PauseGate(),
    onChange: () => undefined,
    onDamaged: () => undefined,
  });
  if (!opened.ok) {
    throw new Error(opened.error.message);
  }
  const index = opened.value;
  await index.scanned;
  await index.sources.apply({ changed: [], removed: [] });
  await index.history.settle();
  await index.linking.settle();
  await index.meaning.settle(new AbortController().signal);
  const vectors = index.meaning.status();
  const [problem] = problems.all().filter(({ part }) => part !== 'files');
  if (problem !== undefined || (embedding.by !== 'none' && vectors.state !== 'ready')) {
    await index.close();
    throw new Error(problem?.message ?? `The vectors are ${vectors.state}, and not ready.`);
  }
  return {
    rankers: { ...rankersOf(index, embedding.by !== 'none'), ...(options.madeVectors ? madeRankers(index) : {}) },
    ...index.files.counts(),
    model: embedding.by === 'none' ? undefined : `${vectors.model}, ${vectors.done} of ${vectors.total} chunks`,
    close: () => index.close(),
  };
}

function rankersOf(index: OpenIndex, hasModel: boolean): Readonly<Record<string, Ranker>> {
  const words = ['files', 'chunks', 'phrases', 'names'] as const;
  return {
    lexical: ranker(index, () => ({ vectors: noVectors, weights: only(...words) })),
    history: ranker(index, () => ({ vectors: noVectors, weights: only('history') })),
    'lexical + history': ranker(index, () => ({ vectors: noVectors, weights: only(...words, 'history') })),
    ...(hasModel
      ? {
          vector: ranker(index, () => ({ weights: only('vectors') })),
          'all but vectors': ranker(index, () => ({ vectors: noVectors })),
        }
      : {}),
    fused: ranker(index, () => ({})),
  };
}

function madeRankers(index: OpenIndex): Readonly<Record<string, Ranker>> {
  const candidates: readonly OwnedChunks[] = [...index.files.knownFiles()]
    .filter(([, { kind }]) => kinds.includes(kind))
    .map(([path]) => ({ path, chunks: index.files.chunksOf(path).length }));
  return Object.fromEntries(
    Object.entries(signals).flatMap(([name, signal]) => {
      const hits: Parameters<typeof ranker>[1] = ({ commit, truth }) => {
        const made = madeHits(candidates, new Set(truth), signal, Number.parseInt(commit.slice(0, 7), 16));
        return { vectors: () => Promise.resolve({ ok: true, value: made }) };
      };
      return [
        [`made: ${name} alone`, ranker(index, (asked) => ({ ...hits(asked), weights: only('vectors') }))],
        [`made: fused, ${name}`, ranker(index, hits)],
      ];
    }),
  );
}

function ranker(index: OpenIndex, changes: (asked: Parameters<Ranker>[0]) => RecallChanges): Ranker {
  return async (asked) => {
    const given = changes(asked);
    const query = { query: asked.query, count: 10, kinds, snippetTokens: 0 };
    const { hits } = await recallIn(index, query, given);
    return hits.map(({ path }) => path ?? '');
  };
}
