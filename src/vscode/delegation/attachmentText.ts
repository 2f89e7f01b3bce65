import type { CommandContext } from '../commands/command.ts';
import { relativePath } from '../tasks/startTask.ts';
import type { PlacePreview } from '../window/editorWindow.ts';
import { type Attachment, wordsFor } from './attachment.ts';

/** With the text that goes along: of code what stands there now, of a changed file or a commit its changes. */
export async function withText<Piece extends Attachment>(
  { code }: CommandContext,
  root: string,
  piece: Piece,
): Promise<Piece> {
  const { kind, path, commit, startLine, endLine = startLine, text } = piece;
  if (commit !== undefined) {
    return { ...piece, text: await code.commitPatch(root, commit) };
  }
  if (path === undefined || text !== undefined) {
    return piece;
  }
  if (kind === 'change') {
    return { ...piece, text: await code.changesOf(path) };
  }
  return startLine === undefined || endLine === undefined
    ? piece
    : { ...piece, text: await code.text(path, startLine, endLine) };
}

/** While the box stays open and keeps the focus: the words that go along where they are in no file, else their place. */
export async function showAttachment(
  context: CommandContext,
  root: string,
  attachment: Attachment,
  places: PlacePreview,
): Promise<void> {
  const { path, startLine, endLine } = attachment;
  const { text = '', name, kind } = await withText(context, root, attachment);
  const isPatch = kind === 'change' || kind === 'commit';
  if (text !== '' && (path === undefined || kind === 'test' || isPatch)) {
    const title = name ?? (path === undefined ? wordsFor(kind) : relativePath(root, path));
    places.showText(isPatch ? `${title}.diff` : title, text);
  } else if (path !== undefined && kind !== 'folder') {
    places.show({
      path,
      ...(startLine === undefined ? {} : { startLine }),
      ...(endLine === undefined ? {} : { endLine }),
    });
  }
}
