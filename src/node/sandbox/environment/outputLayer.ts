import { extract, type Extract, type Pack } from 'tar-stream';
import { leavesTree } from '../../../core/repository/linkTarget.ts';

export interface OutputCaps {
  readonly files: number;
  readonly bytes: number;
}

/** More than the box's own space, whatever a box says about the size of a file. */
export const outputCaps: OutputCaps = { files: 500_000, bytes: 3 * 2 ** 30 };

export interface CopiedOutput {
  files: number;
  bytes: number;
}

/**
 * Copies the archive that a box wrote into `target` below `folder`, and nothing but plain files, folders and links that stay
 * inside: what a box made becomes content of an image, never its settings, owners or rights. Throws what is over the caps.
 */
export async function copyOutput(
  source: AsyncIterable<Uint8Array>,
  target: Pack,
  folder: string,
  caps: OutputCaps = outputCaps,
): Promise<CopiedOutput> {
  const copied: CopiedOutput = { files: 0, bytes: 0 };
  const archive = extract();
  const feeding = feed(source, archive);
  // The loop below ends with the same error; this only keeps it from being reported twice.
  feeding.catch((error: unknown) => archive.destroy(error instanceof Error ? error : new Error(String(error))));
  const seen = new Set<string>();
  for await (const entry of archive) {
    const { header } = entry;
    const path = plainPath(header.name);
    copied.files += 1;
    copied.bytes += header.size;
    if (copied.files > caps.files || copied.bytes > caps.bytes) {
      throw new Error(`it made over ${caps.files} files or ${Math.round(caps.bytes / 2 ** 20)} MiB`);
    }
    if (path === undefined || seen.has(path)) {
      entry.resume();
      continue;
    }
    seen.add(path);
    const common = { name: `${folder}/${path}`, uid: 0, gid: 0, uname: 'root', gname: 'root', mtime: header.mtime };
    if (header.type === 'file') {
      const mode = (header.mode & 0o100) === 0 ? 0o644 : 0o755;
      await copyFile(entry, target, { ...common, mode, size: header.size });
      continue;
    }
    entry.resume();
    if (header.type === 'directory') {
      await add(target, { ...common, name: `${common.name}/`, type: 'directory', mode: 0o755 });
    } else if (header.type === 'symlink' && !leavesTree(path, header.linkname)) {
      await add(target, { ...common, type: 'symlink', linkname: header.linkname, mode: 0o777 });
    }
  }
  await feeding;
  return copied;
}

async function feed(source: AsyncIterable<Uint8Array>, archive: Extract): Promise<void> {
  for await (const chunk of source) {
    if (!archive.write(chunk)) {
      await drained(archive);
    }
  }
  archive.end(undefined);
}

/** Resolves when more is wanted, or never will be. */
function drained(stream: Extract | ReturnType<Pack['entry']>): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
  });
}

/** Undefined for the top itself, and for a name that leads anywhere but down. */
function plainPath(name: string): string | undefined {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  const bad = name.startsWith('/') || name.includes('\0') || parts.includes('..') || parts.length === 0;
  return bad ? undefined : parts.join('/');
}

type Entry = Parameters<Pack['entry']>[0];

function add(target: Pack, header: Entry): Promise<void> {
  return new Promise((resolve, reject) => {
    target.entry(header, '', (error) => (error ? reject(error) : resolve()));
  });
}

async function copyFile(source: AsyncIterable<unknown>, target: Pack, header: Entry): Promise<void> {
  let failed: Error | undefined;
  let done: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    done = resolve;
  });
  const end = (error?: Error | null): void => {
    failed ??= error ?? undefined;
    done();
  };
  const sink = target.entry(header, end);
  sink.once('error', end);
  for await (const chunk of source) {
    if (chunk instanceof Uint8Array && !sink.write(chunk)) {
      await drained(sink);
    }
  }
  sink.end(undefined);
  await ended;
  if (failed !== undefined) {
    throw failed;
  }
}
