import type { MemoryKind } from '../../../protocol/memory.ts';
import type { OwnerState } from './chunkSource.ts';

interface Entry {
  readonly state: OwnerState;
  /** Chunks that have a vector. */
  done: number;
  waiting: boolean;
}

/** What is read first by people and agents: said before it was done, or learnt afterwards. */
const early: ReadonlySet<MemoryKind> = new Set<MemoryKind>(['document', 'decision', 'guideline', 'episode']);

/** What few questions are about. */
const late: ReadonlySet<MemoryKind> = new Set<MemoryKind>(['configuration', 'data', 'commit']);

/**
 * What is to be embedded, and in which order: what was opened or used (the last one first), then documents and decisions, then the
 * rest, the often changed first. Counts what is done.
 */
export class EmbeddingPlan {
  private readonly entries = new Map<string, Entry>();
  private readonly waiting = new Set<string>();
  private readonly used = new Map<string, number>();
  private uses = 0;
  private doneChunks = 0;
  private totalChunks = 0;

  /** `done` chunks of it have a vector; it waits for the others, and when `waiting` says so. */
  set(state: OwnerState, done: number, waiting = done < state.hashes.length): void {
    this.remove(state.owner);
    this.entries.set(state.owner, { state, done, waiting });
    this.doneChunks += done;
    this.totalChunks += state.hashes.length;
    if (waiting) {
      this.waiting.add(state.owner);
    }
  }

  remove(owner: string): void {
    const entry = this.entries.get(owner);
    if (entry !== undefined) {
      this.doneChunks -= entry.done;
      this.totalChunks -= entry.state.hashes.length;
      this.entries.delete(owner);
      this.waiting.delete(owner);
    }
  }

  /** So many of a waiting one's chunks are done now. */
  advance(owner: string, done: number): void {
    const entry = this.entries.get(owner);
    if (entry !== undefined) {
      const now = Math.min(done, entry.state.hashes.length);
      this.doneChunks += now - entry.done;
      entry.done = now;
    }
  }

  /** All that can be done of it is done. */
  finish(owner: string): void {
    const entry = this.entries.get(owner);
    if (entry !== undefined) {
      this.advance(owner, entry.state.hashes.length);
      entry.waiting = false;
      this.waiting.delete(owner);
    }
  }

  /** Opened, searched for or worked on just now; the first of them counts most. True when one of them waits. */
  use(owners: readonly string[]): boolean {
    for (const owner of owners.toReversed()) {
      this.uses += 1;
      this.used.set(owner, this.uses);
    }
    return owners.some((owner) => this.waiting.has(owner));
  }

  /** Those that come next, the first first; at most `count`, in one pass over all that wait. */
  next(count: number): readonly string[] {
    const best: Entry[] = [];
    for (const owner of this.waiting) {
      const entry = this.entries.get(owner);
      const last = best.at(-1);
      if (entry === undefined || (best.length >= count && last !== undefined && this.compare(entry, last) >= 0)) {
        continue;
      }
      let at = best.length;
      for (let before = best[at - 1]; before !== undefined && this.compare(entry, before) < 0; before = best[at - 1]) {
        at -= 1;
      }
      best.splice(at, 0, entry);
      best.length = Math.min(best.length, count);
    }
    return best.map(({ state }) => state.owner);
  }

  isWaiting(owner: string): boolean {
    return this.waiting.has(owner);
  }

  get waitingOwners(): number {
    return this.waiting.size;
  }

  /** Of chunks. */
  get counts(): { readonly done: number; readonly total: number } {
    return { done: this.doneChunks, total: this.totalChunks };
  }

  /** Below zero when `one` goes before `other`. */
  private compare({ state: one }: Entry, { state: other }: Entry): number {
    const used = (this.used.get(other.owner) ?? 0) - (this.used.get(one.owner) ?? 0);
    const kind = rankOf(one.kind) - rankOf(other.kind);
    const churn = other.churn - one.churn;
    return used || kind || churn || (one.owner < other.owner ? -1 : 1);
  }
}

function rankOf(kind: MemoryKind): number {
  return early.has(kind) ? 0 : late.has(kind) ? 2 : 1;
}
