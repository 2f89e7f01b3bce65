import { join } from 'node:path';

/** Where the parts of a task are. Task ids are file names, so an id that is anything else has no files. */
export interface TaskFiles {
  readonly folder: string;
  readonly trace: string;
  readonly artifacts: string;
  /** The newest signed checkpoint. */
  readonly head: string;
  /** What versions without signed checkpoints kept in its place. */
  readonly unsignedHead: string;
}

const checkpointSuffix = '.checkpoint';

const taskId = /^[a-z0-9-]{1,100}$/;

export function isTaskId(task: string): boolean {
  return taskId.test(task);
}

/** `directory` holds a folder per task, `heads` a file per task. Throws for what is not a task id. */
export function taskFiles(roots: { readonly directory: string; readonly heads: string }, task: string): TaskFiles {
  if (!isTaskId(task)) {
    throw new RangeError(`Not a task id: ${JSON.stringify(task)}`);
  }
  const folder = join(roots.directory, task);
  return {
    folder,
    trace: join(folder, 'trace.jsonl'),
    artifacts: join(folder, 'artifacts'),
    head: join(roots.heads, `${task}${checkpointSuffix}`),
    unsignedHead: join(roots.heads, `${task}.json`),
  };
}

/** The task whose head a file in `heads` is, finished or not; an empty text for any other file. */
export function taskOfHead(name: string): string {
  const finished = name.replace(/\.tmp$/, '');
  return finished.endsWith(checkpointSuffix) ? finished.slice(0, -checkpointSuffix.length) : '';
}
