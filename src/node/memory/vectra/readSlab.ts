import { open } from 'node:fs/promises';

/** Memory that one file after another is read into, so that reading many leaves nothing behind. */
export class ReadSlab {
  private memory = Buffer.alloc(0);

  /** The whole file; good until the next one is read. Starts at a multiple of four bytes of its memory. Throws what the file system throws. */
  async read(path: string): Promise<Buffer> {
    const handle = await open(path, 'r');
    try {
      const { size } = await handle.stat();
      if (size > this.memory.length) {
        this.memory = Buffer.allocUnsafeSlow(Math.ceil(size * 1.25));
      }
      let length = 0;
      while (length < size) {
        const { bytesRead } = await handle.read(this.memory, length, size - length, length);
        if (bytesRead === 0) {
          break;
        }
        length += bytesRead;
      }
      return this.memory.subarray(0, length);
    } finally {
      await handle.close();
    }
  }
}
