import type { Command } from '../commands/command.ts';
import { memoryRow } from './memoryRow.ts';
import { openTask } from './openEntity.ts';

/** Opens the task of an episode. */
export const openEpisode: Command = async (context, argument) => {
  const { root, task } = memoryRow(argument);
  if (root !== undefined && task !== undefined) {
    await openTask(context, root, task);
  }
};
