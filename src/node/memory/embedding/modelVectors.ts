import { Serializer } from '../../../base/async.ts';
import { Emitter } from '../../../base/event.ts';
import { errorText, failure, type Failure } from '../../../base/failure.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import type { Embedder, EmbedFailure } from '../../../core/memory/embedder.ts';
import { remedyFor } from '../../../core/memory/embedding/embeddingRemedy.ts';
import { answeringFolder } from '../../../core/memory/embedding/vectorFolders.ts';
import type { VectorHit } from '../../../core/memory/vectorIndex.ts';
import type { EmbeddingSettings } from '../../../protocol/memory.ts';
import type { EmbeddingStatus } from './embeddingQueue.ts';
import { type ModelPair, type OpenIndex, openPair, type QueueSettings, removeOwners } from './modelPair.ts';
import { type ShelvedVectors, VectorShelf } from './vectorShelf.ts';

export interface ModelVectorsOptions extends QueueSettings {
  /** Of the vectors of all models of a workspace; absolute. Nobody else writes there. */
  readonly directory: string;
  readonly openIndex: OpenIndex;
  readonly openEmbedder: (
    settings: EmbeddingSettings,
    signal: AbortSignal,
  ) => Promise<Result<Embedder | undefined, EmbedFailure>>;
}

export interface ModelVectorsStatus extends Omit<EmbeddingStatus, 'state'> {
  readonly state: EmbeddingStatus['state'] | 'none';
  /** Of the model that is to be used. */
  readonly model?: string;
  /** Of another model, whose vectors answer until those of this one are all there. */
  readonly answering?: string;
}

export interface FoundVectors {
  readonly hits: readonly VectorHit[];
  /** Not all that there is has a vector yet. */
  readonly partial: boolean;
}

/**
 * The vectors of a workspace under the model that the settings name. When that becomes another one, the vectors of the model before
 * answer, and are kept up to date, until everything has vectors of the new one; then they are removed.
 */
export class ModelVectors {
  private readonly options: ModelVectorsOptions;
  private readonly shelf: VectorShelf;
  private readonly turns = new Serializer();
  private readonly changedStatus = new Emitter<ModelVectorsStatus>();
  private wanted: EmbeddingSettings = { by: 'none' };
  private opening = new AbortController();
  private target: ModelPair | undefined;
  private before: ModelPair | undefined;
  private problem: Failure | undefined;
  private byUser = false;
  private used: readonly string[] = [];

  readonly onStatus = this.changedStatus.event;

  constructor(options: ModelVectorsOptions) {
    this.options = options;
    this.shelf = new VectorShelf(options.directory);
  }

  /** Takes this model from now on. Returns at once; the status tells how far it is. */
  setEmbedding(settings: EmbeddingSettings): void {
    this.wanted = settings;
    this.begin();
  }

  /** See `EmbeddingQueue.changed`. */
  changed(owners: readonly string[]): void {
    this.pairs().forEach(({ queue }) => queue.changed(owners));
  }

  use(owners: readonly string[]): void {
    this.used = owners;
    this.pairs().forEach(({ queue }) => queue.use(owners));
  }

  setPaused(paused: boolean): void {
    this.byUser = paused;
    this.pairs().forEach(({ queue }) => queue.setPaused(paused));
    this.tell();
  }

  /** Tries again now what failed, for example when the user mended it. */
  retry(): void {
    this.retryOpening();
    this.pairs().forEach(({ queue }) => queue.retry());
  }

  /** The nearest to a question, best first. `no-model` where none is chosen, or none could be opened. */
  async search(
    question: string,
    count: number,
    signal: AbortSignal,
    accepts?: (owner: string) => boolean,
  ): Promise<Result<FoundVectors, Failure<'no-model' | EmbedFailure['reason']>>> {
    const pair = this.before ?? this.target;
    if (pair === undefined) {
      const none = 'No embedding model is chosen; choose one in the settings to search by meaning as well.';
      return fail(failure('no-model', this.problem?.message ?? none));
    }
    const embedded = await pair.embedder.embed([question], 'query', signal);
    const vector = embedded.ok ? embedded.value[0] : undefined;
    if (!embedded.ok || vector === undefined) {
      return fail(embedded.ok ? failure('failed', 'The embedding model gave no vector.') : embedded.error);
    }
    const { done, total } = pair.queue.status();
    return ok({ hits: await pair.index.search(vector, count, accepts), partial: done < total });
  }

  /** Resolves when all has vectors of the wanted model, or nothing can be done about it now, or `signal` is aborted. */
  async settle(signal: AbortSignal): Promise<void> {
    this.retryOpening();
    const stopped = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.race([this.turns.run(async () => undefined), stopped]);
    if (!signal.aborted) {
      await this.target?.queue.settle(signal);
      await Promise.race([this.turns.run(async () => undefined), stopped]);
    }
  }

  status(): ModelVectorsStatus {
    const model = this.target?.embedder.identity;
    const answering = this.before?.embedder.identity;
    const names = { ...(model === undefined ? {} : { model }), ...(answering === undefined ? {} : { answering }) };
    if (this.target !== undefined) {
      return { ...this.target.queue.status(), ...names };
    }
    const counts = { done: 0, total: 0, leftOut: 0, ...names };
    if (this.problem !== undefined) {
      return { state: 'failed', problem: this.problem, ...counts };
    }
    return { state: this.wanted.by === 'none' ? 'none' : 'loading', ...counts };
  }

  /** On disk, and how many vectors; of all models that are open. */
  size(): { readonly bytes: number; readonly items: number } {
    const open = this.pairs().map(({ index }) => index.status());
    return {
      bytes: open.reduce((sum, { bytes }) => sum + bytes, 0),
      items: open.reduce((sum, { items }) => sum + items, 0),
    };
  }

  /** Removes owners that the source has forgotten, from the vectors of models that are not in use or away as well. */
  async forget(owners: readonly string[]): Promise<void> {
    this.changed(owners);
    await this.turns.run(async () => {
      const open = this.pairs().map(({ vectors }) => vectors.name);
      const kept = [...open];
      for (const vectors of await this.shelf.list()) {
        if (!open.includes(vectors.name) && (await removeOwners(this.shelf, vectors, owners, this.options.openIndex))) {
          kept.push(vectors.name);
        }
      }
      // What a person wants forgotten goes also where nobody can say any more which of the vectors it is.
      await this.shelf.keepOnly(kept);
    });
  }

  async close(): Promise<void> {
    this.wanted = { by: 'none' };
    this.opening.abort();
    await this.turns.run(() => this.closePairs());
  }

  /** What could not be opened, and would be tried again later, is tried now. */
  private retryOpening(): void {
    if (this.target === undefined && this.problem !== undefined) {
      this.begin();
    }
  }

  private begin(): void {
    this.opening.abort();
    const opening = new AbortController();
    this.opening = opening;
    this.open(opening.signal, 1);
  }

  /** One try is one turn; between two tries others have theirs. */
  private open(signal: AbortSignal, times: number): void {
    void this.turns.run(async () => {
      try {
        const later = signal.aborted ? undefined : await this.switchTo(this.wanted, signal, times);
        if (later !== undefined && !signal.aborted) {
          const timer = setTimeout(() => this.open(signal, times + 1), later);
          signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
        }
      } catch (error) {
        this.problem = failure('failed', `The vectors cannot be opened: ${errorText(error)}; restart the index.`);
      }
      this.tell();
    });
  }

  /** Milliseconds until it should be tried again; undefined when it is done, or only a person can help. */
  private async switchTo(settings: EmbeddingSettings, signal: AbortSignal, times: number): Promise<number | undefined> {
    if (this.target !== undefined && isSame(this.target.vectors.settings, settings)) {
      return undefined;
    }
    await this.stepBack();
    if (settings.by === 'none') {
      this.problem = undefined;
      await this.closePairs();
      return undefined;
    }
    if (this.before !== undefined && isSame(this.before.vectors.settings, settings)) {
      this.target = this.before;
      this.before = undefined;
      this.problem = undefined;
      return undefined;
    }
    this.tell();
    const opened = await this.tryToOpen(settings, signal);
    if (opened.ok) {
      this.problem = undefined;
      return undefined;
    }
    if (signal.aborted) {
      return undefined;
    }
    this.problem = opened.error;
    await this.answerFromShelf(undefined, signal);
    const { reason } = opened.error;
    const remedy = remedyFor({ reason, times, texts: 1, leftOut: 0 });
    return remedy.do === 'wait' ? remedy.milliseconds : undefined;
  }

  /** The model until now answers while the next one is filled, if it can; only one does. */
  private async stepBack(): Promise<void> {
    const { target } = this;
    this.target = undefined;
    if (target?.vectors.complete === true || (target !== undefined && target.queue.status().state === 'ready')) {
      await this.before?.close();
      this.before = target;
    } else {
      await target?.close();
    }
  }

  private async tryToOpen(settings: EmbeddingSettings, signal: AbortSignal): Promise<Result<void, EmbedFailure>> {
    const embedder = await this.options.openEmbedder(settings, signal);
    if (!embedder.ok) {
      return embedder;
    }
    if (embedder.value === undefined || signal.aborted) {
      await embedder.value?.close();
      return fail(failure('aborted', 'Opening the embedding model was cancelled.'));
    }
    const { identity } = embedder.value;
    if (this.before?.vectors.identity === identity) {
      await this.before.close();
      this.before = undefined;
    }
    const vectors = await this.shelf.take(identity, embedder.value.dimensions, settings);
    await this.answerFromShelf(vectors, signal);
    const pair = await openPair(this.shelf, vectors, embedder.value, this.options.openIndex, this.options);
    if (!pair.ok) {
      // A disk that is full, another process that writes there: that may pass, like a server that is away.
      return fail(failure('unreachable', pair.error.message));
    }
    this.target = pair.value;
    this.follow(pair.value);
    return ok(undefined);
  }

  /**
   * Leaves of the folders those that are of use: `own`, and the one that answers until `own` is complete, which after a restart is
   * opened from its folder. Without `own`, as that could not be opened, nothing is removed.
   */
  private async answerFromShelf(own: ShelvedVectors | undefined, signal: AbortSignal): Promise<void> {
    const folders = await this.shelf.list();
    const answering = answeringFolder(folders, own?.identity ?? '');
    if (own?.complete === true) {
      await this.before?.close();
      this.before = undefined;
    }
    const kept = this.before?.vectors.name ?? answering?.name;
    if (own !== undefined) {
      await this.shelf.keepOnly([own.name, ...(kept === undefined ? [] : [kept])]);
    }
    if (this.before !== undefined || answering === undefined) {
      return;
    }
    const embedder = await this.options.openEmbedder(answering.settings, signal);
    if (!embedder.ok || embedder.value === undefined) {
      return;
    }
    if (embedder.value.identity !== answering.identity) {
      await embedder.value.close();
      return;
    }
    const pair = await openPair(this.shelf, answering, embedder.value, this.options.openIndex, this.options);
    if (pair.ok) {
      this.before = pair.value;
      this.follow(pair.value);
    }
  }

  private follow(pair: ModelPair): void {
    pair.queue.onStatus(({ state }) => {
      this.tell();
      if (state === 'ready' && pair === this.target && !pair.vectors.complete) {
        void this.turns.run(() => this.complete(pair));
      }
    });
    pair.queue.setPaused(this.byUser);
    pair.queue.use(this.used);
    pair.queue.start();
  }

  /** Everything has a vector of this model: it answers now, and the one before goes. */
  private async complete(pair: ModelPair): Promise<void> {
    if (pair !== this.target || pair.vectors.complete || pair.queue.status().state !== 'ready') {
      return;
    }
    this.target = { ...pair, vectors: { ...pair.vectors, complete: true } };
    await this.shelf.write(this.target.vectors);
    const { before } = this;
    this.before = undefined;
    await before?.close();
    await this.shelf.keepOnly([pair.vectors.name]);
    this.tell();
  }

  private async closePairs(): Promise<void> {
    const pairs = this.pairs();
    this.target = undefined;
    this.before = undefined;
    await Promise.all(pairs.map((pair) => pair.close()));
  }

  private pairs(): readonly ModelPair[] {
    return [this.before, this.target].filter((pair) => pair !== undefined);
  }

  private tell(): void {
    this.changedStatus.fire(this.status());
  }
}

function isSame(one: EmbeddingSettings, other: EmbeddingSettings): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
