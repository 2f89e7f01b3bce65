import { setImmediate as breathe } from 'node:timers/promises';
import { errorText, failure, type Failure } from '../../../base/failure.ts';
import { Emitter } from '../../../base/event.ts';
import type { Embedder } from '../../../core/memory/embedder.ts';
import type { ChunkSource } from '../../../core/memory/embedding/chunkSource.ts';
import { type MachineStrain, type PauseReason, pauseReason } from '../../../core/memory/embedding/embeddingPace.ts';
import { EmbeddingPlan } from '../../../core/memory/embedding/embeddingPlan.ts';
import { countPresent } from '../../../core/memory/embedding/ownerWork.ts';
import type { VectorJournal } from '../../../core/memory/embedding/vectorJournal.ts';
import type { VectorIndex } from '../../../core/memory/vectorIndex.ts';
import { EmbeddingRound } from './embeddingRound.ts';
import { FreshVectors } from './freshVectors.ts';
import { WakeableSleep } from './wakeableSleep.ts';

export interface EmbeddingQueueOptions {
  readonly embedder: Embedder;
  /** Of the embedder's dimensions. Only the queue changes it. */
  readonly index: VectorIndex;
  readonly source: ChunkSource;
  readonly journal: VectorJournal;
  /** Asked before each few texts, at most once in `strainMs`. */
  readonly strain: () => Promise<MachineStrain>;
  /** Of one core's time, over 0 to 1. */
  readonly share?: number;
  readonly strainMs?: number;
  /** Items after which the index is written. Milliseconds, after which it is written with fewer. */
  readonly flushItems?: number;
  readonly flushMs?: number;
  /** Milliseconds between tries to write an index that refused. */
  readonly refusedMs?: number;
}

export interface EmbeddingStatus {
  readonly state: 'loading' | 'embedding' | 'ready' | 'paused' | 'failed';
  readonly paused?: PauseReason;
  /** Chunks with a vector, of all. */
  readonly done: number;
  readonly total: number;
  /** Chunks that the model takes no vector of; they count as done. */
  readonly leftOut: number;
  readonly problem?: Failure;
}

/** Owners of one round: enough to fill the requests of a server, few enough that what is urgent waits for no more than these. */
const ownersPerRound = 16;

/**
 * Brings an index up to what its source has, in the order of what is asked for most, at the pace that the machine can spare. Its
 * state is the index: what it has is done, so a killed process leaves nothing to repair and embeds nothing again.
 */
export class EmbeddingQueue {
  private readonly options: Required<EmbeddingQueueOptions>;
  private readonly plan = new EmbeddingPlan();
  private readonly fresh: FreshVectors;
  private readonly round: EmbeddingRound;
  private readonly dirty = new Set<string>();
  private readonly pause = new WakeableSleep();
  private readonly changedStatus = new Emitter<EmbeddingStatus>();
  private readonly ended = new AbortController();
  private running: Promise<void> | undefined;
  private begun = false;
  private still = false;
  private byUser = false;
  private awaited = 0;
  private paused: PauseReason | undefined;
  private strain: { readonly at: number; readonly value: MachineStrain } | undefined;
  private flushedAt = performance.now();
  private refused: { readonly until: number; readonly problem: Failure } | undefined;
  private defect: Failure | undefined;
  /** The index lost vectors that it had. */
  private isIncomplete = false;

  readonly onStatus = this.changedStatus.event;

  constructor(options: EmbeddingQueueOptions) {
    this.options = { share: 0.8, strainMs: 10_000, flushItems: 128, flushMs: 5_000, refusedMs: 30_000, ...options };
    this.fresh = new FreshVectors(options.index, options.journal);
    this.round = new EmbeddingRound({
      ...this.options,
      plan: this.plan,
      fresh: this.fresh,
      signal: this.ended.signal,
      sleep: this.pause,
      isUrgent: () => this.dirty.size > 0 || this.byUser,
      isAwaited: () => this.awaited > 0,
      onProgress: () => this.tell(),
    });
  }

  /** Compares the index with all that there is, then follows what it is told. */
  start(): void {
    this.running ??= this.run();
  }

  /** Owners that are new, have other chunks or other lines, or are gone. */
  changed(owners: Iterable<string>): void {
    for (const owner of owners) {
      this.dirty.add(owner);
    }
    this.wake();
  }

  /** Opened, searched for or worked on; the first counts most. */
  use(owners: readonly string[]): void {
    if (this.plan.use(owners)) {
      this.round.interrupt();
    }
  }

  setPaused(paused: boolean): void {
    this.byUser = paused;
    this.wake();
  }

  /** Tries again now what failed, for example when the user mended it. */
  retry(): void {
    this.round.retry();
    this.refused = undefined;
    this.wake();
  }

  /**
   * Resolves when nothing is left to do, or nothing can be done: paused by the user, failed, closed, or `signal` aborted. Until then
   * neither load nor battery holds it up.
   */
  async settle(signal: AbortSignal): Promise<void> {
    this.awaited += 1;
    this.round.retryNow();
    this.refused = undefined;
    this.wake();
    await new Promise<void>((resolve) => {
      const done = (): boolean =>
        this.still || this.defect !== undefined || this.ended.signal.aborted || signal.aborted;
      const look = (): void => {
        if (done()) {
          listening.dispose();
          signal.removeEventListener('abort', look);
          resolve();
        }
      };
      const listening = this.changedStatus.event(look);
      signal.addEventListener('abort', look);
      look();
    });
    this.awaited -= 1;
  }

  status(): EmbeddingStatus {
    const { done, total } = this.plan.counts;
    const problem = this.defect ?? this.refused?.problem ?? this.round.problem;
    const counts = { done, total, leftOut: this.round.leftOutCount };
    if (problem !== undefined) {
      return { state: 'failed', ...counts, problem };
    }
    if (this.paused !== undefined) {
      return { state: 'paused', paused: this.paused, ...counts };
    }
    const busy = this.plan.waitingOwners > 0 || this.dirty.size > 0;
    return { state: !this.begun ? 'loading' : busy ? 'embedding' : 'ready', ...counts };
  }

  /** Writes what is made and stops. The embedder and the index stay open: they belong to whoever gave them. */
  async close(): Promise<void> {
    this.ended.abort();
    this.wake();
    await this.running;
    this.tell();
  }

  private async run(): Promise<void> {
    const listening = this.options.index.onDidLose(() => {
      this.isIncomplete = true;
      this.wake();
    });
    try {
      await this.fresh.load();
      await this.begin();
      while (!this.ended.signal.aborted) {
        await this.step();
      }
      await this.flush();
    } catch (error) {
      this.defect = failure('failed', `Embedding stopped: ${errorText(error)}; restart the index.`);
      this.still = true;
      this.tell();
    } finally {
      listening.dispose();
      await this.options.journal.close();
    }
  }

  private async begin(): Promise<void> {
    const { index, source } = this.options;
    const known = new Set<string>();
    for await (const states of source.states()) {
      for (const state of states) {
        const present = index.hashesOf(state.owner);
        const done = countPresent(state.hashes, present);
        known.add(state.owner);
        this.fresh.adopt(state.owner, state.hashes);
        this.plan.set(state, done, done < state.hashes.length || present.length > done);
      }
      await breathe();
    }
    for (const owner of index.owners()) {
      if (!known.has(owner)) {
        this.dirty.add(owner);
      }
    }
    await this.fresh.dropUnowned();
    this.begun = true;
    this.tell();
  }

  /** One look at everything; ends with a round of embedding, or with a sleep. */
  private async step(): Promise<void> {
    if (this.isIncomplete) {
      this.isIncomplete = false;
      await this.begin();
    }
    await this.takeChanges();
    const isIdle = this.plan.waitingOwners === 0;
    this.paused = isIdle && !this.byUser ? undefined : await this.reasonToPause();
    if (this.paused !== undefined || isIdle || this.isFlushDue()) {
      await this.flush();
    }
    if (this.dirty.size > 0 || this.ended.signal.aborted) {
      return;
    }
    const now = performance.now();
    if (this.refused !== undefined) {
      return this.rest(this.refused.until - now);
    }
    if (this.paused !== undefined) {
      return this.rest(this.paused === 'user' ? undefined : this.options.strainMs);
    }
    if (isIdle) {
      await this.fresh.clear();
      await this.restored();
      return this.rest();
    }
    const held = this.round.heldUntil;
    if (held !== undefined && held > now) {
      return this.rest(Number.isFinite(held) ? held - now : undefined);
    }
    this.still = false;
    this.tell();
    await this.round.run(this.plan.next(ownersPerRound));
  }

  /** All owners have their vectors, those of shards that were lost as well. */
  private async restored(): Promise<void> {
    const { index } = this.options;
    if (index.status().lostShards.length > 0 && !this.isIncomplete) {
      const forgotten = await index.forgetLost();
      if (!forgotten.ok) {
        this.refuse(forgotten.error);
      }
    }
  }

  private async takeChanges(): Promise<void> {
    const { source } = this.options;
    const owners = [...this.dirty];
    const gone: string[] = [];
    for (const owner of owners) {
      if (this.ended.signal.aborted) {
        return;
      }
      this.dirty.delete(owner);
      const state = await source.stateOf(owner);
      if (state === undefined || state.hashes.length === 0) {
        this.plan.remove(owner);
        gone.push(owner);
      } else {
        // Lines may have moved under the same hashes: it is put again in any case, which embeds nothing that is known.
        this.plan.set(state, countPresent(state.hashes, this.options.index.hashesOf(owner)), true);
      }
    }
    if (gone.length > 0) {
      const removed = await this.fresh.remove(gone);
      if (!removed.ok) {
        this.refuse(removed.error);
        this.changedLater(gone);
      }
    }
  }

  private async reasonToPause(): Promise<PauseReason | undefined> {
    const now = performance.now();
    if (this.strain === undefined || now - this.strain.at >= this.options.strainMs) {
      this.strain = { at: now, value: await this.options.strain() };
    }
    const { byUser, paused: before } = this;
    return pauseReason({ byUser, before, strain: this.strain.value, awaited: this.awaited > 0 });
  }

  private isFlushDue(): boolean {
    const { flushItems, flushMs } = this.options;
    return this.fresh.waiting >= flushItems || performance.now() - this.flushedAt >= flushMs;
  }

  private async flush(): Promise<void> {
    const done = await this.fresh.flush();
    this.flushedAt = performance.now();
    if (done.ok) {
      this.refused = undefined;
    } else {
      this.refuse(done.error);
    }
  }

  private refuse(problem: Failure): void {
    this.refused = { until: performance.now() + this.options.refusedMs, problem };
  }

  /** What the index refused is tried with the next write, not at once. */
  private changedLater(owners: readonly string[]): void {
    const timer = setTimeout(() => this.changed(owners), this.options.refusedMs);
    this.ended.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  }

  private async rest(milliseconds?: number): Promise<void> {
    // Woken since it looked: there is something to do, and nobody may be told otherwise.
    if (!this.pause.isWoken) {
      this.still = true;
      this.tell();
    }
    await this.pause.sleep(milliseconds);
    if (this.refused !== undefined && this.refused.until <= performance.now()) {
      this.refused = undefined;
    }
  }

  private wake(): void {
    this.still = false;
    this.pause.wake();
  }

  private tell(): void {
    this.changedStatus.fire(this.status());
  }
}
