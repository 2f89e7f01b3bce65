import { existsSync } from 'node:fs';
import { Limiter } from '../../../base/async.ts';
import { failure } from '../../../base/failure.ts';
import { type Disposable, DisposableStore, toDisposable } from '../../../base/lifecycle.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import type { ModelFailure } from '../../../core/models/languageModel.ts';
import type { RunnerChat, RunnerDone, RunnerReport } from '../../../protocol/modelRunner.ts';
import { RunnerProcess } from './runnerProcess.ts';

export interface ModelRunnerOptions {
  /** The runner's own program. A build without models of its own has none. */
  readonly script: string;
  /** Milliseconds without a request, after which the process ends and gives its memory back. */
  readonly idleMs?: number;
  /** Milliseconds without a sign while it is at work. Reading a long prompt is one step. */
  readonly silenceMs?: number;
  /** Milliseconds that the step in progress may take after an abort, before the process is ended. */
  readonly abortMs?: number;
}

export type RunnerRequest = Omit<RunnerChat, 'type' | 'id'>;

export interface RunnerListener {
  readonly signal: AbortSignal;
  /** What it says on the way. An error thrown here ends the request and is thrown on. */
  readonly onReport: (report: Extract<RunnerReport, { readonly type: 'begun' | 'text' }>) => void;
}

type Answer = Result<RunnerDone, ModelFailure>;

/**
 * Runs models in a process of their own, for all tasks of a host: started with the first request, asked one at a time, ended
 * when idle, started again after it died. Inference may take that process down with it; the host only hears of it.
 */
export class ModelRunner {
  private readonly options: Required<ModelRunnerOptions>;
  private readonly oneAtATime = new Limiter(1);
  private process: RunnerProcess | undefined;
  private idle: NodeJS.Timeout | undefined;
  private requests = 0;
  private closed = false;

  constructor(options: ModelRunnerOptions) {
    this.options = { idleMs: 5 * 60_000, silenceMs: 10 * 60_000, abortMs: 5_000, ...options };
  }

  /** Of the process that models are in now. */
  get pid(): number | undefined {
    return this.process?.pid;
  }

  /** Undefined when models can be run; else what is missing. */
  problem(): ModelFailure | undefined {
    if (this.closed) {
      return failure('crashed', 'The agent host is about to end and starts no model; ask again.');
    }
    return existsSync(this.options.script) ? undefined : notInThisBuild(`${this.options.script} is missing`);
  }

  /** Answers aborted as soon as the signal is, while the process may still be in the step that it is at. */
  async chat(request: RunnerRequest, listener: RunnerListener): Promise<Answer> {
    const { signal } = listener;
    return new Promise((resolve, reject) => {
      const onAbort = (): void => resolve(fail(aborted()));
      signal.addEventListener('abort', onAbort, { once: true });
      void this.oneAtATime.run(async () => {
        const problem = this.problem();
        if (problem !== undefined) {
          resolve(fail(problem));
        } else if (!signal.aborted) {
          await this.converse(request, listener).then(resolve, reject);
        }
        signal.removeEventListener('abort', onAbort);
      });
    });
  }

  /** Ends the process, whatever it is at, and starts no other. */
  async close(): Promise<void> {
    this.closed = true;
    await this.end();
  }

  private async end(): Promise<void> {
    clearTimeout(this.idle);
    const { process } = this;
    this.process = undefined;
    await process?.end();
  }

  /** Settles when the process is free for the next request, or gone. */
  private async converse(request: RunnerRequest, { signal, onReport }: RunnerListener): Promise<Answer> {
    clearTimeout(this.idle);
    const process = (this.process ??= this.start());
    this.requests += 1;
    const id = this.requests;
    const listening = new DisposableStore();
    process.keepHostAlive(true);
    try {
      return await new Promise((resolve, reject) => {
        let defect: { readonly error: unknown } | undefined;
        const settle = (answer: Answer): void => (defect === undefined ? resolve(answer) : reject(defect.error));
        const watchdog = listening.add(new Watchdog(() => process.kill()));
        const stop = (): void => {
          process.send({ type: 'abort', id });
          watchdog.start(this.options.abortMs, aborted());
        };
        watchdog.start(this.options.silenceMs, silent(this.options.silenceMs));
        listening.add(process.onEnd((how) => settle(fail(watchdog.bit ?? crashed(how)))));
        listening.add(
          process.onReport((report) => {
            if (report.id !== id) {
              return;
            }
            if (report.type === 'done') {
              settle(report.finish === 'aborted' ? fail(aborted()) : ok(report));
            } else if (report.type === 'failed') {
              const { reason, message } = report;
              settle(fail(reason === 'no-engine' ? notInThisBuild(message) : failure(reason, message)));
            } else if (!signal.aborted && defect === undefined) {
              watchdog.start(this.options.silenceMs, silent(this.options.silenceMs));
              try {
                onReport(report);
              } catch (error) {
                defect = { error };
                stop();
              }
            }
          }),
        );
        signal.addEventListener('abort', stop, { once: true });
        listening.add(toDisposable(() => signal.removeEventListener('abort', stop)));
        process.send({ type: 'chat', id, ...request });
      });
    } finally {
      listening.dispose();
      process.keepHostAlive(false);
      this.idle = setTimeout(() => void this.end(), this.options.idleMs).unref();
    }
  }

  private start(): RunnerProcess {
    const process = new RunnerProcess(this.options.script);
    process.onEnd(() => {
      if (this.process === process) {
        this.process = undefined;
      }
    });
    return process;
  }
}

/** Bites once when nobody starts it again in time. */
class Watchdog implements Disposable {
  private readonly bite: () => void;
  private timer: NodeJS.Timeout | undefined;
  /** Why it bit. */
  bit: ModelFailure | undefined;

  constructor(bite: () => void) {
    this.bite = bite;
  }

  start(milliseconds: number, why: ModelFailure): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.bit = why;
      this.bite();
    }, milliseconds);
  }

  dispose(): void {
    clearTimeout(this.timer);
  }
}

export function aborted(): ModelFailure {
  return failure('aborted', 'The request to the model inside the extension was cancelled.');
}

function notInThisBuild(why: string): ModelFailure {
  const wayOut =
    'install the build of Nightshift for this platform, or choose a model of a server, for example ollama:qwen3:8b';
  return failure('model-missing', `This build of Nightshift runs no models of its own (${why}); ${wayOut}.`);
}

function crashed(how: string): ModelFailure {
  const wayOut = 'it starts again with the next request; if this repeats, free memory or choose a smaller model';
  return failure('crashed', `The process that runs the model ended in the middle of an answer (${how}); ${wayOut}.`);
}

function silent(milliseconds: number): ModelFailure {
  const message = `The model inside the extension gave no sign for ${milliseconds / 1_000} s; choose a smaller model, or send less.`;
  return failure('timeout', message);
}
