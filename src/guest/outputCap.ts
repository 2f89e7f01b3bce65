/** Keeps the head and the tail of a stream of bytes in bounded memory. */
export class OutputCap {
  private readonly half: number;
  private readonly head: Buffer[] = [];
  private headBytes = 0;
  private tail: Buffer[] = [];
  private tailBytes = 0;
  private total = 0;

  constructor(limit: number) {
    this.half = Math.max(1, Math.floor(limit / 2));
  }

  push(chunk: Buffer): void {
    this.total += chunk.length;
    const taken = chunk.subarray(0, this.half - this.headBytes);
    if (taken.length > 0) {
      this.head.push(taken);
      this.headBytes += taken.length;
    }
    if (taken.length < chunk.length) {
      this.tail.push(chunk.subarray(taken.length));
      this.tailBytes += chunk.length - taken.length;
      if (this.tailBytes > this.half * 4) {
        this.trimTail();
      }
    }
  }

  get omittedBytes(): number {
    return Math.max(0, this.total - this.headBytes - this.half);
  }

  text(): string {
    this.trimTail();
    if (this.omittedBytes === 0) {
      return Buffer.concat([...this.head, ...this.tail]).toString();
    }
    const head = Buffer.concat(this.head).toString();
    return `${head}\n… [${this.omittedBytes} bytes left out] …\n${Buffer.concat(this.tail).toString()}`;
  }

  /** A copy, so that the big chunks behind the slices can be freed. */
  private trimTail(): void {
    const joined = Buffer.concat(this.tail);
    const kept = Buffer.from(joined.subarray(Math.max(0, joined.length - this.half)));
    this.tail = [kept];
    this.tailBytes = kept.length;
  }
}
