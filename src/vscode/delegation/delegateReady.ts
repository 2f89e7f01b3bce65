import type { OriginView } from '../../protocol/host.ts';
import type { CommandContext } from '../commands/command.ts';
import { begin } from '../tasks/startTask.ts';
import { askAndDelegate } from './askAndDelegate.ts';
import { originAttachment } from './attachment.ts';

/**
 * A task that a click said all of: it starts at once, with nothing to fill in, or is shown first where the person set so. Answers
 * the task's id. `root` is the repository.
 */
export async function delegateReady(
  context: CommandContext,
  root: string,
  goal: string,
  origin: OriginView,
): Promise<string | undefined> {
  return context.delegationSettings().showContext
    ? askAndDelegate(context, root, [originAttachment(root, origin)], goal)
    : begin(context, root, goal, origin);
}
