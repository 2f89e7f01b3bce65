import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { errorText, type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { type EpisodeRecord, episodeRecordSchema, episodeVersion } from '../../core/memory/episodes/episodeRecord.ts';
import { syncFolder } from '../../node/repository/syncFolder.ts';
import { draftEnding, writeWhole } from '../../node/repository/writeWhole.ts';
import { describeIoError, isMissing } from '../../node/tasks/ioErrors.ts';
import { isTaskId } from '../../node/tasks/taskFiles.ts';

const suffix = '.json';
/** What was set aside keeps the task's name in front, so that forgetting the task finds it. */
const asideSuffix = '.unreadable';

export interface LoadedEpisodes {
  readonly records: readonly EpisodeRecord[];
  /** Tasks whose file is of a newer version, or cannot be read now: it is left as it is. */
  readonly leftAlone: readonly string[];
  /** What is wrong with which file, one line each. */
  readonly problems: readonly string[];
}

/**
 * What was solved in one workspace: a file for each task in `folder`, closed to other users. Of a task that was forgotten an empty file
 * stays in `forgotten/`, named by the SHA-256 of its id, so that it is not remembered anew.
 */
export class EpisodeFiles {
  private readonly folder: string;
  private readonly forgotten: string;

  constructor(folder: string) {
    this.folder = folder;
    this.forgotten = join(folder, 'forgotten');
  }

  /** Reads all. A file that is not as it was written is set aside under another name; what a killed host was about to remove is removed. */
  async load(): Promise<Result<LoadedEpisodes, Failure<'state-unreadable'>>> {
    const records: EpisodeRecord[] = [];
    const leftAlone: string[] = [];
    const problems: string[] = [];
    try {
      for (const name of (await namesIn(this.folder)).toSorted()) {
        const task = name.slice(0, -suffix.length);
        const isLeftOver = name.endsWith(draftEnding) || (await this.isForgotten(taskIn(name)));
        if (isLeftOver) {
          await rm(join(this.folder, name), { force: true });
        } else if (name.endsWith(suffix) && isTaskId(task)) {
          const read = await this.read(task);
          if (read.kind === 'record') {
            records.push(read.record);
          } else {
            problems.push(read.problem);
            leftAlone.push(...(read.kind === 'left' ? [task] : []));
          }
        } else if (name.endsWith(asideSuffix)) {
          problems.push(`${name} could not be read as an episode and was set aside; look into it, or forget its task.`);
        }
      }
      return ok({ records, leftAlone, problems });
    } catch (error) {
      return fail(failure('state-unreadable', describeIoError(error, 'read the episodes in', this.folder)));
    }
  }

  /** Replaces the file in one step; what is answered `ok` is on disk. */
  async write(record: EpisodeRecord): Promise<Result<void, Failure<'state-unwritable'>>> {
    const path = this.pathOf(record.task);
    try {
      await writeWhole(path, `${JSON.stringify(record)}\n`);
      return ok(undefined);
    } catch (error) {
      return fail(failure('state-unwritable', describeIoError(error, 'keep the episode', path)));
    }
  }

  /** Removes all that is kept of the task, set aside or not, and keeps it from coming back. */
  async forget(task: string): Promise<Result<void, Failure<'state-unwritable'>>> {
    try {
      await writeWhole(join(this.forgotten, tombstone(task)), '');
      for (const name of await namesIn(this.folder)) {
        if (name.startsWith(`${task}${suffix}`)) {
          await rm(join(this.folder, name), { force: true });
        }
      }
      await syncFolder(this.folder);
      return ok(undefined);
    } catch (error) {
      return fail(failure('state-unwritable', describeIoError(error, 'forget the episode', this.pathOf(task))));
    }
  }

  async isForgotten(task: string): Promise<boolean> {
    return (await namesIn(this.forgotten)).includes(tombstone(task));
  }

  /** Tasks of which a file is kept that no record was read from, and whose bytes name the path. */
  async unreadNaming(path: string): Promise<readonly string[]> {
    const found = await this.unread();
    const named = JSON.stringify(path).slice(1, -1);
    const tasks: string[] = [];
    for (const name of found) {
      const text = await readFile(join(this.folder, name), 'utf8');
      tasks.push(...(text.includes(named) ? [taskIn(name)] : []));
    }
    return tasks;
  }

  /** All tasks of which any file is kept. */
  async tasks(): Promise<readonly string[]> {
    const names = await namesIn(this.folder);
    return [...new Set(names.map(taskIn).filter(isTaskId))];
  }

  private async unread(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const name of await namesIn(this.folder)) {
      const task = taskIn(name);
      const isOwn = name === `${task}${suffix}`;
      if (isTaskId(task) && (!isOwn || (await this.read(task, false)).kind !== 'record')) {
        found.push(name);
      }
    }
    return found;
  }

  private async read(
    task: string,
    setAside = true,
  ): Promise<
    | { readonly kind: 'record'; readonly record: EpisodeRecord }
    | { readonly kind: 'left' | 'bad'; readonly problem: string }
  > {
    const path = this.pathOf(task);
    let value: unknown;
    try {
      value = parsed(await readFile(path, 'utf8'));
    } catch (error) {
      return { kind: 'left', problem: describeIoError(error, 'read the episode', path) };
    }
    const record = episodeRecordSchema.safeParse(value);
    if (record.success && record.data.task === task) {
      return { kind: 'record', record: record.data };
    }
    const version = versionSchema.safeParse(value);
    if (version.success && version.data.version > episodeVersion) {
      const problem = `${task}${suffix} is of a newer version of Nightshift and is left as it is; update this one to use it.`;
      return { kind: 'left', problem };
    }
    if (setAside) {
      await rename(path, `${path}.${Date.now().toString(36)}-${randomBytes(2).toString('hex')}${asideSuffix}`);
    }
    const problem = `${task}${suffix} could not be read as an episode and was set aside; it is made again from the task's trace.`;
    return { kind: 'bad', problem };
  }

  private pathOf(task: string): string {
    if (!isTaskId(task)) {
      throw new RangeError(`Not a task id: ${JSON.stringify(task)}`);
    }
    return join(this.folder, `${task}${suffix}`);
  }
}

const versionSchema = z.object({ version: z.number() });

/** The task that a file is of, whatever stands behind its name. */
function taskIn(name: string): string {
  return name.split('.')[0] ?? '';
}

function tombstone(task: string): string {
  return createHash('sha256').update(task).digest('hex');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return errorText(error);
  }
}

/** Plain files of a folder; none where there is no folder. */
async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder, { withFileTypes: true })).flatMap((entry) => (entry.isFile() ? [entry.name] : []));
  } catch (error) {
    if (isMissing(error)) {
      return [];
    }
    throw error;
  }
}
