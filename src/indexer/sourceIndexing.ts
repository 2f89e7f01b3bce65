import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Serializer } from '../base/async.ts';
import { errorText, type Failure } from '../base/failure.ts';
import type { Result } from '../base/result.ts';
import type { SourceFacts, SourceReader } from '../core/memory/sourceFacts.ts';
import type { SourceChanges, SourceFile } from '../core/memory/sourceWatcher.ts';
import type { FileStore } from '../node/memory/sqlite/fileTables.ts';
import type { MemoryDatabase } from '../node/memory/sqlite/openMemoryDatabase.ts';
import type { Problems } from './problems.ts';

/** Files that are read and understood ahead of writing, and their bytes: what is in memory at once. */
const batchFiles = 64;
const batchBytes = 2 * 1024 * 1024;

/**
 * Milliseconds of writing in one transaction: so long a question has to wait at most. Each transaction costs as much as a few files:
 * of 50,000 files, 60 in one instead of 8 saved a third of the time.
 */
const writingMs = 30;

/** Far above what is told as a source: a file may grow between the look at it and its reading. */
const mostBytes = 64 * 1024 * 1024;

/** Milliseconds before a disk that refused is asked again. */
const retryMs = 10_000;

/** What else wants to know of a file; called inside the transaction that writes it. */
export interface FactsListener {
  replaceFile(path: string, facts: SourceFacts, text: string): void;
  removeFiles(paths: readonly string[]): void;
}

export interface SourceIndexingOptions {
  readonly root: string;
  readonly database: MemoryDatabase;
  readonly files: FileStore;
  readonly reader: SourceReader;
  readonly listeners: readonly FactsListener[];
  readonly problems: Problems;
  /** Waits while indexing is paused. */
  readonly gate: () => Promise<void>;
  /** The database is spoiled: everything is to be made anew. */
  readonly onDamaged: () => void;
  /** After each batch. */
  readonly onWritten: (changed: readonly string[], removed: readonly string[]) => void;
}

/** No facts: it is gone or cannot be read. */
interface ReadFile {
  readonly file: SourceFile;
  readonly facts?: SourceFacts;
  readonly text?: string;
}

/** Brings what changed in the repository into the database, a few files at a time, so that questions get their turn between. */
export class SourceIndexing {
  private readonly options: SourceIndexingOptions;
  private readonly turns = new Serializer();
  private readonly decoder = new TextDecoder('utf-8');
  private waiting = 0;
  private closed = false;
  private retry: NodeJS.Timeout | undefined;
  /** Paths that could not be written, for the next try; without a file, one that could not be removed. */
  private readonly failed = new Map<string, SourceFile | undefined>();
  /** Paths that could not be read or understood. */
  private readonly unread = new Map<string, string>();

  constructor(options: SourceIndexingOptions) {
    this.options = options;
  }

  /** Files that are told and not yet written. */
  get pending(): number {
    return this.waiting + this.failed.size;
  }

  /** Resolves when all of it is written, or was told as a problem. */
  apply({ changed, removed }: Pick<SourceChanges, 'changed' | 'removed'>): Promise<void> {
    this.waiting += changed.length;
    return this.turns.run(async () => {
      const again = [...this.failed];
      this.failed.clear();
      await this.remove([...again.flatMap(([path, file]) => (file === undefined ? [path] : [])), ...removed]);
      const gone = new Set(removed);
      const retried = again.flatMap(([path, file]) => (file === undefined || gone.has(path) ? [] : [file]));
      const all = [...retried, ...changed];
      const batches = inBatches(all);
      let next = batches[0];
      let reading = next === undefined ? undefined : this.readAll(next);
      for (let at = 1; next !== undefined && reading !== undefined && !this.closed; at += 1) {
        await this.options.gate();
        const batch = next;
        const read = await reading;
        next = batches[at];
        // The next are read while these are written.
        reading = next === undefined ? undefined : this.readAll(next);
        await this.write(read);
        this.waiting = Math.max(0, this.waiting - batch.length);
      }
      await reading;
    });
  }

  close(): void {
    clearTimeout(this.retry);
    this.closed = true;
  }

  private async remove(paths: readonly string[]): Promise<void> {
    if (paths.length === 0) {
      return;
    }
    paths.forEach((path) => this.wellAgain(path));
    const { database, files, listeners, onWritten } = this.options;
    const written = database.write(() => {
      files.removeFiles(paths);
      listeners.forEach((listener) => listener.removeFiles(paths));
    });
    if (!written.ok) {
      files.forgetCache();
      paths.forEach((path) => this.failed.set(path, undefined));
      this.refused(written.error);
      return;
    }
    this.options.problems.set('index', undefined);
    onWritten([], paths);
  }

  private readAll(batch: readonly SourceFile[]): Promise<readonly ReadFile[]> {
    return Promise.all(batch.map((file) => this.read(file)));
  }

  /** In as many transactions as the time asks for, with a turn for others after each. */
  private async write(all: readonly ReadFile[]): Promise<void> {
    for (let at = 0; at < all.length && !this.closed;) {
      at += this.writeSome(all.slice(at));
      await nextTurn();
    }
  }

  /** Answers how many it took; of those that could not be written it remembers all. */
  private writeSome(all: readonly ReadFile[]): number {
    const { database, files, listeners, problems, onWritten } = this.options;
    let count = 0;
    let present: ReadFile | undefined;
    const writing = (): void => {
      const end = performance.now() + writingMs;
      for (const read of all) {
        present = read;
        count += 1;
        const { file, facts, text = '' } = read;
        if (facts === undefined) {
          files.removeFiles([file.path]);
          listeners.forEach((listener) => listener.removeFiles([file.path]));
        } else if (!files.isForgotten(file.path)) {
          files.replaceFile(file, facts);
          listeners.forEach((listener) => listener.replaceFile(file.path, facts, text));
        }
        if (performance.now() > end) {
          break;
        }
      }
    };
    let written: Result<void, Failure>;
    try {
      written = database.write(writing);
    } catch (error) {
      // One file that our own code cannot work with costs that file, and not the index.
      const spoiled = present;
      if (spoiled?.facts === undefined) {
        throw error;
      }
      files.forgetCache();
      this.cannotRead(spoiled.file.path, error);
      return this.writeSome(all.map((read) => (read === spoiled ? { file: read.file } : read)));
    }
    if (!written.ok) {
      files.forgetCache();
      all.forEach(({ file }) => this.failed.set(file.path, file));
      this.refused(written.error);
      return all.length;
    }
    problems.set('index', undefined);
    const done = all.slice(0, count);
    done.filter(({ facts }) => facts !== undefined).forEach(({ file }) => this.wellAgain(file.path));
    onWritten(
      done.flatMap(({ file, facts }) => (facts === undefined ? [] : [file.path])),
      done.flatMap(({ file, facts }) => (facts === undefined ? [file.path] : [])),
    );
    return count;
  }

  /** A disk that is full or read-only may not stay so: what could not be written is tried again. */
  private refused({ reason, message }: Failure): void {
    this.options.problems.set('index', message);
    if (reason === 'damaged') {
      this.options.onDamaged();
      return;
    }
    clearTimeout(this.retry);
    this.retry = setTimeout(() => void this.apply({ changed: [], removed: [] }), retryMs);
    this.retry.unref();
  }

  /** No facts where the file is gone by now: its removal is told later, and is harmless then. */
  private async read(file: SourceFile): Promise<ReadFile> {
    const { root, reader, database, files } = this.options;
    const forgotten = database.read(() => files.isForgotten(file.path));
    if (forgotten.ok && forgotten.value) {
      return { file };
    }
    try {
      const text = this.decoder.decode(await readPlainFile(join(root, file.path)));
      return { file, facts: await reader.read(file.path, text), text };
    } catch (error) {
      const absent =
        error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(String(error.code));
      if (!absent) {
        this.cannotRead(file.path, error);
      }
      return { file };
    }
  }

  private cannotRead(path: string, error: unknown): void {
    this.unread.set(path, errorText(error));
    this.tellUnread();
  }

  private wellAgain(path: string): void {
    if (this.unread.delete(path)) {
      this.tellUnread();
    }
  }

  private tellUnread(): void {
    const [first] = this.unread;
    const others = this.unread.size === 1 ? '' : ` and ${this.unread.size - 1} more`;
    const message =
      first === undefined ? undefined : `${first[0]}${others} cannot be read (${first[1]}); the rest is indexed.`;
    this.options.problems.set('files', message);
  }
}

function inBatches(files: readonly SourceFile[]): SourceFile[][] {
  const batches: SourceFile[][] = [];
  let bytes = 0;
  for (const file of files) {
    const batch = batches.at(-1);
    bytes += file.bytes;
    if (batch === undefined || batch.length >= batchFiles || bytes > batchBytes) {
      batches.push([file]);
      bytes = file.bytes;
    } else {
      batch.push(file);
    }
  }
  return batches;
}

/** Never what a link leads to, and nothing that is no file: it was one when it was told. */
async function readPlainFile(path: string): Promise<Buffer> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  try {
    const found = await file.stat();
    if (!found.isFile()) {
      throw new Error('it is no regular file');
    }
    if (found.size > mostBytes) {
      throw new Error('it has grown too large');
    }
    return await file.readFile();
  } finally {
    await file.close();
  }
}
