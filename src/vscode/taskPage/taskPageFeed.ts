import { t } from '@vscode/l10n';
import type { Failure } from '../../base/failure.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { Result } from '../../base/result.ts';
import type { TaskView } from '../../protocol/taskView.ts';
import type { TimelineRow } from '../../protocol/timeline.ts';
import { isActive } from '../tasks/taskText.ts';
import { type Badge, fromTaskPageSchema, type PageAction, type ToTaskPage } from './taskPageMessages.ts';
import { taskPageText } from './taskPageText.ts';

export interface TaskPageFeedOptions {
  /** The newest the editor knows of the task; undefined where it knows none. */
  readonly task: () => TaskView | undefined;
  /** Why there is no task: the host is being looked for, is not there, or does not know it. */
  readonly absence: () => string;
  readonly rows: (from: number, signal: AbortSignal) => Promise<Result<readonly TimelineRow[], Failure>>;
  readonly detail: (seq: number, signal: AbortSignal) => Promise<Result<string, Failure>>;
  /** What is wrong with the trace; undefined where it is whole. */
  readonly verify: (signal: AbortSignal) => Promise<Result<string | undefined, Failure>>;
  readonly post: (message: ToTaskPage) => void;
  readonly run: (action: Exclude<PageAction, 'copy'>) => Promise<void>;
  readonly openFile: (path: string) => Promise<void>;
  readonly copy: (text: string) => Promise<void>;
  readonly onTitle: (task: TaskView) => void;
  /** Something of the page that is not a message of ours. */
  readonly onFault: (message: string) => void;
}

/** Milliseconds between two looks at a task at work: what happens meanwhile is told in one piece. */
const pause = 150;
/** Rows of one message, so that neither side stands still for one. */
const messageRows = 500;

/** What a page of a task is told, and when. Asks for nothing while the page is hidden. */
export class TaskPageFeed implements Disposable {
  private readonly options: TaskPageFeedOptions;
  private readonly ended = new AbortController();
  private rows: TimelineRow[] = [];
  private shown = false;
  private told: { task?: TaskView; rows: number; badge?: Badge; problem: string } = { rows: 0, problem: '' };
  private badge: Badge = { kind: 'checking', text: t('Checking the trace') };
  /** Events that the trace had when it was verified. */
  private verified: number | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private fetching = false;

  constructor(options: TaskPageFeedOptions) {
    this.options = options;
  }

  /** Tasks or hosts changed, or the page came to the front. */
  update(): void {
    if (this.shown && this.timer === undefined && !this.ended.signal.aborted) {
      this.timer = setTimeout(() => {
        this.timer = undefined;
        void this.look();
      }, pause);
    }
  }

  /** The page went out of sight and forgets what it shows. */
  hide(): void {
    this.shown = false;
  }

  /** Takes whatever the page sends. */
  async receive(message: unknown): Promise<void> {
    const { data } = fromTaskPageSchema.safeParse(message);
    switch (data?.type) {
      case undefined:
        this.options.onFault('The page of a task sent what is no message.');
        break;
      case 'ready':
        this.shown = true;
        this.told = { rows: 0, problem: '' };
        await this.look();
        break;
      case 'detail':
        await this.tellDetail(data.seq);
        break;
      case 'file':
        await this.options.openFile(data.path);
        break;
      case 'action':
        await this.act(data.action);
        break;
    }
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.ended.abort();
  }

  private async look(): Promise<void> {
    const task = this.options.task();
    if (task === undefined) {
      this.tellProblem(this.options.absence());
      return;
    }
    this.options.onTitle(task);
    this.tellProblem('');
    this.tellTask(task);
    this.tellRows();
    await Promise.all([this.fetch(), this.verify(task)]);
  }

  /** Page by page until all is there that the task is known to have. */
  private async fetch(): Promise<void> {
    if (this.fetching) {
      return;
    }
    this.fetching = true;
    try {
      for (let wanted = this.wanted(); this.shown && this.rows.length < wanted; wanted = this.wanted()) {
        const page = await this.options.rows(this.rows.length, this.ended.signal);
        if (this.ended.signal.aborted) {
          return;
        }
        if (!page.ok) {
          this.tellProblem(page.error.message);
        }
        if (!page.ok || page.value.length === 0) {
          return;
        }
        this.rows.push(...page.value);
        this.tellRows();
      }
    } finally {
      this.fetching = false;
    }
  }

  private wanted(): number {
    return this.options.task()?.trace.events ?? 0;
  }

  private async verify(task: TaskView): Promise<void> {
    const { events } = task.trace;
    if (isActive(task)) {
      this.verified = undefined;
      this.tellBadge({ kind: 'later', text: t('Trace is verified when the task rests') });
    } else if (this.verified !== events) {
      this.verified = events;
      this.tellBadge({ kind: 'checking', text: t('Checking the trace') });
      const wrong = await this.options.verify(this.ended.signal);
      if (!wrong.ok) {
        this.verified = undefined;
      }
      const problem = wrong.ok ? wrong.value : t`could not be checked: ${wrong.error.message}`;
      this.tellBadge(
        problem === undefined
          ? { kind: 'whole', text: t`Trace verified: ${events} events` }
          : { kind: 'wrong', text: t`The trace ${problem}` },
      );
    }
  }

  private async act(action: PageAction): Promise<void> {
    const task = this.options.task();
    if (action === 'copy') {
      await (task === undefined ? undefined : this.options.copy(taskPageText(task, this.rows, this.badge)));
      return;
    }
    await this.options.run(action);
    if (action === 'verifyTrace') {
      this.verified = undefined;
      this.update();
    }
  }

  private async tellDetail(seq: number): Promise<void> {
    const detail = await this.options.detail(seq, this.ended.signal);
    this.post({ type: 'detail', seq, detail: detail.ok ? detail.value : detail.error.message });
  }

  private tellTask(task: TaskView): void {
    if (this.told.task !== task || this.told.badge !== this.badge) {
      this.told = { ...this.told, task, badge: this.badge };
      this.post({ type: 'task', task, badge: this.badge });
    }
  }

  private tellBadge(badge: Badge): void {
    if (badge.kind !== this.badge.kind || badge.text !== this.badge.text) {
      this.badge = badge;
    }
    const task = this.options.task();
    if (task !== undefined) {
      this.tellTask(task);
    }
  }

  private tellRows(): void {
    while (this.shown && this.told.rows < this.rows.length) {
      const from = this.told.rows;
      const rows = this.rows.slice(from, from + messageRows);
      this.told.rows += rows.length;
      this.post({ type: 'rows', from, rows });
    }
  }

  private tellProblem(message: string): void {
    if (this.told.problem !== message) {
      this.told.problem = message;
      this.post({ type: 'problem', message });
    }
  }

  private post(message: ToTaskPage): void {
    if (this.shown && !this.ended.signal.aborted) {
      this.options.post(message);
    }
  }
}
