import { fail, ok, type Result } from '../base/result.ts';
import type { HostClient } from '../host/client/hostClient.ts';
import type { CliFailure, Invocation } from './command.ts';
import { findTask } from './findTask.ts';
import { stringOption } from './optionValues.ts';

/** Names the task whose environment is meant. */
export const taskOption = {
  task: { type: 'string', value: 'ID', help: "of that task's changes, instead of the checkout as it is now" },
} as const;

/** The id that the option names, if it is there; the beginning of one will do. */
export function namedTask({ values }: Invocation, client: HostClient): Result<{ task?: string }, CliFailure> {
  const text = stringOption(values, 'task');
  if (text === undefined) {
    return ok({});
  }
  const found = findTask(client.state.tasks, text);
  return found.ok ? ok({ task: found.value.id }) : fail(found.error);
}
