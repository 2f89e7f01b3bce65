import { describe, expect, test } from 'vitest';
import { Emitter } from '../../../src/base/event.ts';
import { failure, type Failure } from '../../../src/base/failure.ts';
import { fail, ok } from '../../../src/base/result.ts';
import { followTask, type TaskSource } from '../../../src/cli/followTask.ts';
import type { StateChange } from '../../../src/host/client/hostClient.ts';
import type { TraceLine } from '../../../src/protocol/host.ts';
import type { TaskView } from '../../../src/protocol/taskView.ts';
import { queuedTask, traceLine } from '../../fakes/sampleTasks.ts';

/** A host that gives a trace out in pages. */
class PagedSource implements TaskSource {
  readonly changed = new Emitter<StateChange>();
  readonly closed = new Emitter<Failure>();
  readonly onDidChangeState = this.changed.event;
  readonly onDidClose = this.closed.event;
  readonly asked: number[] = [];
  lines: TraceLine[] = [];
  task: TaskView = queuedTask({ state: 'working' });
  page = 3;
  gone = false;
  /** Called before each answer, with the number of the request from 1. */
  onRequest: (count: number) => void = () => undefined;

  get state() {
    return { seq: 0, workspace: { id: 'x', root: '/' }, tasks: [this.task] };
  }

  readonly request: TaskSource['request'] = async (_method, { from }) => {
    this.asked.push(from);
    this.onRequest(this.asked.length);
    await Promise.resolve();
    return this.gone
      ? fail(failure('disconnected', 'The host is gone.'))
      : ok({ lines: this.lines.filter((line) => line.seq >= from).slice(0, this.page) });
  };

  append(): void {
    const line = traceLine(this.lines.length, 'notice-given', {});
    this.lines.push(line);
    this.changed.fire({ kind: 'trace', seq: 1, task: this.task.id, line });
  }
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('following a task', () => {
  test('gets a long trace in pages, every line once and in order, before it says how the task stands', async () => {
    const source = new PagedSource();
    source.lines = numbers(10).map((seq) => traceLine(seq, 'notice-given', {}));
    source.task = queuedTask({ state: 'ready' });
    const seen: number[] = [];
    const { signal } = new AbortController();
    const outcome = await followTask({
      client: source,
      task: source.task.id,
      signal,
      onLine: ({ seq }) => seen.push(seq),
    });
    expect(outcome).toMatchObject({ ok: true, value: { state: 'ready' } });
    expect(seen).toEqual(numbers(10));
    expect(source.asked).toEqual([0, 3, 6, 9, 10]);
  });

  test('tells every line once and in order when the trace grows and the state is sent anew meanwhile', async () => {
    const source = new PagedSource();
    source.lines = numbers(7).map((seq) => traceLine(seq, 'notice-given', {}));
    const { signal } = new AbortController();
    const seen: number[] = [];
    source.onRequest = (count) => {
      if (count <= 3) {
        source.append();
        source.changed.fire({ kind: 'reset', state: source.state });
      }
    };
    const followed = followTask({ client: source, task: source.task.id, signal, onLine: ({ seq }) => seen.push(seq) });
    await new Promise((resolve) => setTimeout(resolve, 20));
    source.append();
    source.task = queuedTask({ state: 'ready' });
    source.changed.fire({ kind: 'task', seq: 2, task: source.task });
    expect(await followed).toMatchObject({ ok: true });
    expect(seen).toEqual(numbers(11));
  });

  test('takes up where a lost host left it', async () => {
    const source = new PagedSource();
    source.lines = numbers(4).map((seq) => traceLine(seq, 'notice-given', {}));
    source.onRequest = (count) => {
      source.gone = count === 2;
    };
    const { signal } = new AbortController();
    const seen: number[] = [];
    const followed = followTask({ client: source, task: source.task.id, signal, onLine: ({ seq }) => seen.push(seq) });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(seen).toEqual([0, 1, 2]);
    source.task = queuedTask({ state: 'ready' });
    source.changed.fire({ kind: 'reset', state: source.state });
    expect(await followed).toMatchObject({ ok: true });
    expect(seen).toEqual(numbers(4));
  });
});
