import { fail, ok, type Result } from '../base/result.ts';
import type { CliFailure } from './command.ts';
import { exitCode } from './exitCode.ts';

/** Finds a task by its id or by the unique beginning of one, with or without the `task-` that all ids begin with. */
export function findTask<T extends { readonly id: string }>(tasks: readonly T[], given: string): Result<T, CliFailure> {
  const exact = tasks.find((task) => task.id === given);
  if (exact !== undefined) {
    return ok(exact);
  }
  const found = tasks.filter(({ id }) => id.startsWith(given) || id.replace(/^task-/, '').startsWith(given));
  const [only] = found;
  if (only === undefined) {
    return refuse(`There is no task "${given}" in this repository. \`nightshift tasks\` lists them.`);
  }
  return found.length === 1
    ? ok(only)
    : refuse(`"${given}" is the beginning of ${found.map((task) => task.id).join(', ')}. Write more of the id.`);
}

function refuse(message: string): Result<never, CliFailure> {
  return fail({ reason: 'unknown-task', message, exitCode: exitCode.usage });
}
