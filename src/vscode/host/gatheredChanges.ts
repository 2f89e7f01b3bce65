import type { Disposable } from '../../base/lifecycle.ts';
import type { TaskView } from '../../protocol/taskView.ts';

/** Milliseconds in which figures and steps of agents at work are told as one: twenty agents tell of a hundred a second. */
const gathering = 100;

/** Tells at once what a person may be waiting for, and the rest as often as an eye can follow. */
export class GatheredChanges implements Disposable {
  private readonly tell: () => void;
  private standing = '';
  private timer: NodeJS.Timeout | undefined;
  private isLate = false;

  constructor(tell: () => void) {
    this.tell = tell;
  }

  changed(tasks: readonly TaskView[]): void {
    const standing = JSON.stringify(
      tasks.map(({ id, state, awaits, question }) => [id, state, awaits, question?.text]),
    );
    if (this.timer !== undefined && standing === this.standing) {
      this.isLate = true;
      return;
    }
    this.standing = standing;
    this.now();
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private now(): void {
    clearTimeout(this.timer);
    this.isLate = false;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (this.isLate) {
        this.now();
      }
    }, gathering);
    this.tell();
  }
}
