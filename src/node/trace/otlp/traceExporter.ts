import { setTimeout as delay } from 'node:timers/promises';
import { errorText } from '../../../base/failure.ts';
import type { Sha256 } from '../../../base/hash.ts';
import type { Logger } from '../../../base/logger.ts';
import type { TaskStore } from '../../../core/tasks/taskStore.ts';
import { retryPause } from '../../../core/trace/otlp/answerKind.ts';
import { otlpRequest, type OtlpSource } from '../../../core/trace/otlp/otlpRequest.ts';
import type { Span } from '../../../core/trace/otlp/span.ts';
import { CursorFiles } from './cursorFiles.ts';
import { type OtlpDestination, postSpans } from './postSpans.ts';
import { readSpans, type SpanBatch, type TaskReading } from './readSpans.ts';

export interface TraceExporterOptions {
  readonly tasks: Pick<TaskStore, 'list' | 'read' | 'getArtifact'>;
  readonly destination: OtlpDestination;
  /** Folder of the cursors for this destination. */
  readonly cursors: string;
  readonly source: OtlpSource;
  /** Also what people, models, tools and repositories wrote. */
  readonly content: boolean;
  readonly sha256: Sha256;
  readonly logger: Logger;
  /** Milliseconds that events are gathered for before they are sent; 1,000 when absent. */
  readonly gatherMs?: number;
  /** Pause before attempt number `attempt`, milliseconds. */
  readonly pause?: typeof retryPause;
}

/**
 * Sends the spans of all tasks to one receiver, as a reader of their traces on disk: nothing waits for it, and nothing is kept
 * for it. How far each trace was accepted is on disk, and only after it was: a receiver that is down, or a killed host, costs a
 * repetition of spans with the same ids at most.
 */
export class TraceExporter {
  private readonly options: TraceExporterOptions;
  private readonly cursors: CursorFiles;
  /** Tasks with events that were not read yet. */
  private readonly waiting = new Set<string>();
  private readonly readings = new Map<string, TaskReading>();
  private readonly told = new Set<string>();
  private readonly aborted = new AbortController();
  private ending = false;
  private wake: () => void = () => undefined;
  private readonly running: Promise<void>;

  /** Begins at once, with what the traces on disk already hold. */
  constructor(options: TraceExporterOptions) {
    this.options = options;
    this.cursors = new CursorFiles(options.cursors);
    this.running = this.run().catch((error: unknown) => {
      if (!this.aborted.signal.aborted) {
        options.logger.error(`The export of traces ended: ${errorText(error)}`);
      }
    });
  }

  /** A task's trace has grown. */
  notice(task: string): void {
    this.waiting.add(task);
    this.wake();
  }

  /** Sends what is there while the receiver takes it, for at most `milliseconds`. What is left is sent by the next host. */
  async stop(milliseconds: number): Promise<void> {
    this.ending = true;
    this.wake();
    const timer = setTimeout(() => this.aborted.abort(), milliseconds);
    await this.running;
    clearTimeout(timer);
  }

  private async run(): Promise<void> {
    const tasks = await this.options.tasks.list();
    await this.cursors.keepOnly(new Set(tasks));
    tasks.forEach((task) => this.waiting.add(task));
    for (;;) {
      const due = [...this.waiting];
      this.waiting.clear();
      for (const task of due) {
        if (!(await this.exportTask(task))) {
          return;
        }
      }
      if (this.ending) {
        return;
      }
      await this.nextNotice();
    }
  }

  private async nextNotice(): Promise<void> {
    if (this.waiting.size === 0) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    if (!this.ending) {
      await this.sleep(this.options.gatherMs ?? 1_000);
    }
  }

  /** False when nothing more can be sent by this host. */
  private async exportTask(task: string): Promise<boolean> {
    const cursor = await this.cursors.read(task);
    for await (const step of readSpans(this.options, task, cursor, this.readings.get(task))) {
      if (step.kind === 'unreadable') {
        this.readings.delete(task);
        this.tell(`trace ${task}`, `The trace of ${task} is not exported from here on: ${step.message}`);
        return true;
      }
      if (step.kind === 'read') {
        this.keep(task, step.reading);
      } else if (!(await this.exportBatch(task, step))) {
        return false;
      }
    }
    return true;
  }

  private async exportBatch(task: string, { spans, seq }: SpanBatch): Promise<boolean> {
    if (!(await this.send(spans))) {
      return false;
    }
    try {
      await this.cursors.write(task, seq);
    } catch (error) {
      this.tell('cursor', `How far traces were exported cannot be kept, so spans are sent again: ${errorText(error)}`);
    }
    return true;
  }

  /** Until the receiver took the spans or does not want them; false when the host ends first, or when it takes nothing at all. */
  private async send(spans: readonly Span[]): Promise<boolean> {
    const { destination, source, pause = retryPause } = this.options;
    const body = JSON.stringify(otlpRequest(spans, source));
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await postSpans(destination, body, this.aborted.signal);
      switch (outcome.kind) {
        case 'accepted':
          this.told.delete('later');
          if (outcome.rejected > 0) {
            this.tell('rejected', `The receiver did not take ${outcome.rejected} spans: ${outcome.message}`);
          }
          return true;
        case 'unwanted':
          this.tell('unwanted', `Spans were not taken and are left out: ${outcome.message}`);
          return true;
        case 'refused':
          this.tell(
            'refused',
            `Traces are not exported until the agent host starts anew: ${outcome.message}. Check NIGHTSHIFT_OTLP_ENDPOINT and NIGHTSHIFT_OTLP_HEADERS.`,
          );
          return false;
        case 'later':
          this.tell('later', `Traces wait for their receiver: ${outcome.message}`);
          if (this.ending) {
            return false;
          }
          await this.sleep(pause(attempt, outcome.afterMs, Math.random()));
          if (this.isEnding()) {
            return false;
          }
      }
    }
  }

  /** Of a task at rest nothing is kept in memory: its spans are read anew should it go on. */
  private keep(task: string, reading: TaskReading): void {
    if (reading.spans.unended().length === 0) {
      this.readings.delete(task);
    } else {
      this.readings.set(task, reading);
    }
  }

  /** Ends early when the host ends. */
  private async sleep(milliseconds: number): Promise<void> {
    const early = new AbortController();
    this.wake = () => {
      if (this.ending) {
        early.abort();
      }
    };
    await delay(milliseconds, undefined, { signal: early.signal }).catch(() => undefined);
  }

  private isEnding(): boolean {
    return this.ending;
  }

  /** Once, until what it is about has passed. */
  private tell(topic: string, message: string): void {
    if (!this.told.has(topic)) {
      this.told.add(topic);
      this.options.logger.warn(message);
    }
  }
}
