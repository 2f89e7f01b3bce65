import { countEpisodes } from '../node/memory/sqlite/episodeTables.ts';
import type { MemoryStatus } from '../protocol/memory.ts';
import type { OpenIndex } from './openIndex.ts';

export interface StatusContext {
  readonly root: string;
  readonly problems: MemoryStatus['problems'];
  readonly paused: boolean;
}

type Counts = Readonly<Record<'files' | 'chunks' | 'symbols' | 'edges' | 'commits' | 'episodes', number>>;

const lastCounts = new WeakMap<OpenIndex, { readonly mark: number; readonly counts: Counts }>();

/** How the memory stands now. A database that refuses counts as empty here; its problem is told beside. */
export function statusOf(index: OpenIndex, { root, problems, paused }: StatusContext): MemoryStatus {
  const { database, meaning, sources, watcher } = index;
  const counts = countsOf(index);
  const vectors = meaning.status();
  const { by, problem } = watcher.status();
  const resting = paused ? 'user' : meaning.pauseReason;
  return {
    state: stateOf(index, paused, vectors),
    root,
    files: {
      known: Math.max(watcher.status().files, counts.files, counts.files + sources.pending),
      indexed: counts.files,
      skipped: countReasons(index.skipped.values()),
    },
    chunks: counts.chunks,
    symbols: counts.symbols,
    edges: counts.edges,
    commits: counts.commits,
    episodes: counts.episodes,
    vectors,
    watching: { by, ...(problem === undefined ? {} : { problem }) },
    problems,
    bytes: database.bytes() + meaning.bytes(),
    memoryBytes: process.memoryUsage.rss(),
    ...(resting === undefined ? {} : { paused: resting }),
  };
}

/** Where the index is not open: `episodes` are known all the same. */
export function statusWithout(
  { root, problems }: StatusContext,
  state: 'starting' | 'failed',
  episodes: number,
): MemoryStatus {
  return {
    state,
    root,
    files: { known: 0, indexed: 0, skipped: {} },
    chunks: 0,
    symbols: 0,
    edges: 0,
    commits: 0,
    episodes,
    vectors: { state: 'none', done: 0, total: 0 },
    watching: { by: 'none' },
    problems,
    bytes: 0,
    memoryBytes: process.memoryUsage.rss(),
  };
}

/** Counted again only when something was written: of 50,000 files that takes 50 ms, and the state is told more than once a second. */
function countsOf(index: OpenIndex): Counts {
  const { database, files, commits, graph } = index;
  const counted = database.read(() => {
    const known = lastCounts.get(index);
    const mark = Number(database.connection.prepare('SELECT total_changes() AS mark').get()?.['mark']);
    if (known?.mark === mark) {
      return known.counts;
    }
    const counts = {
      ...files.counts(),
      ...graph.counts(),
      commits: commits.count(),
      episodes: countEpisodes(database),
    };
    lastCounts.set(index, { mark, counts });
    return counts;
  });
  return counted.ok ? counted.value : { files: 0, chunks: 0, symbols: 0, edges: 0, commits: 0, episodes: 0 };
}

function stateOf(
  { isScanned, sources, history }: OpenIndex,
  paused: boolean,
  vectors: MemoryStatus['vectors'],
): MemoryStatus['state'] {
  if (paused) {
    return 'paused';
  }
  if (!isScanned()) {
    return sources.pending > 0 ? 'indexing' : 'scanning';
  }
  if (sources.pending > 0 || history.busy) {
    return 'indexing';
  }
  return vectors.state === 'embedding' || vectors.state === 'loading' ? 'embedding' : 'ready';
}

function countReasons(reasons: Iterable<string>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const reason of reasons) {
    counts[reason] = (counts[reason] ?? 0) + 1;
  }
  return counts;
}
