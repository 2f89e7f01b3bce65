import type { Failure } from '../../../base/failure.ts';
import type { EmbedFailure, Embedder } from '../../../core/memory/embedder.ts';
import type { ChunkSource } from '../../../core/memory/embedding/chunkSource.ts';
import { restAfter } from '../../../core/memory/embedding/embeddingPace.ts';
import type { EmbeddingPlan } from '../../../core/memory/embedding/embeddingPlan.ts';
import { remedyFor } from '../../../core/memory/embedding/embeddingRemedy.ts';
import { embeddingText } from '../../../core/memory/embedding/embeddingText.ts';
import { chunksToEmbed, itemsOf } from '../../../core/memory/embedding/ownerWork.ts';
import type { Chunk } from '../../../core/memory/sourceFacts.ts';
import type { FreshVectors } from './freshVectors.ts';
import type { WakeableSleep } from './wakeableSleep.ts';

export interface EmbeddingRoundOptions {
  readonly embedder: Embedder;
  readonly source: ChunkSource;
  readonly plan: EmbeddingPlan;
  readonly fresh: FreshVectors;
  readonly share: number;
  readonly signal: AbortSignal;
  readonly sleep: WakeableSleep;
  /** Something came up that is looked at before more texts are embedded. */
  readonly isUrgent: () => boolean;
  readonly isAwaited: () => boolean;
  readonly onProgress: () => void;
}

interface OwnerJob {
  readonly owner: string;
  readonly chunks: readonly Chunk[];
  /** Hashes without a vector. */
  readonly missing: Set<string>;
}

interface TextJob {
  readonly owner: string;
  readonly chunk: Chunk;
}

/** Embeds a few owners, and knows what to do when the model fails. */
export class EmbeddingRound {
  private readonly options: EmbeddingRoundOptions;
  private readonly leftOut = new Set<string>();
  private leftOutInRow = 0;
  private setbacks = 0;
  private interrupted = false;
  private held: { readonly until: number; readonly problem: Failure } | undefined;

  constructor(options: EmbeddingRoundOptions) {
    this.options = options;
  }

  /** Why the model embeds nothing now. */
  get problem(): Failure | undefined {
    return this.held?.problem;
  }

  /** Of the monotonic clock, milliseconds; infinite when only `retry` helps. */
  get heldUntil(): number | undefined {
    return this.held?.until;
  }

  get leftOutCount(): number {
    return this.leftOut.size;
  }

  /** Ends the round after the texts that are being embedded: others come first now. */
  interrupt(): void {
    this.interrupted = true;
  }

  /** Forgets every failure. */
  retry(): void {
    this.held = undefined;
    this.leftOut.clear();
    this.leftOutInRow = 0;
    this.setbacks = 0;
  }

  /** Does not wait any longer for what will be tried again anyway. */
  retryNow(): void {
    if (this.held !== undefined && Number.isFinite(this.held.until)) {
      this.held = undefined;
    }
  }

  async run(owners: readonly string[]): Promise<void> {
    this.interrupted = false;
    const known = new Set<string>();
    const jobs: OwnerJob[] = [];
    for (const owner of owners) {
      jobs.push(await this.jobOf(owner, known));
    }
    await this.finishComplete(jobs);
    const texts = jobs.flatMap(({ owner, chunks, missing }) =>
      chunksToEmbed(chunks, (hash) => !missing.has(hash)).map((chunk): TextJob => ({ owner, chunk })),
    );
    // A chunk of two owners is asked for once.
    const asked = new Set<string>();
    const each = texts.filter(({ chunk: { hash } }) => !asked.has(hash) && asked.add(hash));
    const { batch } = this.options.embedder;
    for (let at = 0; at < each.length && !this.isOver(); at += batch) {
      if (!(await this.embed(each.slice(at, at + batch), jobs))) {
        return;
      }
      await this.finishComplete(jobs);
    }
  }

  private isOver(): boolean {
    return this.interrupted || this.options.signal.aborted || this.options.isUrgent();
  }

  private async jobOf(owner: string, known: Set<string>): Promise<OwnerJob> {
    const chunks = await this.options.source.chunksOf(owner);
    const missing = new Set<string>();
    for (const { hash } of chunks) {
      if (known.has(hash) || this.leftOut.has(hash)) {
        continue;
      }
      if ((await this.options.fresh.find(hash)) === undefined) {
        missing.add(hash);
      } else {
        known.add(hash);
      }
    }
    return { owner, chunks, missing };
  }

  /** Hands over the owners that miss nothing any more, and takes them out of the jobs. */
  private async finishComplete(jobs: OwnerJob[]): Promise<void> {
    const { fresh, plan } = this.options;
    for (const job of jobs.splice(0)) {
      if (job.missing.size > 0) {
        plan.advance(job.owner, job.chunks.filter(({ hash }) => !job.missing.has(hash)).length);
        jobs.push(job);
        continue;
      }
      const vectors = new Map<string, Float32Array>();
      for (const { hash } of job.chunks) {
        const vector = vectors.get(hash) ?? (await fresh.find(hash));
        if (vector !== undefined) {
          vectors.set(hash, vector);
        }
      }
      fresh.put(
        job.owner,
        itemsOf(job.chunks, (hash) => vectors.get(hash)),
      );
      plan.finish(job.owner);
    }
  }

  /** False when the round is over: the model has to be waited for. */
  private async embed(texts: readonly TextJob[], jobs: readonly OwnerJob[]): Promise<boolean> {
    const { embedder, fresh, signal, share, isAwaited, sleep, onProgress } = this.options;
    const started = performance.now();
    const given = texts.map(({ owner, chunk }) => embeddingText(owner, chunk, embedder.maxTokens));
    const answer = await embedder.embed(given, 'passage', signal);
    if (!answer.ok) {
      return this.recover(answer.error, texts, jobs);
    }
    const vectors = answer.value;
    this.held = undefined;
    this.setbacks = 0;
    this.leftOutInRow = 0;
    await fresh.add(
      texts.flatMap(({ owner, chunk: { hash } }, at) => {
        const vector = vectors[at];
        return vector === undefined ? [] : [{ owner, hash, vector }];
      }),
    );
    this.settle(texts, jobs);
    onProgress();
    const milliseconds = isAwaited() ? 0 : restAfter(performance.now() - started, share);
    if (milliseconds >= 1) {
      await sleep.sleep(milliseconds);
    }
    return true;
  }

  private async recover(error: EmbedFailure, texts: readonly TextJob[], jobs: readonly OwnerJob[]): Promise<boolean> {
    if (this.options.signal.aborted) {
      return false;
    }
    this.setbacks += 1;
    const { reason } = error;
    const remedy = remedyFor({ reason, times: this.setbacks, texts: texts.length, leftOut: this.leftOutInRow });
    switch (remedy.do) {
      case 'wait':
        this.held = { until: performance.now() + remedy.milliseconds, problem: error };
        return false;
      case 'stop':
        this.held = { until: Number.POSITIVE_INFINITY, problem: error };
        return false;
      case 'leave-out':
        this.leftOutInRow += 1;
        texts.forEach(({ chunk }) => this.leftOut.add(chunk.hash));
        this.settle(texts, jobs);
        return true;
      case 'divide':
        break;
    }
    for (const text of texts) {
      if (!(await this.embed([text], jobs))) {
        return false;
      }
    }
    return true;
  }

  private settle(texts: readonly TextJob[], jobs: readonly OwnerJob[]): void {
    for (const { missing } of jobs) {
      texts.forEach(({ chunk }) => missing.delete(chunk.hash));
    }
  }
}
