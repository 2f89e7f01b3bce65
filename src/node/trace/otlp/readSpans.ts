import type { Sha256 } from '../../../base/hash.ts';
import type { TaskStore } from '../../../core/tasks/taskStore.ts';
import type { Span } from '../../../core/trace/otlp/span.ts';
import { withRequests } from '../../../core/trace/otlp/spanContent.ts';
import { SpanReader } from '../../../core/trace/otlp/spanReader.ts';

export interface ReadSpansOptions {
  readonly tasks: Pick<TaskStore, 'read' | 'getArtifact'>;
  readonly sha256: Sha256;
  readonly content: boolean;
}

/** How far a trace was read, and what of it is still open. */
export interface TaskReading {
  readonly spans: SpanReader;
  /** Number of the next event: of its line, whatever a line that was tampered with says of itself. */
  readonly next: number;
}

/** Spans for one request; `seq` is the newest event whose ended spans are all in this or an earlier batch. */
export interface SpanBatch {
  readonly kind: 'batch';
  readonly spans: readonly Span[];
  readonly seq: number;
}

export type ReadStep =
  | SpanBatch
  | { readonly kind: 'read'; readonly reading: TaskReading }
  | { readonly kind: 'unreadable'; readonly message: string };

/** A request has at most this many spans, and ends with the one that goes beyond the characters. */
const batchSpans = 512;
const batchCharacters = 1024 * 1024;

/**
 * The spans that were ended by events after number `cursor`, in batches, and last how far the trace was read. A trace that was
 * read before is read on from `before`; else from its start, as a span may have begun long before the cursor. Holds a page of
 * events and a batch at a time. A batch that was given out was dealt with when the next is asked for.
 */
export async function* readSpans(
  options: ReadSpansOptions,
  task: string,
  cursor: number,
  before?: TaskReading,
): AsyncGenerator<ReadStep, void, void> {
  const { tasks, sha256, content } = options;
  if (before === undefined) {
    // Most tasks are over and wholly accepted: that is seen without reading them.
    const rest = await tasks.read(task, cursor + 1);
    if (rest.ok && rest.value.length === 0) {
      return;
    }
  }
  const spans = before?.spans ?? new SpanReader({ task, sha256, content });
  let next = before?.next ?? 0;
  let batch: Span[] = [];
  let characters = 0;
  for (;;) {
    const page = await tasks.read(task, next);
    if (!page.ok) {
      yield { kind: 'unreadable', message: page.error.message };
      return;
    }
    if (page.value.length === 0) {
      break;
    }
    for (const event of page.value) {
      const ended = spans.take(event);
      const line = next;
      next += 1;
      if (line <= cursor || ended.length === 0) {
        continue;
      }
      const filled = await withRequests(ended, (hash) => tasks.getArtifact(task, hash));
      batch.push(...filled);
      characters += JSON.stringify(filled).length;
      if (batch.length >= batchSpans || characters >= batchCharacters) {
        yield { kind: 'batch', spans: batch, seq: line };
        batch = [];
        characters = 0;
      }
    }
  }
  if (batch.length > 0) {
    yield { kind: 'batch', spans: batch, seq: next - 1 };
  }
  yield { kind: 'read', reading: { spans, next } };
}
