import { Serializer } from '../base/async.ts';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { readHistory } from '../node/memory/history/readHistory.ts';
import type { CommitStore } from '../node/memory/sqlite/commitTables.ts';
import type { MemoryDatabase } from '../node/memory/sqlite/openMemoryDatabase.ts';
import type { Problems } from './problems.ts';

/** Commits that are written in one go: so long a question has to wait at most. */
const batchCommits = 100;

export interface HistoryIndexingOptions {
  readonly root: string;
  readonly database: MemoryDatabase;
  readonly commits: CommitStore;
  readonly problems: Problems;
  readonly gate: () => Promise<void>;
  /** Of a path that a person had forgotten, commits tell nothing. */
  readonly isForgotten: (path: string) => boolean;
  readonly onWritten: () => void;
}

/** Brings the history of the branch that is checked out into the database; only what is new of it. */
export class HistoryIndexing {
  private readonly options: HistoryIndexingOptions;
  private readonly turns = new Serializer();
  private readonly ending = new AbortController();
  private running = 0;

  constructor(options: HistoryIndexingOptions) {
    this.options = options;
  }

  get busy(): boolean {
    return this.running > 0;
  }

  /** Resolves when the history is in, or was told as a problem. */
  async update(): Promise<void> {
    this.running += 1;
    try {
      await this.turns.run(() => this.read());
    } finally {
      this.running -= 1;
      this.options.onWritten();
    }
  }

  /** Resolves when what was wanted is in. */
  settle(): Promise<void> {
    return this.turns.run(async () => undefined);
  }

  close(): void {
    this.ending.abort();
  }

  private async read(): Promise<void> {
    const { root, database, commits, problems, gate, isForgotten } = this.options;
    if (this.ending.signal.aborted) {
      return;
    }
    const head = database.read(() => commits.head());
    if (!head.ok) {
      problems.set('history', head.error.message);
      return;
    }
    const known = head.value;
    let failed: string | undefined;
    const write = (work: () => void): void => {
      const written = database.write(work);
      failed = written.ok ? failed : written.error.message;
    };
    const inParts = async <T>(all: readonly T[], work: (part: readonly T[]) => void): Promise<void> => {
      for (let at = 0; at < all.length; at += batchCommits) {
        await gate();
        write(() => work(all.slice(at, at + batchCommits)));
        await nextTurn();
      }
    };
    const read = await readHistory(
      { root, signal: this.ending.signal, ...(known === undefined ? {} : { known }) },
      {
        async begin({ anew, removed }) {
          if (anew || removed.length > 0) {
            // Killed between two parts, what is left is the history of no branch: the next reading begins anew.
            write(() => commits.setHead(undefined));
          }
          let more = anew;
          while (more && failed === undefined) {
            write(() => {
              more = commits.removeSome(batchCommits);
            });
            await nextTurn();
          }
          await inParts(removed, (part) => commits.removeCommits(part));
        },
        add: (batch) =>
          inParts(batch, (part) => {
            commits.addCommits(
              part.map((commit) => ({ ...commit, files: commit.files.filter((path) => !isForgotten(path)) })),
            );
          }),
      },
    );
    if (this.ending.signal.aborted) {
      return;
    }
    if (!read.ok) {
      // A folder without git has files and no history; that is no problem of the memory.
      problems.set('history', read.error.reason === 'not-a-repository' ? undefined : read.error.message);
      return;
    }
    if (failed === undefined) {
      write(() => commits.setHead(read.value.head));
    }
    problems.set(
      'history',
      failed ??
        (read.value.shallow
          ? 'This clone is shallow: older commits are not known (git fetch --unshallow brings them).'
          : undefined),
    );
  }
}
