/** Bytes of one message, written front to back into a buffer that grows. Wire types and field numbers: the protobuf encoding. */
export class WireWriter {
  private bytes: Buffer;
  private length = 0;

  constructor(capacity: number) {
    this.bytes = Buffer.allocUnsafeSlow(Math.max(64, capacity));
  }

  get position(): number {
    return this.length;
  }

  finish(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  /** Begins anew in the same memory: what `finish` gave before is written over. */
  restart(): void {
    this.length = 0;
  }

  varint(value: number): void {
    this.reserve(10);
    let rest = value;
    while (rest > 0x7f) {
      this.bytes[this.length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.bytes[this.length++] = rest;
  }

  /** A length that is filled in later takes five bytes whatever it is; every reader of varints takes that. */
  openLength(): number {
    this.reserve(5);
    this.length += 5;
    return this.length;
  }

  closeLength(start: number): void {
    let rest = this.length - start;
    for (let at = start - 5; at < start - 1; at += 1) {
      this.bytes[at] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.bytes[start - 1] = rest;
  }

  text(value: string): void {
    const length = Buffer.byteLength(value);
    this.varint(length);
    this.plain(value);
  }

  /** A text without its length. */
  plain(value: string): void {
    this.reserve(Buffer.byteLength(value));
    this.length += this.bytes.write(value, this.length, 'utf8');
  }

  double(value: number): void {
    this.reserve(8);
    this.length = this.bytes.writeDoubleLE(value, this.length);
  }

  fixed32(value: number): void {
    this.reserve(4);
    this.length = this.bytes.writeUInt32LE(value >>> 0, this.length);
  }

  raw(value: Uint8Array): void {
    this.reserve(value.length);
    this.bytes.set(value, this.length);
    this.length += value.length;
  }

  private reserve(count: number): void {
    if (this.length + count <= this.bytes.length) {
      return;
    }
    const larger = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.length + count));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }
}
