import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Journal } from '../../../src/core/tasks/taskStore.ts';
import type { TraceEntry, TraceEvent } from '../../../src/core/trace/traceEvent.ts';
import { FileTaskStore } from '../../../src/node/tasks/fileTaskStore.ts';
import { taskFiles } from '../../../src/node/tasks/taskFiles.ts';
import { verifyTraceFile } from '../../../src/node/tasks/verifyTraceFile.ts';
import { created } from '../../fakes/traceEvents.ts';
import { testProtection } from '../../fakes/traceProtection.ts';

export const protection = testProtection();

/** A folder of tasks on disk and its store; most tests are about its one task, `task-1`. */
export class TaskFolder {
  readonly root = mkdtempSync(join(tmpdir(), 'nightshift-tasks-'));
  readonly roots = { directory: join(this.root, 'tasks'), heads: join(this.root, 'heads') };
  readonly store = new FileTaskStore({ ...this.roots, protection });
  readonly files = taskFiles(this.roots, 'task-1');

  verify(): ReturnType<typeof verifyTraceFile> {
    return verifyTraceFile({ ...protection, files: this.files, task: 'task-1' });
  }

  /** Number of the last line that the signed checkpoint vouches for; -1 before the first. */
  async signedSeq(): Promise<number> {
    return Number((await readFile(this.files.head, 'utf8')).split('\n')[1]) - 1;
  }

  /** Opens the task anew, as another process would. */
  reopen(store = this.store): ReturnType<FileTaskStore['open']> {
    return store.open('task-1', () => undefined);
  }

  async events(): Promise<readonly TraceEvent[]> {
    const page = await this.store.read('task-1', 0);
    if (!page.ok) {
      throw new Error(page.error.message);
    }
    return page.value;
  }

  /** A new trace with its creation and these. */
  async written(...entries: readonly TraceEntry[]): Promise<Journal> {
    const journal = await opened(this.store.create('task-1'));
    for (const item of [created(), ...entries]) {
      await journal.append(item);
    }
    return journal;
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

export async function opened(result: ReturnType<FileTaskStore['open']>): Promise<Journal> {
  const value = await result;
  if (!value.ok) {
    throw new Error(value.error.message);
  }
  return value.value;
}
