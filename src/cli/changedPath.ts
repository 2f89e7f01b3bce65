import { realpathSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { fail, ok, type Result } from '../base/result.ts';
import type { TaskView } from '../protocol/taskView.ts';
import type { Invocation } from './command.ts';
import { usage, type UsageFailure } from './commandLine.ts';
import { stringOptions } from './optionValues.ts';

/** Files of a changeset that the command line names, with the hunks of the only one where such are named; empty for none. */
export function namedChanges(
  { values, io }: Pick<Invocation, 'values' | 'io'>,
  task: TaskView,
  root: string,
): Result<{ path: string; hunks?: number[] }[], UsageFailure> {
  const files: { path: string; hunks?: number[] }[] = [];
  for (const given of stringOptions(values, 'file')) {
    const path = changedPath(task, given, root, io.cwd);
    if (!path.ok) {
      return path;
    }
    files.push({ path: path.value });
  }
  const hunks = stringOptions(values, 'hunk').map(Number);
  return ok(hunks.length === 0 ? files : files.map((file) => ({ ...file, hunks })));
}

/** What is wrong with the hunks that a command line names, seen without the task. */
export function misnamedHunks({ values }: Pick<Invocation, 'values'>): UsageFailure | undefined {
  const numbers = stringOptions(values, 'hunk');
  const wrong = numbers.find((number) => !/^[1-9]\d{0,8}$/.test(number));
  if (wrong !== undefined) {
    return usage(`"${wrong}" is no number of a hunk; \`nightshift hunks <task> --file P\` lists them.`);
  }
  return numbers.length > 0 && stringOptions(values, 'file').length !== 1
    ? usage('--hunk needs exactly one --file that the hunks are of.')
    : undefined;
}

/** A file as the changeset names it, from its path in the repository or from where the user stands. */
export function changedPath(task: TaskView, given: string, root: string, cwd: string): Result<string, UsageFailure> {
  const files = task.changeset?.files.map((file) => file.path) ?? [];
  const fromHere = relative(root, resolve(realpathSync(cwd), given))
    .split(sep)
    .join('/');
  const path = [given, fromHere].find((candidate) => files.includes(candidate));
  const known =
    files.length === 0
      ? 'it has no changed files'
      : `it changes ${files.slice(0, 5).join(', ')}${files.length > 5 ? ', …' : ''}`;
  return path === undefined ? fail(usage(`"${given}" is not a changed file of ${task.id}; ${known}.`)) : ok(path);
}
