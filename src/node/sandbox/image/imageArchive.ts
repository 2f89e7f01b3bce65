import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';

import { type Header, pack, type Pack } from 'tar-stream';

import type { ImageEntry } from './imageEntry.ts';

type EntryHeader = Partial<Header> & Pick<Header, 'name'>;

/** Files up to this many bytes are read whole: most of an image is thousands of small ones. */
const wholeFileLimit = 256 * 1024;

/**
 * Writes the entries, in their order, as a tar stream that equal entries always make byte for byte the same.
 * The stream fails when a file cannot be read or has another size than planned.
 */
export function imageArchive(entries: readonly ImageEntry[]): Readable {
  const archive = pack();
  writeEntries(archive, entries).then(
    () => archive.finalize(),
    (error: unknown) => archive.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  return Readable.from(archive, { objectMode: false });
}

async function writeEntries(archive: Pack, entries: readonly ImageEntry[]): Promise<void> {
  for (const entry of entries) {
    switch (entry.kind) {
      case 'directory':
        await writeWhole(archive, header(`${entry.path}/`, entry.mode, { type: 'directory' }), '');
        break;
      case 'symlink':
        await writeWhole(archive, header(entry.path, 0o777, { type: 'symlink', linkname: entry.target }), '');
        break;
      case 'text':
        await writeWhole(archive, header(entry.path, entry.mode, {}), entry.text);
        break;
      case 'file': {
        const head = header(entry.path, entry.mode, { size: entry.size, mtime: new Date(entry.modified * 1000) });
        await (entry.size <= wholeFileLimit
          ? writeSmallFile(archive, head, entry.source)
          : writeLargeFile(archive, head, entry.source));
        break;
      }
    }
  }
}

function header(name: string, mode: number, rest: Partial<Header>): EntryHeader {
  return { name, mode, uid: 0, gid: 0, uname: 'root', gname: 'root', mtime: new Date(0), ...rest };
}

function writeWhole(archive: Pack, head: EntryHeader, content: string): Promise<void> {
  return new Promise((resolve, reject) => {
    archive.entry(head, content, (error) => (error ? reject(error) : resolve()));
  });
}

/** Through the entry's own stream, which waits for the reader; an entry given as a buffer would pile up in memory. */
async function writeSmallFile(archive: Pack, head: EntryHeader, source: string): Promise<void> {
  const content = await readFile(source);
  await new Promise<void>((resolve, reject) => openMember(archive, head, resolve, reject).end(content));
}

function writeLargeFile(archive: Pack, head: EntryHeader, source: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const member = openMember(archive, head, resolve, reject);
    const file = createReadStream(source, { highWaterMark: 2 ** 20 });
    file.on('data', (chunk) => {
      if (!member.write(chunk)) {
        file.pause();
      }
    });
    file.once('end', () => member.end(null));
    file.once('error', (error) => member.destroy(error));
    member.on('drain', () => file.resume());
    member.once('close', () => file.destroy());
  });
}

/** The stream of one member. Its error event needs a listener of its own, or it would end the process. */
function openMember(
  archive: Pack,
  head: EntryHeader,
  resolve: () => void,
  reject: (error: Error) => void,
): ReturnType<Pack['entry']> {
  const member = archive.entry(head, (error) => (error ? reject(error) : resolve()));
  member.once('error', reject);
  return member;
}
