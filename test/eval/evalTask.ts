import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { z } from 'zod';

/** Text files by path relative to the repository. */
export type Files = Readonly<Record<string, string>>;

const taskSchema = z.strictObject({
  language: z.enum(['javascript', 'python']),
  /** The kind of defect, for people. */
  defect: z.string().min(1),
  /** As a user would write it. */
  goal: z.string().min(1),
  /** How many tests there are of each kind; a run with fewer proves nothing. */
  tests: z.strictObject({ visible: z.int().positive(), hidden: z.int().positive() }),
  /** Set where the scripted weak model knows no better than the shortcut. */
  weakModel: z.literal('shortcut').optional(),
});

export interface EvalTask extends z.infer<typeof taskSchema> {
  readonly name: string;
  /** What the agent gets: the program with its defect, and tests of which some fail. */
  readonly repository: Files;
  /** Tests that judge the result and that no agent sees. */
  readonly hidden: Files;
  /** The repository's files as a good solution has them; only those that differ. */
  readonly reference: Files;
  /** The same of a change that passes the visible tests and not the hidden ones. */
  readonly shortcut?: Files;
}

const tasksFolder = join(import.meta.dirname, 'tasks');

/** All tasks in the order of their names, or the named ones; throws for a name that is none. */
export function loadTasks(names?: readonly string[]): readonly EvalTask[] {
  const all = readdirSync(tasksFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  const unknown = (names ?? []).filter((name) => !all.includes(name));
  if (unknown.length > 0) {
    throw new Error(`There is no task ${unknown.join(', ')}. The tasks are: ${all.join(', ')}.`);
  }
  return (names ?? all).map(loadTask);
}

function loadTask(name: string): EvalTask {
  const folder = join(tasksFolder, name);
  const described = taskSchema.parse(JSON.parse(readFileSync(join(folder, 'task.json'), 'utf8')));
  const shortcut = filesIn(join(folder, 'shortcut'));
  return {
    ...described,
    name,
    repository: filesIn(join(folder, 'repository')),
    hidden: filesIn(join(folder, 'hidden')),
    reference: filesIn(join(folder, 'reference')),
    ...(Object.keys(shortcut).length === 0 ? {} : { shortcut }),
  };
}

const ignored = /(?:^|\/)(?:\.git|__pycache__|node_modules)(?:\/|$)/;

/** The text files of a folder; what Git and interpreters keep there is left out. A folder that is missing has none. */
export function filesIn(folder: string): Files {
  let entries: ReturnType<typeof list>;
  try {
    entries = list(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
  return Object.fromEntries(
    entries
      .filter((path) => !ignored.test(path))
      .sort()
      .map((path) => [path, readFileSync(join(folder, path), 'utf8')]),
  );
}

function list(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
}
