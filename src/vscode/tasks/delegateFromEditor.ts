import { codeOffers } from '../codeActions/codeOffers.ts';
import type { Command } from '../commands/command.ts';
import { delegateRequest } from './delegateRequest.ts';
import { missingForTasks } from './startTask.ts';
import { showFailure } from './showFailure.ts';

/** The editor's context menu: delegates the problem or comment under the cursor at once, and asks what to do with anything else. */
export const delegateFromEditor: Command = async (context) => {
  const code = context.window.activeCode();
  const missing = missingForTasks(context.window);
  if (missing !== undefined || code === undefined) {
    if (missing !== undefined) {
      showFailure(context, missing, 'warning');
    }
    return undefined;
  }
  const [first] = codeOffers(code);
  if (first !== undefined && code.selection === '') {
    return delegateRequest(context, first.request);
  }
  const { path, startLine, endLine, selection } = code;
  const wish = await context.dialogue.ask(
    'Delegate to Background Agent',
    startLine === endLine
      ? `What should be done at line ${startLine}?`
      : `What should be done with lines ${startLine}-${endLine}?`,
    'Handle the empty list',
  );
  if (wish === undefined || wish.trim() === '') {
    return undefined;
  }
  return delegateRequest(context, {
    kind: selection === '' ? 'command' : 'selection',
    path,
    startLine,
    endLine,
    text: selection,
    wish: wish.trim(),
  });
};
