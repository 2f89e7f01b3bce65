import { type Header, pack, type Pack } from 'tar-stream';
import type { TreeFile } from '../../core/sandbox/sandbox.ts';

/** Bytes in one piece: large enough to make frames cheap, far below the frame cap. */
const pieceBytes = 256 * 1024;

/** A tree as tar bytes in pieces of about 256 KiB. Files are read from the source only as fast as the pieces are taken. */
export async function* packTree(files: AsyncIterable<TreeFile>): AsyncGenerator<Uint8Array> {
  const archive = pack();
  const feeding = feed(archive, files);
  // The loop below ends with the same error; this only keeps it from being reported twice.
  feeding.catch((error: unknown) => archive.destroy(error instanceof Error ? error : new Error(String(error))));
  let waiting: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of archive) {
    if (chunk instanceof Uint8Array) {
      waiting.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
      bytes += chunk.length;
    }
    if (bytes >= pieceBytes) {
      yield* splitPieces(Buffer.concat(waiting));
      waiting = [];
      bytes = 0;
    }
  }
  yield* splitPieces(Buffer.concat(waiting));
  await feeding;
}

/** One large file comes as one chunk: it is cut, so that no piece is over the frame cap. */
function* splitPieces(bytes: Buffer): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    yield bytes.subarray(at, at + pieceBytes);
  }
}

async function feed(archive: Pack, files: AsyncIterable<TreeFile>): Promise<void> {
  for await (const file of files) {
    await addEntry(archive, file);
  }
  archive.finalize();
}

function addEntry(archive: Pack, file: TreeFile): Promise<void> {
  const common = { name: file.path, mtime: new Date(0) };
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null): void => (error ? reject(error) : resolve());
    if (file.mode === '120000') {
      const header: Partial<Header> & { name: string } = {
        ...common,
        type: 'symlink',
        linkname: new TextDecoder().decode(file.bytes),
      };
      archive.entry(header, done);
    } else {
      const bytes = Buffer.from(file.bytes.buffer, file.bytes.byteOffset, file.bytes.length);
      archive.entry(
        { ...common, type: 'file', mode: file.mode === '100755' ? 0o755 : 0o644, size: bytes.length },
        bytes,
        done,
      );
    }
  });
}
