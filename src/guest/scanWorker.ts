import { parentPort, Worker } from 'node:worker_threads';
import { errorText } from '../base/failure.ts';
import type { Answer } from './refusal.ts';
import { refuse } from './refusal.ts';
import type { ScanAnswer, ScanRequest } from './scan.ts';
import type { GuestParams, GuestResult } from '../protocol/guest.ts';

/** Milliseconds for one listing or search: what takes longer is a pattern that explodes. */
export const scanDeadline = 10_000;

/** The thread's side: one request, one answer. What it needs is loaded here and not in the guest. */
export function serveScans(): void {
  parentPort?.on('message', (request: ScanRequest) => {
    void scan(request).then((answer) => parentPort?.postMessage(answer));
  });
}

async function scan(request: ScanRequest): Promise<ScanAnswer> {
  try {
    const { listFiles, searchText } = await import('./scan.ts');
    return request.kind === 'list' ? listFiles(request.root, request.params) : searchText(request.root, request.params);
  } catch (error) {
    return refuse('failed', errorText(error));
  }
}

/**
 * Runs listings and searches in a thread of their own, so that a pattern of the model's that backtracks for ever can be ended
 * without ending the guest. The thread is kept between requests and replaced after a time-out.
 */
export class ScanRunner {
  private readonly source: string;
  private readonly deadline: number;
  private worker: Worker | undefined;

  constructor(source: string, deadline = scanDeadline) {
    this.source = source;
    this.deadline = deadline;
  }

  list(root: string, params: GuestParams<'list_files'>): Promise<Answer<GuestResult<'list_files'>>> {
    return this.run<GuestResult<'list_files'>>({ kind: 'list', root, params });
  }

  search(root: string, params: GuestParams<'search_text'>): Promise<Answer<GuestResult<'search_text'>>> {
    return this.run<GuestResult<'search_text'>>({ kind: 'search', root, params });
  }

  async dispose(): Promise<void> {
    await this.worker?.terminate();
    this.worker = undefined;
  }

  private run<T>(request: ScanRequest): Promise<Answer<T>> {
    const worker = (this.worker ??= this.start());
    return new Promise((resolve) => {
      const settle = (answer: Answer<T>): void => {
        clearTimeout(timer);
        worker.off('message', settle).off('error', onError).off('exit', onExit);
        resolve(answer);
      };
      const giveUp = (answer: Answer<T>): void => {
        this.worker = undefined;
        settle(answer);
        void worker.terminate();
      };
      const onError = (error: unknown): void => giveUp(refuse('failed', `The search ended: ${errorText(error)}`));
      const onExit = (): void => giveUp(refuse('failed', 'The search ended before it had an answer.'));
      const late = `The search took over ${this.deadline / 1000} s; use a simpler pattern or a narrower glob.`;
      const timer = setTimeout(() => giveUp(refuse('invalid-pattern', late)), this.deadline);
      worker.on('message', settle).on('error', onError).on('exit', onExit);
      worker.postMessage(request);
    });
  }

  /** Output of the thread is captured, never forwarded: the process's own output is the channel. */
  private start(): Worker {
    const worker = new Worker(this.source, {
      eval: true,
      stdout: true,
      stderr: true,
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: 256 },
    });
    const forget = (): void => {
      this.worker = this.worker === worker ? undefined : this.worker;
    };
    return worker.on('error', forget).on('exit', forget);
  }
}
