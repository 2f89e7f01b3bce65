import type { Event } from '../base/event.ts';
import { failure, type Failure } from '../base/failure.ts';
import { DisposableStore, toDisposable } from '../base/lifecycle.ts';
import { fail, ok, type Result } from '../base/result.ts';
import type { StateChange } from '../host/client/hostClient.ts';
import type { HostParams, HostResult, HostState, TraceLine } from '../protocol/host.ts';
import type { TaskView } from '../protocol/taskView.ts';

/** Nothing more happens to a task in these without a person. */
const restingStates: ReadonlySet<TaskView['state']> = new Set([
  'ready',
  'waiting',
  'paused',
  'applied',
  'merged',
  'discarded',
  'failed',
  'cancelled',
]);

export function isResting(task: TaskView): boolean {
  return restingStates.has(task.state);
}

/** What following needs of a client; a `HostClient` has it. */
export interface TaskSource {
  readonly state: HostState;
  readonly onDidChangeState: Event<StateChange>;
  readonly onDidClose: Event<Failure>;
  request(method: 'traceLines', params: HostParams<'traceLines'>): Promise<Result<HostResult<'traceLines'>, Failure>>;
}

export interface FollowOptions {
  readonly client: TaskSource;
  readonly task: string;
  /** Number of the first line to tell; 0 when absent. */
  readonly from?: number;
  /** Each line of the trace once, in order. */
  readonly onLine: (line: TraceLine) => void;
  /** Ends the wait with the failure `aborted`; the task goes on. */
  readonly signal: AbortSignal;
}

/** Waits until a task rests and answers how it stands. Survives a restart of the host. */
export function followTask({
  client,
  task,
  from = 0,
  onLine,
  signal,
}: FollowOptions): Promise<Result<TaskView, Failure>> {
  return new Promise((resolve) => {
    let lastLine = from - 1;
    /** False while lines may be missing between `lastLine` and what is announced. */
    let complete = false;
    let fetching = false;
    /** Set when something happened that a page fetched now may not show. */
    let again = false;
    const subscriptions = new DisposableStore();
    const take = (line: TraceLine): void => {
      if (line.seq > lastLine) {
        lastLine = line.seq;
        onLine(line);
      }
    };
    const end = (outcome: Result<TaskView, Failure>): void => {
      subscriptions.dispose();
      resolve(outcome);
    };
    const endIfResting = (): void => {
      const view = client.state.tasks.find((each) => each.id === task);
      if (view === undefined) {
        end(
          fail(failure('unknown-task', `The agent host does not know the task ${task} any more. Its log may say why.`)),
        );
      } else if (isResting(view)) {
        end(ok(view));
      }
    };
    /** Page by page until there are no more lines; false when the host could not be asked. */
    const fetchLines = async (): Promise<boolean> => {
      for (;;) {
        const page = await client.request('traceLines', { task, from: lastLine + 1 });
        if (!page.ok || page.value.lines.length === 0) {
          return page.ok;
        }
        page.value.lines.forEach(take);
      }
    };
    const catchUp = async (): Promise<void> => {
      again = true;
      if (fetching) {
        return;
      }
      fetching = true;
      while (again) {
        again = false;
        complete = await fetchLines();
      }
      fetching = false;
      endIfResting();
    };
    const onChange = (change: StateChange): void => {
      if (change.kind === 'reset') {
        void catchUp();
      } else if (change.kind === 'trace' && change.task === task) {
        if (complete && !fetching && change.line.seq <= lastLine + 1) {
          take(change.line);
        } else {
          void catchUp();
        }
      } else if (change.kind === 'task' && change.task.id === task && !fetching) {
        if (complete) {
          endIfResting();
        } else {
          void catchUp();
        }
      }
    };
    const onAbort = (): void => end(fail(failure('aborted', 'The wait was cancelled; the task goes on.')));
    subscriptions.add(client.onDidChangeState(onChange));
    subscriptions.add(client.onDidClose((problem) => end(fail(problem))));
    subscriptions.add(toDisposable(() => signal.removeEventListener('abort', onAbort)));
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) {
      onAbort();
    }
    void catchUp();
  });
}
