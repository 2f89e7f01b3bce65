import { type FileHandle, mkdir, open, readdir, readFile, stat } from 'node:fs/promises';
import { type Clock, systemClock } from '../../base/clock.ts';
import { failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { Journal, JournalFailure, TaskStore } from '../../core/tasks/taskStore.ts';
import { readTrace } from '../../core/trace/hashChain.ts';
import { readHead } from './headFile.ts';
import { describeIoError, errorCode, isMissing } from './ioErrors.ts';
import { sha256 } from './sha256.ts';
import { getArtifactFile, putArtifactFile, removeUnfinishedArtifacts } from './artifactFiles.ts';
import { FileJournal, type JournalStart } from './fileJournal.ts';
import { JournalWriteError } from './journalWriteError.ts';
import { isTaskId, type TaskFiles, taskFiles } from './taskFiles.ts';
import { cutTornTail, splitTornTail, unrecordedCuts } from './tornTail.ts';

export interface FileTaskStoreOptions {
  /** Holds a folder per task: `trace.jsonl` and `artifacts/<sha256>`. Made when it is needed. */
  readonly directory: string;
  /** Holds the head of each trace, apart from the traces. */
  readonly heads: string;
  readonly clock?: Clock;
}

/** Tasks as files. For one process at a time: the lock of the workspace sees to that; within it, a task has one journal. */
export class FileTaskStore implements TaskStore {
  private readonly roots: { readonly directory: string; readonly heads: string };
  private readonly clock: Clock;
  private readonly writing = new Set<string>();

  constructor({ directory, heads, clock }: FileTaskStoreOptions) {
    this.roots = { directory, heads };
    this.clock = clock ?? systemClock;
  }

  create(task: string): Promise<Result<Journal, JournalFailure>> {
    return this.asWriter(task, async (files) => {
      await mkdir(this.roots.directory, { recursive: true, mode: 0o700 });
      await mkdir(files.folder, { mode: 0o700 });
      const handle = await open(files.trace, 'ax', 0o600);
      await syncFolder(files.folder);
      await syncFolder(this.roots.directory);
      return ok(this.journal(task, files, handle, { events: [], head: undefined, size: 0 }));
    });
  }

  open(task: string): Promise<Result<Journal, JournalFailure>> {
    return this.asWriter(task, async (files) => {
      const { whole, torn } = splitTornTail(await readFile(files.trace));
      const { events, head, firstBad } = readTrace(whole, sha256, await readHead(files.head));
      if (firstBad !== undefined) {
        const message =
          `The trace of ${task} is damaged: ${files.trace}, line ${firstBad.line}: ${firstBad.reason}. ` +
          'Nothing was changed; put the file back from a backup, or delegate the task again.';
        return fail({ ...failure('corrupt', message), readable: events });
      }
      if (torn.length > 0) {
        await cutTornTail(files.trace, torn, whole.length);
      }
      await removeUnfinishedArtifacts(files.artifacts);
      const cuts = await unrecordedCuts(files.trace, events);
      const journal = this.journal(task, files, await open(files.trace, 'a'), { events, head, size: whole.length });
      try {
        for (const data of cuts) {
          await journal.append({ type: 'journal-recovered', actor: 'host', data });
        }
        return ok(journal);
      } catch (error) {
        await journal.close();
        throw error;
      }
    });
  }

  async list(): Promise<readonly string[]> {
    const names = await readdir(this.roots.directory).catch((error: unknown): string[] => {
      if (isMissing(error)) {
        return [];
      }
      throw error;
    });
    const tasks: string[] = [];
    for (const name of names.filter(isTaskId).sort()) {
      if (await exists(taskFiles(this.roots, name).trace)) {
        tasks.push(name);
      }
    }
    return tasks;
  }

  /** Throws `JournalWriteError`, as the trace must not name a payload that is not there. */
  async putArtifact(task: string, bytes: Uint8Array): Promise<{ sha256: string; bytes: number }> {
    const { artifacts } = taskFiles(this.roots, task);
    try {
      return await putArtifactFile(artifacts, bytes);
    } catch (error) {
      throw JournalWriteError.fromIo(error, 'keep a payload in', artifacts);
    }
  }

  async getArtifact(task: string, hash: string): Promise<Uint8Array | undefined> {
    return isTaskId(task) ? getArtifactFile(taskFiles(this.roots, task).artifacts, hash) : undefined;
  }

  /** Runs `work` as the only writer of the task. The writer stays when a journal came of it. */
  private async asWriter(
    task: string,
    work: (files: TaskFiles) => Promise<Result<Journal, JournalFailure>>,
  ): Promise<Result<Journal, JournalFailure>> {
    if (!isTaskId(task)) {
      return fail(missing(task));
    }
    if (this.writing.has(task)) {
      return fail(failure('io', `The trace of ${task} is already open for writing; close it first.`));
    }
    this.writing.add(task);
    const files = taskFiles(this.roots, task);
    let opened = false;
    try {
      const result = await work(files);
      opened = result.ok;
      return result;
    } catch (error) {
      return fail(asFailure(error, task, files));
    } finally {
      if (!opened) {
        this.writing.delete(task);
      }
    }
  }

  private journal(task: string, files: TaskFiles, handle: FileHandle, start: JournalStart): FileJournal {
    const onClose = (): void => void this.writing.delete(task);
    return new FileJournal(task, files, handle, start, { clock: this.clock, onClose });
  }
}

function asFailure(error: unknown, task: string, files: TaskFiles): JournalFailure {
  if (error instanceof JournalWriteError) {
    return failure('io', error.message);
  }
  if (isMissing(error)) {
    return missing(task);
  }
  if (errorCode(error) === 'EEXIST') {
    return failure('io', `There is a task ${task} already; take another id.`);
  }
  if (errorCode(error) === undefined) {
    throw error;
  }
  return failure('io', describeIoError(error, 'open the trace', files.trace));
}

function missing(task: string): JournalFailure {
  return failure('missing', `There is no task ${JSON.stringify(task)}; \`nightshift tasks\` lists the ones there are.`);
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    // A file among the folders of tasks is none of ours.
    if (isMissing(error) || errorCode(error) === 'ENOTDIR') {
      return false;
    }
    throw error;
  }
}

/** Makes a new file's name as durable as its content. Windows has no such call and needs none. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') {
    return;
  }
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
