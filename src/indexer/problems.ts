import type { MemoryStatus, ProblemPart } from '../protocol/memory.ts';

/** What is wrong with parts of the memory now, one line a part; told with the status. */
export class Problems {
  private readonly byPart = new Map<ProblemPart, string>();
  private readonly onChange: () => void;

  constructor(onChange: () => void) {
    this.onChange = onChange;
  }

  /** Undefined: the part is well. */
  set(part: ProblemPart, message: string | undefined): void {
    if (this.byPart.get(part) === message) {
      return;
    }
    if (message === undefined) {
      this.byPart.delete(part);
    } else {
      this.byPart.set(part, message);
    }
    this.onChange();
  }

  clear(): void {
    this.byPart.clear();
    this.onChange();
  }

  all(): MemoryStatus['problems'] {
    return [...this.byPart].map(([part, message]) => ({ part, message }));
  }
}
