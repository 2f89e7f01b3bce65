import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Serializer } from '../base/async.ts';
import { type Failure, failure } from '../base/failure.ts';
import { fail, ok, type Result } from '../base/result.ts';
import { outermost } from '../core/memory/forgottenPaths.ts';
import { eraseDeleted } from '../node/memory/sqlite/eraseDeleted.ts';
import { setEpisodes } from '../node/memory/sqlite/episodeTables.ts';
import { removeMemoryDatabase } from '../node/memory/sqlite/openMemoryDatabase.ts';
import type { IndexerMethod, IndexerParams, IndexerResult } from '../protocol/indexer.ts';
import type { Episode, Forget, Forgotten, MemoryStatus } from '../protocol/memory.ts';
import { explainPath } from './explainPath.ts';
import { forgetPath, keptWithin } from './forgetPath.ts';
import { keepForgotten } from './forgottenPaths.ts';
import { indexFirst } from './indexFirst.ts';
import { removeVectors } from './meaning.ts';
import { type OpenIndex, openIndex } from './openIndex.ts';
import { PauseGate } from './pauseGate.ts';
import { Problems } from './problems.ts';
import { recallIn } from './recallIn.ts';
import { recallWithout } from './recallWithout.ts';
import { statusOf, statusWithout } from './statusOf.ts';
import { StatusTeller } from './statusTeller.ts';

type Answers = {
  readonly [M in Exclude<IndexerMethod, 'open'>]: (
    params: IndexerParams<M>,
    signal: AbortSignal,
  ) => Promise<Result<IndexerResult<M>, Failure>>;
};

/** Told how it stands, set, made anew, asked what can be found without it, or forgotten also where the index cannot be opened. */
const opensItself: ReadonlySet<keyof Answers> = new Set<keyof Answers>([
  'recall',
  'status',
  'settle',
  'hint',
  'setEmbedding',
  'setWindowWatches',
  'pause',
  'setEpisodes',
  'forget',
  'rebuild',
]);

interface Rebuild {
  readonly vectors: boolean;
  /** What a person had forgotten is taken in again. */
  readonly remember: boolean;
}

/** The memory of one repository, behind the requests of the host. */
export class Memory {
  private readonly bundles: string;
  private readonly gate = new PauseGate();
  private readonly problems: Problems;
  private readonly teller: StatusTeller;
  private settings: IndexerParams<'open'>;
  /** Undefined until they are told: those of the last time are found so long. */
  private episodes: readonly Episode[] | undefined;
  /** They could not be written down; tried anew before each answer. */
  private episodesUnwritten = false;
  /** Whatever closes the index and opens it again: one at a time, and nobody asks meanwhile. */
  private readonly reopening = new Serializer();
  /** What may not meet a reopening half way: one at a time, while others ask on. */
  private readonly changes = new Serializer();
  /** Undefined while it is closed, or cannot be opened. */
  private index: OpenIndex | undefined;
  /** Why it could not be opened; tried anew before each answer. */
  private failure: Failure | undefined;

  private constructor(settings: IndexerParams<'open'>, bundles: string, onStatus: (status: MemoryStatus) => void) {
    this.settings = settings;
    this.bundles = bundles;
    this.teller = new StatusTeller(() => onStatus(this.status()));
    this.problems = new Problems(() => this.teller.wake());
  }

  /** One whose index cannot be opened says so in its status, and answers of what was solved. */
  static async open(
    settings: IndexerParams<'open'>,
    bundles: string,
    onStatus: (status: MemoryStatus) => void,
  ): Promise<Memory> {
    const memory = new Memory(settings, bundles, onStatus);
    await memory.openAgain();
    memory.teller.wake();
    return memory;
  }

  async answer<M extends keyof Answers>(
    method: M,
    params: IndexerParams<M>,
    signal: AbortSignal,
  ): Promise<Result<unknown, Failure>> {
    // The table has the method's own answer under its name; TypeScript does not follow that through.
    const answered = this.answers[method] as (
      params: IndexerParams<M>,
      signal: AbortSignal,
    ) => Promise<Result<unknown, Failure>>;
    const opened = await this.reopening.run(async () => (this.failure === undefined ? ok({}) : this.openAgain()));
    if (this.index !== undefined && this.episodesUnwritten && method !== 'setEpisodes') {
      this.writeEpisodes(this.index);
    }
    return opened.ok || opensItself.has(method) ? answered(params, signal) : opened;
  }

  async close(): Promise<void> {
    this.teller.close();
    await this.shut();
  }

  private readonly answers: Answers = {
    recall: async (query, signal) => {
      const { index, settings, episodes = [] } = this;
      if (index === undefined) {
        return ok(await recallWithout({ settings, episodes, why: this.closed().message }, query, signal));
      }
      await indexFirst(index, query.query, signal);
      return ok(await recallIn(index, query));
    },
    graph: async (query) => this.inIndex(({ database, graph }) => database.read(() => graph.ask(query))),
    status: async () => ok(this.status()),
    settle: async ({ vectors }, signal) => {
      await this.settle(vectors, signal);
      return ok(this.status());
    },
    explain: ({ path }) => this.inIndex(async (index) => ok(await explainPath(index, path))),
    hint: async ({ changed, used }) => {
      this.index?.watcher.hint(changed);
      this.index?.meaning.use(used);
      return ok({});
    },
    setEmbedding: async ({ embedding }) => {
      this.settings = { ...this.settings, embedding };
      this.index?.meaning.set(embedding);
      return ok({});
    },
    setExclude: async ({ exclude }) => {
      this.settings = { ...this.settings, exclude };
      return this.reopen();
    },
    setWindowWatches: async ({ windowWatches }) => {
      this.settings = { ...this.settings, windowWatches };
      this.index?.watcher.setWindowWatches(windowWatches);
      return ok({});
    },
    pause: async ({ paused }) => {
      this.settings = { ...this.settings, paused };
      this.gate.set(paused);
      this.index?.meaning.setPaused(paused);
      this.teller.wake();
      return ok({});
    },
    setEpisodes: async ({ episodes }) => {
      this.episodes = episodes;
      return this.index === undefined ? ok({}) : this.writeEpisodes(this.index);
    },
    forget: (wish) =>
      this.changes.run(() => (this.index === undefined ? this.forgetClosed(wish) : this.forget(this.index, wish))),
    rebuild: () => this.changes.run(() => this.rebuild({ vectors: true, remember: true })),
  };

  private async inIndex<T>(
    ask: (index: OpenIndex) => Result<T, Failure> | Promise<Result<T, Failure>>,
  ): Promise<Result<T, Failure>> {
    return this.index === undefined ? fail(this.closed()) : ask(this.index);
  }

  private closed(): Failure {
    return this.failure ?? failure('closed', 'The index is being opened: ask again.');
  }

  private status(): MemoryStatus {
    const { settings, problems, gate, failure: cause, index, episodes } = this;
    const context = { root: settings.root, problems: problems.all(), paused: gate.paused };
    return index === undefined
      ? statusWithout(context, cause === undefined ? 'starting' : 'failed', episodes?.length ?? 0)
      : statusOf(index, context);
  }

  /** What came before it is in when this resolves; what comes meanwhile need not be. */
  private async settle(vectors: boolean, signal: AbortSignal): Promise<void> {
    const { index } = this;
    if (index === undefined) {
      return;
    }
    const over = new AbortController();
    const written = async (): Promise<void> => {
      await index.scanned;
      await index.sources.apply({ changed: [], removed: [] });
      await index.history.settle();
      await index.linking.settle();
    };
    // A person who paused the index does not wait for it.
    await Promise.race([written(), this.gate.whenShut(AbortSignal.any([signal, over.signal]))]);
    over.abort();
    if (index !== this.index && !signal.aborted) {
      await this.settle(vectors, signal);
      return;
    }
    if (vectors && !signal.aborted) {
      await index.meaning.settle(signal);
    }
  }

  private writeEpisodes({ database, graphStore }: OpenIndex): Result<Record<string, never>, Failure> {
    const written = database.write(() => {
      setEpisodes(database, this.episodes ?? []);
      graphStore.setEpisodes(this.episodes ?? []);
    });
    this.episodesUnwritten = !written.ok;
    this.problems.set('episodes', written.ok ? undefined : written.error.message);
    this.teller.wake();
    return written.ok ? ok({}) : written;
  }

  private async forget(index: OpenIndex, wish: Forget): Promise<Result<Forgotten, Failure>> {
    const { database, files, linking, meaning } = index;
    if (wish.what === 'all') {
      const counted = database.read(() => files.counts().files);
      const count = counted.ok ? counted.value : 0;
      const vectors = meaning.count;
      const rebuilt = await this.rebuild({ vectors: true, remember: false });
      return rebuilt.ok ? ok({ episodes: 0, files: count, vectors }) : rebuilt;
    }
    if (wish.what !== 'path') {
      // The episodes went with those that the host told; what they said still stands in the log of the database.
      const erased = await eraseDeleted(database);
      return erased.ok ? ok({ episodes: 0, files: 0, vectors: 0 }) : erased;
    }
    const path = wish.path.replace(/\/+$/, '');
    const kept = database.read(() => ({ paths: keptWithin(index, path), before: files.forgottenPaths() }));
    if (!kept.ok) {
      return kept;
    }
    const { paths, before } = kept.value;
    if (paths.length === 0 && !(await this.isComing(index, path))) {
      // What was forgotten before may still stand in the log of the database, where somebody read it at that time.
      const erased = await eraseDeleted(database);
      return erased.ok ? ok({ episodes: 0, files: 0, vectors: 0 }) : erased;
    }
    // First the promise, then what it promises.
    const promised = await keepForgotten(this.settings.directory, outermost(new Set([...before, path])));
    if (!promised.ok) {
      return promised;
    }
    // What a file was written as meanwhile goes as well.
    const forgotten = database.write(() => {
      const all = [...new Set([...paths, ...keptWithin(index, path)])];
      forgetPath(index, path);
      return all;
    });
    if (!forgotten.ok) {
      files.forgetCache();
      return forgotten;
    }
    const vectors = await meaning.forget([...forgotten.value, path]);
    linking.wake();
    await linking.settle();
    const erased = await eraseDeleted(database);
    if (!erased.ok) {
      return erased;
    }
    this.teller.wake();
    return ok({ episodes: 0, files: Math.max(1, forgotten.value.length), vectors });
  }

  /** It is there, and would be indexed soon. */
  private async isComing({ watcher, files, isScanned }: OpenIndex, path: string): Promise<boolean> {
    const isThere = !files.isForgotten(path) && existsSync(join(this.settings.root, path));
    return isThere && (!isScanned() || (await watcher.explain(path)) === undefined);
  }

  /** What cannot be opened cannot have one thing taken out of it: all of it goes, as it is the only copy of nothing. */
  private async forgetClosed({ what }: Forget): Promise<Result<Forgotten, Failure>> {
    if (what === 'path' || this.failure?.reason === 'in-use') {
      return fail(this.closed());
    }
    const removed = removeMemoryDatabase(this.settings.directory);
    const cleared = what === 'all' ? await removeVectors(this.settings.directory) : ok(undefined);
    return [removed, cleared].find((each) => !each.ok) ?? ok({ episodes: 0, files: 0, vectors: 0 });
  }

  /** Throws away what is indexed, and the vectors if wanted. */
  private rebuild({ vectors, remember }: Rebuild): Promise<Result<Record<string, never>, Failure>> {
    return this.reopening.run(async () => {
      await this.shut();
      const removed = removeMemoryDatabase(this.settings.directory);
      const cleared = vectors ? await removeVectors(this.settings.directory) : ok(undefined);
      const remembered = remember ? await keepForgotten(this.settings.directory, []) : ok(undefined);
      // Also where not all could be removed: what is left is better than nothing.
      const opened = await this.openAgain();
      return [removed, cleared, remembered].find((each) => !each.ok) ?? opened;
    });
  }

  /** An index that found itself damaged; it may say so more than once. */
  private async mend(damaged: OpenIndex): Promise<void> {
    await this.changes.run(async () => {
      if (this.index === damaged) {
        await this.rebuild({ vectors: false, remember: false });
      }
    });
  }

  private reopen(): Promise<Result<Record<string, never>, Failure>> {
    return this.changes.run(() =>
      this.reopening.run(async () => {
        await this.shut();
        return this.openAgain();
      }),
    );
  }

  private async shut(): Promise<void> {
    const { index } = this;
    this.index = undefined;
    await index?.close();
  }

  private async openAgain(): Promise<Result<Record<string, never>, Failure>> {
    const { settings, bundles, problems, gate } = this;
    // What is wrong is said until it is known to be otherwise.
    if (this.failure === undefined) {
      problems.clear();
    }
    gate.set(settings.paused);
    const onChange = (): void => this.teller.wake();
    const opened = await openIndex({
      settings,
      bundles,
      problems,
      gate,
      onChange,
      onDamaged: (damaged) => void this.mend(damaged),
    });
    this.failure = opened.ok ? undefined : opened.error;
    if (!opened.ok) {
      problems.set('database', opened.error.message);
      return opened;
    }
    this.index = opened.value;
    opened.value.meaning.setPaused(settings.paused);
    if (this.episodes !== undefined) {
      this.writeEpisodes(opened.value);
    }
    return ok({});
  }
}
