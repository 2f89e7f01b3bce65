import type { StateDelta } from '../../protocol/host.ts';

/** The newest deltas, for clients that come back. Bounded by number and by size, because views of big tasks are long. */
export class DeltaHistory {
  private readonly maxDeltas: number;
  private readonly maxBytes: number;
  private readonly items: { readonly delta: StateDelta; readonly bytes: number }[] = [];
  private bytes = 0;
  private newest: number;

  constructor(newest: number, maxDeltas = 2_000, maxBytes = 32 * 1024 * 1024) {
    this.newest = newest;
    this.maxDeltas = maxDeltas;
    this.maxBytes = maxBytes;
  }

  push(delta: StateDelta): void {
    const bytes = JSON.stringify(delta).length;
    this.items.push({ delta, bytes });
    this.bytes += bytes;
    this.newest = delta.seq;
    while (this.items.length > this.maxDeltas || (this.bytes > this.maxBytes && this.items.length > 0)) {
      this.bytes -= this.items.shift()?.bytes ?? 0;
    }
  }

  /** Everything after `seq` in order, or undefined when that is not known here any more, or not yet. */
  after(seq: number): readonly StateDelta[] | undefined {
    const oldest = this.items[0]?.delta.seq ?? this.newest + 1;
    if (seq > this.newest || seq < oldest - 1) {
      return undefined;
    }
    return this.items.filter((item) => item.delta.seq > seq).map((item) => item.delta);
  }
}
