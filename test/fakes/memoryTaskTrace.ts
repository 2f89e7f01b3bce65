import { createHash } from 'node:crypto';
import { foldTask } from '../../src/core/tasks/taskReducer.ts';
import type { Task } from '../../src/core/tasks/task.ts';
import type { TaskTrace } from '../../src/core/tasks/taskTrace.ts';
import { chainStart, encodeLine } from '../../src/core/trace/hashChain.ts';
import type { TraceEntry, TraceEvent } from '../../src/core/trace/traceEvent.ts';
import { parseTraceEvent } from '../../src/core/trace/traceEvent.ts';

const sha = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/** Stands for the end of the process: nothing that comes after it in the same life counts. */
export class Killed extends Error {}

/** A trace in memory with the real chain, schema and fold; each event is one second after the one before. */
export class MemoryTaskTrace implements TaskTrace {
  readonly events: TraceEvent[] = [];
  readonly artifacts = new Map<string, Uint8Array>();
  /** The process "dies" once this many events stand: this and every later record of the same life throws. */
  killAfter = Number.POSITIVE_INFINITY;
  private current: Task | undefined;
  private prev = chainStart;

  task(): Task {
    if (this.current === undefined) {
      throw new Error('No event has been recorded yet.');
    }
    return this.current;
  }

  async record(proposed: TraceEntry | ((task: Task) => TraceEntry)): Promise<Task> {
    if (this.events.length >= this.killAfter) {
      throw new Killed();
    }
    const entry = typeof proposed === 'function' ? proposed(this.task()) : proposed;
    const seq = this.events.length;
    const ts = new Date(Date.UTC(2026, 0, 1, 0, 0, seq)).toISOString();
    const line = encodeLine(entry, { seq, ts, prev: this.prev });
    const event = parseTraceEvent(JSON.parse(line));
    if (event === undefined) {
      throw new Error(`The event does not fit its schema: ${line}`);
    }
    this.prev = sha(line);
    this.events.push(event);
    this.current = foldTask(this.current, event);
    if (this.events.length >= this.killAfter) {
      throw new Killed();
    }
    return this.current;
  }

  async *history(): AsyncIterable<TraceEvent> {
    yield* this.events;
  }

  async putArtifact(bytes: Uint8Array): Promise<{ sha256: string; bytes: number }> {
    this.artifacts.set(sha(bytes), bytes);
    return { sha256: sha(bytes), bytes: bytes.length };
  }
}
