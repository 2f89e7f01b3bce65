import type { Disposable } from '../../base/lifecycle.ts';

/** Milliseconds after a note in which others wait to be told as one: many tasks at once must not fill the corner. */
const gathering = 10_000;

/** What one task has to say, and how that is shown where it says it alone. */
export interface TaskNote {
  readonly title: string;
  readonly show: () => void;
}

/** Shows the first note at once, and what comes soon after it as one. */
export class GatheredNotes implements Disposable {
  private readonly showAll: (titles: readonly string[]) => void;
  private timer: NodeJS.Timeout | undefined;
  private waiting: TaskNote[] = [];

  constructor(showAll: (titles: readonly string[]) => void) {
    this.showAll = showAll;
  }

  tell(note: TaskNote): void {
    if (this.timer !== undefined) {
      this.waiting.push(note);
      return;
    }
    note.show();
    this.timer = setTimeout(() => this.end(), gathering);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.waiting = [];
  }

  private end(): void {
    const [first, ...others] = this.waiting;
    this.waiting = [];
    this.timer = undefined;
    if (first === undefined) {
      return;
    }
    if (others.length === 0) {
      this.tell(first);
      return;
    }
    this.showAll([first, ...others].map(({ title }) => title));
    this.timer = setTimeout(() => this.end(), gathering);
  }
}
