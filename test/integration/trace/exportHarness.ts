import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../../src/base/logger.ts';
import type { Journal } from '../../../src/core/tasks/taskStore.ts';
import { otlpRequest } from '../../../src/core/trace/otlp/otlpRequest.ts';
import { SpanReader } from '../../../src/core/trace/otlp/spanReader.ts';
import type { TraceEntry } from '../../../src/core/trace/traceEvent.ts';
import { sha256 } from '../../../src/node/tasks/sha256.ts';
import { TraceExporter, type TraceExporterOptions } from '../../../src/node/trace/otlp/traceExporter.ts';
import { type OtlpSpan, spansOfRequest } from '../../fakes/otlpSchema.ts';
import { answer, created, entry, toolCalled, toolReturned } from '../../fakes/traceEvents.ts';
import { opened, TaskFolder } from '../tasks/taskFolder.ts';

export const source = { productVersion: '1.0.0', workspace: 'ab'.repeat(8) };

/** A folder of tasks and exporters of it. */
export class ExportFolder extends TaskFolder {
  readonly warnings: string[] = [];
  private readonly logger: Logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: (message) => void this.warnings.push(message),
    error: (message) => void this.warnings.push(message),
  };

  exporter(url: string, changes: Partial<TraceExporterOptions> = {}): TraceExporter {
    return new TraceExporter({
      tasks: this.store,
      destination: { url: `${url}/v1/traces`, headers: {}, compress: false },
      cursors: join(this.root, 'cursors'),
      source,
      content: false,
      sha256,
      logger: this.logger,
      gatherMs: 5,
      pause: () => 10,
      ...changes,
    });
  }

  /** A trace on disk that is not at its end; its journal. */
  async begun(task: string, ...entries: readonly TraceEntry[]): Promise<Journal> {
    const journal = await opened(this.store.create(task));
    for (const item of [created({ task }), ...entries]) {
      await journal.append(item);
    }
    return journal;
  }

  /** A whole trace on disk, with a step for each 4 events. */
  async whole(task: string, steps: number): Promise<void> {
    const journal = await this.begun(task, ...work(steps), ready);
    await journal.close();
  }

  /** What a receiver must have of a task, in the order of their ends. */
  async expected(task: string): Promise<OtlpSpan[]> {
    const reader = new SpanReader({ task, sha256, content: false });
    const spans = [];
    for (let next = 0; ;) {
      const page = await this.store.read(task, next);
      if (!page.ok || page.value.length === 0) {
        return spansOfRequest(JSON.parse(JSON.stringify(otlpRequest(spans, source))));
      }
      spans.push(...page.value.flatMap((event) => reader.take(event)));
      next += page.value.length;
    }
  }
}

export const ready: TraceEntry = entry('task-moved', { move: 'finish', from: 'reviewing', to: 'ready' });

export function work(steps: number): TraceEntry[] {
  const request = { sha256: 'a'.repeat(64), bytes: 10 };
  const numbers = Array.from({ length: steps }, (_, index) => index + 1);
  return [
    entry('task-moved', { move: 'work', from: 'queued', to: 'working' }),
    entry('run-started', { run: 'run-1', agent: 'implementer', tree: 't0' }),
    ...numbers.flatMap((step) => [
      entry('model-asked', { run: 'run-1', step, request, estimatedTokens: 100, contextTokens: 8192 }),
      answer({ step }),
      toolCalled('read_file', { path: 'a' }, 'read', `call-${step}`),
      toolReturned('read_file', true, `call-${step}`),
    ]),
    entry('run-ended', { run: 'run-1', outcome: 'finished' }),
  ];
}

/** Waits until something holds; fails with what was waited for. */
export async function until(what: string, holds: () => boolean, milliseconds = 15_000): Promise<void> {
  const deadline = performance.now() + milliseconds;
  while (!holds()) {
    if (performance.now() > deadline) {
      throw new Error(`Waited ${milliseconds} ms in vain until ${what}.`);
    }
    await delay(10);
  }
}
