import { open } from 'node:fs/promises';

const newline = 0x0a;
const chunkBytes = 256 * 1024;

/**
 * Gives each whole line of a file in order, without its newline, until `onLine` answers false; answers the bytes after the last
 * newline. Holds a line and a chunk at a time. `onLine` must not keep the bytes. Throws what the file system throws.
 */
export async function readLines(path: string, onLine: (line: Uint8Array) => boolean): Promise<Uint8Array> {
  const handle = await open(path, 'r');
  try {
    let rest = Buffer.alloc(0);
    const chunk = Buffer.alloc(chunkBytes);
    for (;;) {
      const { bytesRead } = await handle.read(chunk, 0, chunkBytes);
      if (bytesRead === 0) {
        return rest;
      }
      const known = rest.length;
      const bytes = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
      let start = 0;
      for (let end = bytes.indexOf(newline, known); end >= 0; end = bytes.indexOf(newline, start)) {
        if (!onLine(bytes.subarray(start, end))) {
          return Buffer.alloc(0);
        }
        start = end + 1;
      }
      rest = bytes.subarray(start);
    }
  } finally {
    await handle.close();
  }
}
