import type { Command } from '../commands/command.ts';
import { askAndDelegate } from '../delegation/askAndDelegate.ts';
import { selectionAttachment } from '../delegation/attachment.ts';
import { choosePlace } from '../delegation/choosePlace.ts';
import { missingForTasks } from './startTask.ts';
import { showFailure } from './showFailure.ts';

/** Asks for the goal in the box; what is selected goes along. */
export const delegate: Command = async (context) => {
  const missing = missingForTasks(context.window);
  if (missing !== undefined) {
    showFailure(context, missing, 'warning');
    return undefined;
  }
  const place = await choosePlace(context);
  if (place === undefined) {
    return undefined;
  }
  const code = context.window.activeCode();
  const selected = code?.path === place ? selectionAttachment(code) : undefined;
  return askAndDelegate(context, place, selected === undefined ? [] : [selected]);
};
