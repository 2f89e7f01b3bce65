import { codeOffers } from '../codeActions/codeOffers.ts';
import type { Command, CommandContext } from '../commands/command.ts';
import { delegateRequest } from '../tasks/delegateRequest.ts';
import { missingForTasks } from '../tasks/startTask.ts';
import { showFailure } from '../tasks/showFailure.ts';
import type { CodePlace } from '../window/editorWindow.ts';
import { symbolAround, symbolNamedAt } from '../window/workspaceCode.ts';
import { askAndDelegate } from './askAndDelegate.ts';
import { type Attachment, selectionAttachment, symbolAttachment } from './attachment.ts';
import { gutterLine } from './menuArguments.ts';

/** The editor's context menu: what is selected, else what the cursor is in. */
export const delegateFromEditor: Command = async (context) => {
  const code = context.window.activeCode();
  return code === undefined || isMissing(context) ? undefined : delegatePlace(context, code, 'around');
};

/** The menu of the line numbers: the selection where the line is in it, else the line. */
export const delegateLine: Command = async (context, argument) => {
  const place = gutterLine(argument);
  if (place === undefined || isMissing(context)) {
    return undefined;
  }
  const shown = context.window.activeCode();
  const isSelected =
    shown?.path === place.path &&
    // The click itself selects its line.
    shown.startLine < shown.endLine &&
    shown.selection !== '' &&
    shown.startLine <= place.line &&
    place.line <= shown.endLine;
  const code = isSelected ? shown : await context.code.at(place.path, place.line);
  return code === undefined ? undefined : delegatePlace(context, code, 'named');
};

/** A problem or a comment that asks for work says what is to be done, and starts at once; anything else is shown first. */
async function delegatePlace(context: CommandContext, code: CodePlace, symbol: 'around' | 'named'): Promise<unknown> {
  const [first] = codeOffers(code);
  if (first !== undefined && code.selection === '') {
    return delegateRequest(context, first.request);
  }
  return askAndDelegate(context, code.path, [await attachmentAt(context, code, symbol)]);
}

async function attachmentAt(context: CommandContext, code: CodePlace, reach: 'around' | 'named'): Promise<Attachment> {
  const { path, startLine, lines } = code;
  const selected = selectionAttachment(code);
  if (selected !== undefined) {
    return selected;
  }
  const symbols = await context.code.symbolsOf(path);
  const symbol = reach === 'around' ? symbolAround(symbols, startLine) : symbolNamedAt(symbols, startLine);
  return symbol === undefined
    ? { kind: 'line', path, startLine, endLine: startLine, text: lines[0] ?? '' }
    : symbolAttachment(symbol);
}

function isMissing(context: CommandContext): boolean {
  const missing = missingForTasks(context.window);
  if (missing !== undefined) {
    showFailure(context, missing, 'warning');
  }
  return missing !== undefined;
}
