import { t } from '@vscode/l10n';
import { errorText } from '../../base/failure.ts';
import type { CommandContext } from '../commands/command.ts';
import { showFailure } from '../tasks/showFailure.ts';
import { begin, isBelow, relativePath, repositoryFor } from '../tasks/startTask.ts';
import type { PickItem } from '../window/dialogue.ts';
import { type Attachment, attachmentRow, sameAttachment, symbolAttachment } from './attachment.ts';
import { showAttachment, withText } from './attachmentText.ts';
import { type BoxRow, boxRows } from './boxRows.ts';
import { composeDelegation, type PlacedAttachment } from './composeDelegation.ts';
import { beginMention, closeMention, openMention, rankPaths } from './mentionText.ts';

const mostFound = 50;

/**
 * The one box that everything is delegated with which does not say by itself what is to be done: shows the context that goes along,
 * lets the person trim and add, and sends with Enter alone. Answers the task's id. `place` says whose repository it is, `ready` what is
 * to be done where the person says nothing; without it that follows from what is attached.
 */
export async function askAndDelegate(
  context: CommandContext,
  place: string,
  attachments: readonly Attachment[],
  ready?: string,
): Promise<string | undefined> {
  const root = await repositoryFor(context, place);
  if (!root.ok) {
    showFailure(context, root.error, 'warning');
    return undefined;
  }
  const inside = attachments.filter(
    ({ path }) => path === undefined || path === root.value || isBelow(root.value, path),
  );
  const box = await ask(context, root.value, inside, ready);
  if (box === undefined) {
    return undefined;
  }
  const attached = await Promise.all(box.attached.map((each) => withText(context, root.value, each)));
  const { goal, origin } = composeDelegation(box.wish, attached, ready);
  return begin(context, root.value, goal, origin);
}

interface Answer {
  readonly wish: string;
  readonly attached: readonly PlacedAttachment[];
}

async function ask(
  context: CommandContext,
  root: string,
  attachments: readonly Attachment[],
  ready: string | undefined,
): Promise<Answer | undefined> {
  const placed = (attachment: Attachment): PlacedAttachment =>
    attachment.path === undefined ? attachment : { ...attachment, file: fileOf(root, attachment.path) };
  const canSend = (pieces: readonly Attachment[]): boolean => ready !== undefined || pieces.length > 0;
  let attached = attachments.map(placed);
  let found: { readonly text: string; readonly items: readonly PickItem<BoxRow>[] } | undefined;
  let answer: Answer | undefined;
  let files: Promise<readonly string[]> | undefined;
  const look = async (text: string): Promise<readonly PickItem<BoxRow>[]> => {
    const mention = openMention(text);
    if (mention?.sign === '@') {
      files ??= context.code.files().then((all) => all.filter((path) => isBelow(root, path)));
      return fileRows(root, await files, mention.words);
    }
    return mention === undefined ? [] : symbolRows(context, root, mention.words);
  };
  const places = context.window.previewPlaces();
  const show = (piece: Attachment): void => {
    showAttachment(context, root, piece, places).catch((error: unknown) =>
      context.log.debug(`Not shown: ${errorText(error)}`),
    );
  };
  await context.dialogue.compose<BoxRow>({
    title: t('Delegate to Background Agent'),
    placeholder: t('What should the agent do? @ attaches a file, # a symbol'),
    rows: (text) => boxRows(text, attached, found?.text === text ? found.items : undefined, ready),
    asks: (text) => openMention(text) !== undefined,
    async find(text, signal) {
      const items = await look(text);
      if (!signal.aborted) {
        found = { text, items };
      }
    },
    // Its button is out of reach for the keyboard.
    rests: (row) => row.kind === 'attached' && show(row.attachment),
    press(row, text, button) {
      // Enter can come before the rows for what was typed do: the words count, not the row that stood there for fewer of them.
      const isAsked = openMention(text) !== undefined && (row.kind === 'nothing' || found?.text !== text);
      if ((row.kind === 'send' || row.kind === 'nothing') && !isAsked && (text.trim() !== '' || canSend(attached))) {
        answer = { wish: text.trim(), attached };
        return undefined;
      }
      if (row.kind === 'attached' && button === 'show') {
        show(row.attachment);
      } else if (row.kind === 'attached') {
        attached = attached.filter((each) => !sameAttachment(each, row.attachment));
      } else if (row.kind === 'found') {
        const piece = placed(row.attachment);
        attached = attached.some((each) => sameAttachment(each, piece)) ? attached : [...attached, piece];
        return closeMention(text, row.name);
      }
      return row.kind === 'add' ? beginMention(text, row.sign) : text;
    },
  });
  await places.restore();
  return answer;
}

function fileRows(root: string, files: readonly string[], words: string): readonly PickItem<BoxRow>[] {
  const byName = new Map(files.map((path) => [relativePath(root, path), path]));
  return rankPaths([...byName.keys()], words, mostFound).map((file) => {
    const attachment: Attachment = { kind: 'file', path: byName.get(file) ?? file };
    return attachmentRow(attachment, file, { kind: 'found', attachment, name: file });
  });
}

async function symbolRows({ code }: CommandContext, root: string, words: string): Promise<readonly PickItem<BoxRow>[]> {
  const symbols = (await code.findSymbols(words)).filter(({ path }) => isBelow(root, path));
  return symbols.slice(0, mostFound).map((symbol) => {
    const attachment = symbolAttachment(symbol);
    return attachmentRow(attachment, relativePath(root, symbol.path), {
      kind: 'found',
      attachment,
      name: symbol.name,
    });
  });
}

/** Empty for the repository itself. */
function fileOf(root: string, path: string): string {
  return path === root ? '' : relativePath(root, path);
}
