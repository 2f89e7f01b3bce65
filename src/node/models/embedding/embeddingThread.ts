import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { errorText, failure } from '../../../base/failure.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import type { EmbedFailure } from '../../../core/memory/embedder.ts';
import { type ThreadOrder, type ThreadReport, threadReportSchema } from '../../../protocol/embeddingThread.ts';

/** An order without its number. */
export type Asked = ThreadOrder extends infer Order ? (Order extends ThreadOrder ? Omit<Order, 'id'> : never) : never;

/** One thread of an embedding model, from its start to its end. Answers one order at a time. */
export class EmbeddingThread {
  private readonly worker: Worker;
  private orders = 0;
  private ended: string | undefined;
  private listener: ((report: ThreadReport | { readonly type: 'ended'; readonly how: string }) => void) | undefined;

  private constructor(worker: Worker) {
    this.worker = worker;
    worker.on('message', (raw) => {
      const report = threadReportSchema.safeParse(raw);
      if (report.success) {
        this.listener?.(report.data);
      } else {
        this.end('it sent what is no report');
      }
    });
    worker.on('error', (error) => this.end(errorText(error)));
    worker.on('exit', (code) => this.end(`exit code ${code}`));
  }

  /** Undefined where this build has no such program. */
  static start(script: string): EmbeddingThread | undefined {
    if (!existsSync(script)) {
      return undefined;
    }
    const env = { HF_HUB_OFFLINE: '1', TRANSFORMERS_OFFLINE: '1' };
    return new EmbeddingThread(new Worker(script, { env, execArgv: [] }));
  }

  get isAlive(): boolean {
    return this.ended === undefined;
  }

  /** Ends the thread when it gives no answer within `milliseconds`. */
  async ask(asked: Asked, milliseconds: number): Promise<Result<ThreadReport, EmbedFailure>> {
    this.orders += 1;
    const id = this.orders;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise((resolve) => {
        this.listener = (report) => {
          if (report.type === 'ended') {
            resolve(fail(died(report.how)));
          } else if (report.id === id) {
            resolve(ok(report));
          }
        };
        if (this.ended !== undefined) {
          resolve(fail(died(this.ended)));
          return;
        }
        timer = setTimeout(() => this.end(`no answer for ${milliseconds / 1_000} s`), milliseconds);
        this.worker.postMessage({ ...asked, id });
      });
    } finally {
      clearTimeout(timer);
      this.listener = undefined;
    }
  }

  /** Resolves when it is gone; native code that is at work ends first. */
  async close(): Promise<void> {
    this.end('it was closed');
    await this.worker.terminate();
  }

  private end(how: string): void {
    if (this.ended === undefined) {
      this.ended = how;
      this.listener?.({ type: 'ended', how });
      void this.worker.terminate();
    }
  }
}

function died(how: string): EmbedFailure {
  const wayOut = 'it starts again by itself; if this repeats, free memory or choose a smaller embedding model';
  return failure('failed', `The thread of the embedding model ended (${how}); ${wayOut}.`);
}
