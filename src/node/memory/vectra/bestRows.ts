/** The rows with the highest scores among all that were offered; a heap whose root is the one to go next. */
export class BestRows {
  private readonly scores: Float32Array;
  private readonly rows: Int32Array;
  private count = 0;

  constructor(capacity: number) {
    this.scores = new Float32Array(capacity);
    this.rows = new Int32Array(capacity);
  }

  /** Offers row `first + i` with the score `scores[i]`; minus infinity never counts. */
  offerAll(scores: Float32Array, first: number): void {
    const { length } = scores;
    let least = this.least();
    for (let index = 0; index < length; index += 1) {
      const score = scores[index] ?? Number.NEGATIVE_INFINITY;
      if (score > least) {
        this.offer(score, first + index);
        least = this.least();
      }
    }
  }

  /** In no order. */
  all(): Int32Array {
    return this.rows.subarray(0, this.count);
  }

  private least(): number {
    return this.count < this.rows.length ? Number.NEGATIVE_INFINITY : (this.scores[0] ?? Number.POSITIVE_INFINITY);
  }

  private offer(score: number, row: number): void {
    if (this.count < this.rows.length) {
      this.count += 1;
      this.siftUp(this.count - 1, score, row);
    } else {
      this.siftDown(score, row);
    }
  }

  private siftUp(from: number, score: number, row: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((this.scores[parent] ?? 0) <= score) {
        break;
      }
      this.move(parent, at);
      at = parent;
    }
    this.put(at, score, row);
  }

  private siftDown(score: number, row: number): void {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.count) {
        break;
      }
      if (child + 1 < this.count && (this.scores[child + 1] ?? 0) < (this.scores[child] ?? 0)) {
        child += 1;
      }
      if ((this.scores[child] ?? 0) >= score) {
        break;
      }
      this.move(child, at);
      at = child;
    }
    this.put(at, score, row);
  }

  private move(from: number, to: number): void {
    this.put(to, this.scores[from] ?? 0, this.rows[from] ?? 0);
  }

  private put(at: number, score: number, row: number): void {
    this.scores[at] = score;
    this.rows[at] = row;
  }
}
