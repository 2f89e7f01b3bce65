import { failure } from '../../../base/failure.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import type { EmbedFailure } from '../../../core/memory/embedder.ts';
import { fileVersions } from '../transformers/modelFiles.ts';
import type { EmbeddingFolder } from './embeddingFolder.ts';
import { EmbeddingThread } from './embeddingThread.ts';

export interface ThreadLineOptions {
  /** The thread's own program. A build without models of its own has none. */
  readonly script: string;
  readonly model: EmbeddingFolder;
  readonly name: string;
  /** Milliseconds without a text, after which the thread ends and gives its memory back: some 250 MB. */
  readonly idleMs?: number;
  /** Milliseconds that one text, or loading the model, may take. */
  readonly silenceMs?: number;
}

export type RawVector = Result<Float32Array, EmbedFailure>;

interface Wish {
  readonly text: string;
  readonly signal: AbortSignal;
  readonly settle: (answer: RawVector) => void;
}

/** Those who wait for a model's thread. Questions go before passages, so that no search waits longer than one text takes. */
export class ThreadLine {
  private readonly options: Required<ThreadLineOptions>;
  private readonly waiting: Readonly<Record<'query' | 'passage', Wish[]>> = { query: [], passage: [] };
  private thread: EmbeddingThread | undefined;
  private idle: NodeJS.Timeout | undefined;
  private working: Promise<void> | undefined;
  private closed = false;

  constructor(options: ThreadLineOptions) {
    this.options = { idleMs: 5 * 60_000, silenceMs: 2 * 60_000, ...options };
  }

  /** Started with the first text, ended when idle, started again after it died. */
  async embed(text: string, use: 'query' | 'passage', signal: AbortSignal): Promise<RawVector> {
    if (signal.aborted || this.closed) {
      return fail(aborted());
    }
    return new Promise((resolve) => {
      const onAbort = (): void => resolve(fail(aborted()));
      signal.addEventListener('abort', onAbort, { once: true });
      const settle = (answer: RawVector): void => {
        signal.removeEventListener('abort', onAbort);
        resolve(answer);
      };
      this.waiting[use].push({ text, signal, settle });
      this.working ??= this.work();
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.idle);
    await this.thread?.close();
    await this.working;
  }

  private async work(): Promise<void> {
    clearTimeout(this.idle);
    for (let wish = this.next(); wish !== undefined; wish = this.next()) {
      wish.settle(wish.signal.aborted || this.closed ? fail(aborted()) : await this.answer(wish.text));
    }
    this.working = undefined;
    this.idle = setTimeout(() => void this.thread?.close(), this.options.idleMs).unref();
  }

  private next(): Wish | undefined {
    return this.waiting.query.shift() ?? this.waiting.passage.shift();
  }

  private async answer(text: string): Promise<RawVector> {
    const thread = await this.open();
    if (!thread.ok) {
      return thread;
    }
    const report = await thread.value.ask({ type: 'embed', text }, this.options.silenceMs);
    if (!report.ok) {
      return this.closed ? fail(aborted()) : report;
    }
    if (report.value.type === 'embedded') {
      return ok(report.value.vector);
    }
    const said = report.value.type === 'failed' ? report.value.message : 'it gave no vector';
    const message = `The embedding model ${this.options.name} does not take a text: ${said}; choose another model.`;
    return fail(failure('rejected', message));
  }

  private async open(): Promise<Result<EmbeddingThread, EmbedFailure>> {
    if (this.thread?.isAlive === true) {
      return ok(this.thread);
    }
    const { model, script, silenceMs } = this.options;
    const version = await fileVersions(model.files);
    if (!version.ok || version.value !== model.version) {
      const problem = version.ok ? 'its files were replaced' : version.error;
      return fail(this.failed('model-missing', problem, 'restart the index to use what is there now'));
    }
    const thread = EmbeddingThread.start(script);
    if (thread === undefined) {
      return fail(this.noEngine(`${script} is missing`));
    }
    this.thread = thread;
    const { folder, weights, pooling, maxTokens } = model;
    const report = await thread.ask({ type: 'load', folder, weights, pooling, maxTokens }, silenceMs);
    if (!report.ok) {
      return report;
    }
    if (report.value.type === 'loaded') {
      return ok(thread);
    }
    await thread.close();
    const { reason, message } =
      report.value.type === 'failed' ? report.value : { reason: 'broken', message: 'it does not load' };
    return fail(
      reason === 'no-engine'
        ? this.noEngine(message)
        : this.failed('model-unusable', `it cannot be loaded: ${message}`, 'put its files in place again'),
    );
  }

  private failed(reason: EmbedFailure['reason'], problem: string, wayOut: string): EmbedFailure {
    const { name, model } = this.options;
    const plain = problem.replace(/[.\s]+$/, '');
    return failure(reason, `The embedding model ${name} in ${model.folder} cannot be used: ${plain}; ${wayOut}.`);
  }

  private noEngine(why: string): EmbedFailure {
    const wayOut =
      'install the build of Nightshift for this platform, or choose an embedding model of an Ollama server';
    return failure(
      'model-unusable',
      `This build of Nightshift runs no embedding models of its own (${why.replace(/[.\s]+$/, '')}); ${wayOut}.`,
    );
  }
}

function aborted(): EmbedFailure {
  return failure('aborted', 'The embedding was cancelled.');
}
