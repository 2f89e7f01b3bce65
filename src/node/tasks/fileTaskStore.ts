import type { Dirent } from 'node:fs';
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { type Clock, systemClock } from '../../base/clock.ts';
import { failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { Journal, JournalFailure, TaskStore } from '../../core/tasks/taskStore.ts';
import { begun, signCheckpoint } from '../../core/trace/checkpointNote.ts';
import type { BadLine } from '../../core/trace/hashChain.ts';
import type { TraceEvent } from '../../core/trace/traceEvent.ts';
import { beginHead, removeHead } from './headFile.ts';
import { describeIoError, errorCode, isMissing } from './ioErrors.ts';
import { getArtifactFile, putArtifactFile, removeUnfinishedArtifacts } from './artifactFiles.ts';
import { FileJournal, type JournalStart } from './fileJournal.ts';
import { JournalWriteError } from './journalWriteError.ts';
import { readTraceFile } from './readTraceFile.ts';
import { readTracePage } from './readTracePage.ts';
import { syncFolder } from '../repository/syncFolder.ts';
import { isTaskId, type TaskFiles, taskFiles, taskOfHead } from './taskFiles.ts';
import { cutTornTail, unrecordedCuts } from './tornTail.ts';
import { noteTools, type TraceProtection } from './traceProtection.ts';
import { redactText } from './redactText.ts';

export interface FileTaskStoreOptions {
  /** Holds a folder per task: `trace.jsonl` and `artifacts/<sha256>`. Made when it is needed. */
  readonly directory: string;
  /** Holds the newest signed checkpoint of each trace, apart from the traces. */
  readonly heads: string;
  readonly protection: TraceProtection;
  readonly clock?: Clock;
}

/** Tasks as files. For one process at a time: the lock of the workspace sees to that; within it, a task has one journal. */
export class FileTaskStore implements TaskStore {
  private readonly roots: { readonly directory: string; readonly heads: string };
  private readonly clock: Clock;
  private readonly protection: TraceProtection;
  private readonly writing = new Set<string>();

  constructor({ directory, heads, protection, clock }: FileTaskStoreOptions) {
    this.roots = { directory, heads };
    this.protection = protection;
    this.clock = clock ?? systemClock;
  }

  /** Leaves nothing behind when it fails. The head is there before the trace: see `readTraceFile`. */
  create(task: string): Promise<Result<Journal, JournalFailure>> {
    return this.asWriter(task, async (files) => {
      await mkdir(this.roots.directory, { recursive: true, mode: 0o700 });
      await mkdir(files.folder, { mode: 0o700 });
      try {
        const name = { workspace: this.protection.workspace, task };
        await beginHead(files.head, signCheckpoint(name, begun, this.clock.now(), noteTools(this.protection)));
        await (await open(files.trace, 'ax', 0o600)).close();
        await syncFolder(files.folder);
        await syncFolder(this.roots.directory);
      } catch (error) {
        await removeFiles(files).catch(() => undefined);
        throw error;
      }
      return ok(this.journal(task, files, { head: undefined, size: 0, headIsBehind: false }));
    });
  }

  open(task: string, onEvent: (event: TraceEvent) => void): Promise<Result<Journal, JournalFailure>> {
    return this.asWriter(task, async (files) => {
      const toldCuts: string[] = [];
      const reading = await readTraceFile({ files, task, ...this.protection }, (event) => {
        if (event.type === 'journal-recovered') {
          toldCuts.push(event.data.sha256);
        }
        onEvent(event);
      });
      if (reading.firstBad !== undefined) {
        return fail(damaged(task, files, reading.firstBad));
      }
      if (reading.torn.length > 0) {
        await cutTornTail(files.trace, reading.torn, reading.size);
      }
      await removeUnfinishedArtifacts(files.artifacts);
      const cuts = await unrecordedCuts(files.trace, toldCuts);
      const journal = this.journal(task, files, reading);
      try {
        for (const data of cuts) {
          onEvent(await journal.append({ type: 'journal-recovered', actor: 'host', data }));
        }
        await journal.rest();
        return ok(journal);
      } catch (error) {
        await journal.close();
        throw error;
      }
    });
  }

  async read(task: string, from: number): Promise<Result<readonly TraceEvent[], JournalFailure>> {
    if (!isTaskId(task)) {
      return fail(missing(task));
    }
    const files = taskFiles(this.roots, task);
    try {
      const page = await readTracePage(files.trace, from);
      const message = `The trace ${files.trace} cannot be read to its end; \`nightshift trace verify ${task}\` says why.`;
      return page === undefined ? fail(failure('corrupt', message)) : ok(page);
    } catch (error) {
      return fail(asFailure(error, task, files));
    }
  }

  async remove(task: string): Promise<void> {
    await removeFiles(taskFiles(this.roots, task));
  }

  async list(): Promise<readonly string[]> {
    const folders = await entriesOf(this.roots.directory);
    const heads = await entriesOf(this.roots.heads);
    const tasks = [
      ...folders.filter((entry) => entry.isDirectory()).map(({ name }) => name),
      ...heads.map(({ name }) => taskOfHead(name)),
    ];
    return [...new Set(tasks)].filter(isTaskId).sort();
  }

  /** Throws `JournalWriteError`, as the trace must not name a payload that is not there. */
  async putArtifact(task: string, bytes: Uint8Array): Promise<{ sha256: string; bytes: number }> {
    const { artifacts } = taskFiles(this.roots, task);
    try {
      return await putArtifactFile(artifacts, await redactText(bytes, this.protection.redactor));
    } catch (error) {
      throw JournalWriteError.fromIo(error, 'keep a payload in', artifacts);
    }
  }

  async getArtifact(task: string, hash: string): Promise<Uint8Array | undefined> {
    const kept = isTaskId(task) ? await getArtifactFile(taskFiles(this.roots, task).artifacts, hash) : undefined;
    return kept?.kind === 'whole' ? kept.bytes : undefined;
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

  private journal(task: string, files: TaskFiles, start: JournalStart): FileJournal {
    const onClose = (): void => void this.writing.delete(task);
    return new FileJournal(task, files, start, { clock: this.clock, protection: this.protection, onClose });
  }
}

function damaged(task: string, files: TaskFiles, { line, reason, version }: BadLine): JournalFailure {
  if (version !== undefined) {
    return failure('foreign', `The trace of ${task} ${reason}. Nothing was changed.`);
  }
  const place = line === undefined ? '' : `, line ${line}`;
  return failure(
    'corrupt',
    `The trace of ${task} is damaged: ${files.trace}${place}: ${reason}. ` +
      'Nothing was changed; put the file back from a backup, or delegate the task again.',
  );
}

/** The head goes last, so that a trace is never without one. */
async function removeFiles(files: TaskFiles): Promise<void> {
  await rm(files.folder, { recursive: true, force: true });
  await removeHead(files.head);
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

async function entriesOf(folder: string): Promise<Dirent[]> {
  return readdir(folder, { withFileTypes: true }).catch((error: unknown): Dirent[] => {
    if (isMissing(error)) {
      return [];
    }
    throw error;
  });
}
