import type { Failure } from '../../base/failure.ts';
import { ok, type Result } from '../../base/result.ts';
import type { Verification } from '../../core/trace/hashChain.ts';
import { parseTraceEvent, type TraceEvent } from '../../core/trace/traceEvent.ts';
import { FileTaskStore } from '../../node/tasks/fileTaskStore.ts';
import { readTraceFile, type TraceSource } from '../../node/tasks/readTraceFile.ts';
import { type TaskFiles, taskFiles } from '../../node/tasks/taskFiles.ts';
import { verifyTraceFile } from '../../node/tasks/verifyTraceFile.ts';
import type { TraceLine } from '../../protocol/host.ts';
import type { WorkspacePaths } from '../paths.ts';
import { openTraceProtection } from './openTraceProtection.ts';

/** Reads one task's trace from disk, for front doors: no agent host is needed, and a task may be at work meanwhile. */
export interface TraceFile {
  readonly task: string;
  /**
   * Checks the trace, then gives its events in order, a page at a time, up to the damage where there is one and until `onPage`
   * answers false. Memory does not grow with the trace.
   */
  read(onPage: (events: readonly TraceEvent[]) => Promise<boolean>): Promise<Result<Verification, Failure>>;
  /** A payload kept beside the trace; undefined when it is not there any more. */
  artifact(sha256: string): Promise<Uint8Array | undefined>;
}

/** The traces of a workspace. */
export interface TraceFolder {
  /** Ids of the tasks that have a trace. */
  list(): Promise<readonly string[]>;
  open(task: string): TraceFile;
}

export async function openTraces(paths: WorkspacePaths): Promise<Result<TraceFolder, Failure>> {
  const protection = await openTraceProtection(paths);
  if (!protection.ok) {
    return protection;
  }
  const folders = { directory: paths.tasks, heads: paths.heads };
  const store = new FileTaskStore({ ...folders, protection: protection.value });
  return ok({
    list: () => store.list(),
    open: (task) => openTrace(store, { ...protection.value, files: taskFiles(folders, task), task }),
  });
}

function openTrace(store: FileTaskStore, source: TraceSource & { readonly files: TaskFiles }): TraceFile {
  const { task } = source;
  return {
    task,
    artifact: (sha256) => store.getArtifact(task, sha256),
    read: async (onPage) => {
      const verification = await verifyTraceFile(source);
      for (let next = 0; verification.ok || next < verification.events;) {
        const page = await store.read(task, next);
        if (!page.ok && page.error.reason !== 'corrupt') {
          return page;
        }
        const events = page.ok ? page.value : await goodEvents(source, next);
        const good = verification.ok ? events : events.slice(0, verification.events - next);
        if (good.length === 0 || !(await onPage(good))) {
          break;
        }
        next += good.length;
      }
      return ok(verification);
    },
  };
}

/** A line as clients get it, as the event it tells of; undefined for one of another version. Its place in the chain is not known. */
export function eventOfLine(line: TraceLine): TraceEvent | undefined {
  return parseTraceEvent({ ...line, v: 1, prev: '0'.repeat(64) });
}

const pageEvents = 1_000;

/** A page with a bad line in it cannot be had whole; this reads what is before the line, from the start of the file. */
async function goodEvents(source: TraceSource, from: number): Promise<TraceEvent[]> {
  const events: TraceEvent[] = [];
  await readTraceFile(source, (event) => {
    if (event.seq >= from && events.length < pageEvents) {
      events.push(event);
    }
  });
  return events;
}
