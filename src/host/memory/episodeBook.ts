import { Serializer } from '../../base/async.ts';
import { Emitter, type Event } from '../../base/event.ts';
import { errorText, type Failure } from '../../base/failure.ts';
import type { Logger } from '../../base/logger.ts';
import { ok, type Result } from '../../base/result.ts';
import { type EpisodeFile, type EpisodeRecord, toEpisode } from '../../core/memory/episodes/episodeRecord.ts';
import { type EpisodeTrail, episodeOf, trailAfter } from '../../core/memory/episodes/episodeTrail.ts';
import {
  type AppliedHistory,
  isGone,
  judgedFiles,
  judgeStanding,
  type PresentFiles,
  withLines,
} from '../../core/memory/episodes/judgeStanding.ts';
import type { BlobReader } from '../../core/repository/repository.ts';
import type { TaskStore } from '../../core/tasks/taskStore.ts';
import type { Episode, Forget } from '../../protocol/memory.ts';
import type { EpisodeFiles } from './episodeFiles.ts';

/** The code that episodes are about. */
export interface EpisodeCode extends BlobReader {
  /** Files of the working tree as they are now. */
  present(paths: readonly string[]): Promise<PresentFiles>;
  /** What commits since `at` (ISO 8601) say of files that an accept wrote. */
  history(
    accepted: {
      readonly at: string;
      readonly files: readonly { readonly path: string; readonly ids: readonly string[] }[];
    },
    signal: AbortSignal,
  ): Promise<AppliedHistory>;
}

export interface EpisodeBookOptions {
  readonly files: EpisodeFiles;
  readonly traces: Pick<TaskStore, 'read'>;
  readonly code: EpisodeCode;
  /** False while a person has the memory turned off: nothing is written then. */
  readonly remembers: () => boolean;
  readonly logger: Logger;
}

/** Milliseconds for which calls of `lookSoon` are gathered: a save is often one of several. */
const gatherMs = 3_000;

/** What is remembered of the finished tasks of a workspace. One change at a time, each on disk before it is told. */
export class EpisodeBook {
  /** All episodes, after each change of them or of what is wrong with them. */
  readonly onDidChange: Event<readonly Episode[]>;
  private readonly emitter: Emitter<readonly Episode[]>;
  private readonly options: EpisodeBookOptions;
  private readonly changes = new Serializer();
  private readonly records = new Map<string, EpisodeRecord>();
  /** Tasks that are over, with an episode or without. */
  private readonly over = new Set<string>();
  private leftAlone: ReadonlySet<string> = new Set();
  private readonly troubles = new Map<string, string>();
  private readonly ending = new AbortController();
  private looking: Promise<void> | undefined;
  private soon: NodeJS.Timeout | undefined;

  constructor(options: EpisodeBookOptions) {
    this.options = options;
    this.emitter = new Emitter((error) => options.logger.error(`A listener of episodes failed: ${errorText(error)}`));
    this.onDidChange = this.emitter.event;
  }

  /** Reads what is kept. What cannot be read is named in `problems`, and the rest is there. */
  load(): Promise<void> {
    return this.changes.run(async () => {
      const loaded = await this.options.files.load();
      if (!loaded.ok) {
        this.trouble('', loaded.error.message);
        return;
      }
      const { records, leftAlone, problems } = loaded.value;
      records.forEach((record) => this.records.set(record.task, record));
      this.leftAlone = new Set(leftAlone);
      problems.forEach((problem) => this.trouble(problem, problem));
      this.emitter.fire(this.all());
    });
  }

  /** Newest first. */
  all(): readonly Episode[] {
    return [...this.records.values()].sort((one, other) => (one.time < other.time ? 1 : -1)).map(toEpisode);
  }

  /** What is wrong with what is kept, one line each, with the way out. */
  problems(): readonly string[] {
    return [...this.troubles.values()];
  }

  /**
   * Makes the episode of a task again from its trace, where that has more to tell than before (`events`: how much it has). A task that is
   * not over keeps what it had. Never rejects.
   */
  refresh(task: string, events?: number): Promise<void> {
    this.over.add(task);
    return this.changes
      .run(() => this.remake(task, events))
      .catch((error: unknown) => this.trouble(task, `The episode of ${task} could not be made: ${errorText(error)}.`));
  }

  /** Looks at the code again: which episodes are stale, and which were reverted. Calls while it looks are one more look. Never rejects. */
  lookAgain(): Promise<void> {
    this.looking ??= this.changes
      .run(async () => {
        this.looking = undefined;
        await this.judgeAll();
      })
      .catch((error: unknown) =>
        this.trouble('code', `Episodes could not be compared with the code: ${errorText(error)}.`),
      );
    return this.looking;
  }

  /** The code may have changed: looks again in a while, once for all that is told until then. */
  lookSoon(): void {
    if (this.soon === undefined && !this.ending.signal.aborted) {
      this.soon = setTimeout(() => {
        this.soon = undefined;
        void this.lookAgain();
      }, gatherMs);
      this.soon.unref();
    }
  }

  /** Removes episodes from memory and disk for good; answers how many. The traces of their tasks stay. */
  forget(wish: Forget): Promise<Result<number, Failure>> {
    return this.changes.run(async () => {
      const tasks = await this.meant(wish);
      let forgotten = 0;
      try {
        for (const task of tasks) {
          const removed = await this.options.files.forget(task);
          if (!removed.ok) {
            return removed;
          }
          forgotten += this.records.delete(task) ? 1 : 0;
          this.troubles.delete(task);
        }
      } finally {
        this.emitter.fire(this.all());
      }
      return ok(forgotten);
    });
  }

  /** A line of JSON each, oldest first. */
  export(): string {
    return this.all()
      .toReversed()
      .map((episode) => `${JSON.stringify(episode)}\n`)
      .join('');
  }

  /** Waits for the change under way. */
  async close(): Promise<void> {
    this.ending.abort();
    clearTimeout(this.soon);
    await this.changes.run(async () => undefined);
    this.emitter.dispose();
  }

  private async meant(wish: Forget): Promise<readonly string[]> {
    const records = [...this.records.values()];
    switch (wish.what) {
      case 'episode':
        return records.flatMap(({ id, task }) => (id === wish.id ? [task] : []));
      case 'task':
        return this.over.has(wish.task) || (await this.options.files.tasks()).includes(wish.task) ? [wish.task] : [];
      case 'path': {
        const path = wish.path.replace(/\/+$/, '');
        const touched = records.filter(({ files }) => files.some((file) => isWithin(file.path, path)));
        const unread = await this.options.files.unreadNaming(path);
        return [...new Set([...touched.map(({ task }) => task), ...unread])];
      }
      case 'all':
      default:
        return [...new Set([...this.over, ...this.records.keys(), ...(await this.options.files.tasks())])];
    }
  }

  private async remake(task: string, events: number | undefined): Promise<void> {
    const before = this.records.get(task);
    const known = before !== undefined && events !== undefined && before.events >= events;
    if (
      this.ending.signal.aborted ||
      !this.options.remembers() ||
      known ||
      this.leftAlone.has(task) ||
      (await this.options.files.isForgotten(task))
    ) {
      return;
    }
    const made = episodeOf(await this.trail(task));
    if (made === undefined || (before !== undefined && made.events <= before.events)) {
      return;
    }
    const told = await this.withSides(made, before);
    await this.keep({ ...told, standing: await this.standingOf(told) });
    this.emitter.fire(this.all());
  }

  private async trail(task: string): Promise<EpisodeTrail | undefined> {
    let trail: EpisodeTrail | undefined;
    for (let from = 0; ;) {
      const page = await this.options.traces.read(task, from);
      if (!page.ok) {
        throw new Error(page.error.message);
      }
      if (page.value.length === 0) {
        return trail;
      }
      trail = page.value.reduce<EpisodeTrail | undefined>(trailAfter, trail);
      from += page.value.length;
    }
  }

  /** The sides of a changeset may be gone from the store later: what was read of them once is kept. */
  private async withSides(made: EpisodeRecord, before: EpisodeRecord | undefined): Promise<EpisodeRecord> {
    const same = before !== undefined && before.changeset === made.changeset;
    const standing = same ? before.standing : made.standing;
    if (same && made.files.length === before.files.length) {
      const lines = new Map(before.files.map((file) => [file.path, file.lines]));
      const files = made.files.map((file): EpisodeFile => {
        const known = lines.get(file.path);
        return known === undefined ? file : { ...file, lines: known };
      });
      return { ...made, files, standing };
    }
    const ids = made.files.flatMap(({ base, result }) => [base, result].filter((id) => id !== null));
    const blobs = ids.length === 0 ? undefined : await this.options.code.readBlobs(ids, this.ending.signal);
    return blobs?.ok === true ? withLines(made, blobs.value) : made;
  }

  private async judgeAll(): Promise<void> {
    let changed = false;
    for (const record of this.records.values()) {
      if (this.ending.signal.aborted || !this.options.remembers()) {
        return;
      }
      const standing = await this.standingOf(record);
      if (JSON.stringify(standing) !== JSON.stringify(record.standing)) {
        await this.keep({ ...record, standing });
        changed = true;
      }
    }
    if (this.troubles.delete('code') || changed) {
      this.emitter.fire(this.all());
    }
  }

  private async standingOf(record: EpisodeRecord): Promise<EpisodeRecord['standing']> {
    const { code } = this.options;
    const files = judgedFiles(record);
    const present = await code.present(files.map(({ path }) => path));
    const { acceptedAt } = record;
    if (acceptedAt === undefined || !isGone(record, present)) {
      return judgeStanding(record, present);
    }
    const applied = files.map(({ path, result }) => ({ path, ids: result === null ? [] : [result] }));
    return judgeStanding(record, present, await code.history({ at: acceptedAt, files: applied }, this.ending.signal));
  }

  /** What cannot be written is remembered until the host ends, and made again from the trace after that. */
  private async keep(record: EpisodeRecord): Promise<void> {
    this.records.set(record.task, record);
    const written = await this.options.files.write(record);
    if (written.ok) {
      this.troubles.delete(record.task);
    } else {
      this.trouble(record.task, written.error.message);
    }
  }

  private trouble(about: string, message: string): void {
    if (this.troubles.get(about) !== message) {
      this.options.logger.warn(message);
      this.troubles.set(about, message);
      this.emitter.fire(this.all());
    }
  }
}

function isWithin(file: string, path: string): boolean {
  return file === path || file.startsWith(`${path}/`);
}
