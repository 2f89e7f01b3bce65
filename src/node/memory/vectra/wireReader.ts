/** What is no message of the form that it is read as. */
export class WireError extends Error {}

/** Reads one message front to back. Throws `WireError` where the bytes end early or are none that a writer makes. */
export class WireReader {
  readonly bytes: Buffer;
  position: number;
  end: number;

  constructor(bytes: Buffer, start = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
  }

  get done(): boolean {
    return this.position >= this.end;
  }

  varint(): number {
    let value = 0;
    let unit = 1;
    for (let count = 0; count < 10; count += 1) {
      const byte = this.bytes[this.position];
      if (byte === undefined || this.position >= this.end) {
        throw new WireError('A number is cut off.');
      }
      this.position += 1;
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) {
        return value;
      }
      unit *= 0x80;
    }
    throw new WireError('A number does not end.');
  }

  /** The end of what a length announces, which stands from here on. */
  span(): number {
    const end = this.varint() + this.position;
    if (end > this.end) {
      throw new WireError('A part is cut off.');
    }
    return end;
  }

  text(): string {
    const end = this.span();
    const value = this.bytes.toString('utf8', this.position, end);
    this.position = end;
    return value;
  }

  double(): number {
    this.need(8);
    const value = this.bytes.readDoubleLE(this.position);
    this.position += 8;
    return value;
  }

  fixed32(): number {
    this.need(4);
    const value = this.bytes.readUInt32LE(this.position);
    this.position += 4;
    return value;
  }

  skip(tag: number): void {
    const kind = tag & 7;
    if (kind === 0) {
      this.varint();
    } else if (kind === 1) {
      this.need(8);
      this.position += 8;
    } else if (kind === 2) {
      this.position = this.span();
    } else if (kind === 5) {
      this.need(4);
      this.position += 4;
    } else {
      throw new WireError(`A field of the unknown kind ${kind}.`);
    }
  }

  private need(count: number): void {
    if (this.position + count > this.end) {
      throw new WireError('A field is cut off.');
    }
  }
}
