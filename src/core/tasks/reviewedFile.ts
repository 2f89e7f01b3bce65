import type { ChangedFile } from '../changes/changeset.ts';
import type { TraceEventData } from '../trace/traceEvent.ts';
import type { Task } from './task.ts';

/** A changed file that a person has looked at. */
export interface ReviewedFile {
  readonly path: string;
  /** What was looked at: the object and the mode of both sides. A file that changes again is no longer reviewed. */
  readonly content: string;
}

/** The task after its user marked a file of the result, or took the mark back; a mark on an older result changes nothing. */
export function withMark(task: Task, { hash, path, reviewed }: TraceEventData<'file-reviewed'>): Task {
  const file = task.changeset?.hash === hash ? task.changeset.files.find((each) => each.path === path) : undefined;
  if (file === undefined) {
    return task;
  }
  const others = task.reviewed.filter((each) => each.path !== path);
  return { ...task, reviewed: reviewed ? [...others, { path, content: contentOf(file) }] : others };
}

/** Whether a person has looked at a file as it is offered now. */
export function isReviewed({ reviewed }: Task, file: ChangedFile): boolean {
  return reviewed.some(({ path, content }) => path === file.path && content === contentOf(file));
}

function contentOf({ base, baseMode, result, resultMode }: ChangedFile): string {
  return [base, baseMode, result, resultMode].map((part) => part ?? 'none').join(' ');
}
