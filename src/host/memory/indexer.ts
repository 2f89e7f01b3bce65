import { Emitter, type Event } from '../../base/event.ts';
import { type Failure, failure } from '../../base/failure.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { IndexerMethod, IndexerParams, IndexerResult } from '../../protocol/indexer.ts';
import type { Episode, MemoryStatus } from '../../protocol/memory.ts';
import { IndexerProcess } from './indexerProcess.ts';

export interface IndexerOptions {
  /** The indexer's own program. */
  readonly script: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Asked at each start, so that a start knows the newest settings. */
  readonly settings: () => IndexerParams<'open'>;
  readonly episodes: () => readonly Episode[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds before each start after a death; when they are used up within `patienceMs`, it stays down. */
  readonly pauses?: readonly number[];
  readonly patienceMs?: number;
}

/** Requests that change nothing, or the same again: made once more where the indexer ended before it answered. */
const repeatable: ReadonlySet<IndexerMethod> = new Set<IndexerMethod>([
  'recall',
  'graph',
  'status',
  'settle',
  'explain',
  'forget',
]);

/**
 * The indexer of a workspace, whichever process it is in: started with the first request, started again after it died, with pauses,
 * and left alone with a stated problem when it dies again and again. Its death costs a search, and no task.
 */
export class Indexer {
  private readonly options: Required<IndexerOptions>;
  private readonly changed = new Emitter<MemoryStatus>();
  private process: IndexerProcess | undefined;
  private starting: Promise<Result<IndexerProcess, Failure>> | undefined;
  private deaths: number[] = [];
  private restart: NodeJS.Timeout | undefined;
  private last: MemoryStatus | undefined;
  private problem: string | undefined;
  /** Why the last one that was started would not serve; the next request tries it anew. */
  private refusal: string | undefined;
  private closed = false;

  readonly onStatus: Event<MemoryStatus> = this.changed.event;

  constructor(options: IndexerOptions) {
    this.options = { pauses: [500, 2_000, 8_000, 30_000], patienceMs: 10 * 60_000, ...options };
  }

  /** Of the process that runs now. */
  get pid(): number | undefined {
    return this.process?.pid;
  }

  get running(): boolean {
    return this.process !== undefined;
  }

  /** As it was told last, or what is wrong with the process. */
  status(): MemoryStatus {
    const { root } = this.options.settings();
    const known = this.last ?? emptyStatus(root);
    const message = this.problem ?? this.refusal;
    return message === undefined
      ? known
      : { ...known, state: 'failed', problems: [{ part: 'indexer', message }, ...known.problems] };
  }

  async request<M extends IndexerMethod>(
    method: M,
    params: IndexerParams<M>,
    signal?: AbortSignal,
  ): Promise<Result<IndexerResult<M>, Failure>> {
    const first = await this.ask(method, params, signal);
    const again = !first.ok && first.error.reason === 'indexer-ended' && repeatable.has(method) && !this.closed;
    return again ? this.ask(method, params, signal) : first;
  }

  /** Tells a running indexer; one that is not running learns it when it starts. */
  tell<M extends IndexerMethod>(method: M, params: IndexerParams<M>): void {
    const { process } = this;
    if (process !== undefined) {
      void this.send(process, method, params);
    }
  }

  private async send<M extends IndexerMethod>(
    process: IndexerProcess,
    method: M,
    params: IndexerParams<M>,
  ): Promise<void> {
    const told = await process.request(method, params);
    if (!told.ok && told.error.reason !== 'indexer-ended') {
      this.options.logger.warn(`The indexer refused ${method}: ${told.error.message}`);
    }
  }

  /** Ends the process; the next request starts another one. */
  async rest(): Promise<void> {
    const { process } = this;
    clearTimeout(this.restart);
    this.process = undefined;
    this.starting = undefined;
    await process?.end();
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.restart);
    await this.process?.end();
  }

  private async ask<M extends IndexerMethod>(
    method: M,
    params: IndexerParams<M>,
    signal?: AbortSignal,
  ): Promise<Result<IndexerResult<M>, Failure>> {
    if (method === 'rebuild') {
      this.deaths = [];
      this.problem = undefined;
    }
    const process = await this.ready();
    return process.ok ? process.value.request(method, params, signal) : process;
  }

  private ready(): Promise<Result<IndexerProcess, Failure>> {
    if (this.closed) {
      return Promise.resolve(fail(failure('memory-off', 'The agent host is about to end; ask again.')));
    }
    if (this.problem !== undefined) {
      return Promise.resolve(fail(failure('indexer-down', this.problem)));
    }
    this.starting ??= this.start();
    return this.starting;
  }

  private async start(): Promise<Result<IndexerProcess, Failure>> {
    clearTimeout(this.restart);
    const process = new IndexerProcess(this.options.script, this.options.environment);
    this.process = process;
    process.onStatus((status) => {
      this.last = status;
      this.changed.fire(this.status());
    });
    process.onEnd((how) => {
      if (this.process === process) {
        this.onEnd(how);
      }
    });
    const opened = await process.request('open', this.options.settings());
    if (!opened.ok) {
      if (opened.error.reason !== 'indexer-ended') {
        // It lives and refuses: the next request tries it anew.
        this.process = undefined;
        this.starting = undefined;
        this.refuse(opened.error.message);
        await process.end();
      }
      return opened;
    }
    this.refuse(undefined);
    const remembered = await process.request('setEpisodes', { episodes: [...this.options.episodes()] });
    // One that could not write them down says so in its status; the rest of it serves.
    return !remembered.ok && remembered.error.reason === 'indexer-ended' ? remembered : ok(process);
  }

  private refuse(refusal: string | undefined): void {
    if (this.refusal !== refusal) {
      this.refusal = refusal;
      this.changed.fire(this.status());
    }
  }

  private onEnd(how: string): void {
    this.process = undefined;
    this.starting = undefined;
    if (this.closed) {
      return;
    }
    const now = this.options.clock.monotonic();
    this.deaths = [...this.deaths.filter((time) => now - time < this.options.patienceMs), now];
    const pause = this.options.pauses[this.deaths.length - 1];
    this.options.logger.warn(`The indexer ended (${how}).`);
    if (pause === undefined) {
      this.problem = `The indexer ended ${this.deaths.length} times (${how}). Rebuild the index (nightshift index --rebuild); tasks go on without a memory.`;
      this.changed.fire(this.status());
      return;
    }
    this.restart = setTimeout(() => void this.ready(), pause);
    this.restart.unref();
  }
}

/** Before anything is known. */
function emptyStatus(root: string): MemoryStatus {
  return {
    state: 'starting',
    root,
    files: { known: 0, indexed: 0, skipped: {} },
    chunks: 0,
    symbols: 0,
    edges: 0,
    commits: 0,
    episodes: 0,
    vectors: { state: 'none', done: 0, total: 0 },
    watching: { by: 'none' },
    problems: [],
    bytes: 0,
    memoryBytes: 0,
  };
}
