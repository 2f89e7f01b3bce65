import * as vscode from 'vscode';
import { Serializer } from '../../base/async.ts';
import type { Logger } from '../../base/logger.ts';
import { openContextText } from './contextText.ts';
import { lineWithWords } from './lineWithWords.ts';
import type { PlacePreview, ShownPlace } from './editorWindow.ts';

export async function openPlace(
  { path, startLine = 1, endLine = startLine, words = [] }: ShownPlace,
  options: Pick<vscode.TextDocumentShowOptions, 'preserveFocus' | 'viewColumn'>,
): Promise<vscode.TextEditor> {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(path));
  // The index can be older than the file: what is beyond its end is shown at its end.
  const [start, end] = [startLine, endLine].map((line) => Math.min(Math.max(line, 1), document.lineCount) - 1);
  const editor = await vscode.window.showTextDocument(document, { ...options, preview: true });
  const range = document.lineAt(start ?? 0).range.union(document.lineAt(Math.max(end ?? 0, start ?? 0)).range);
  const lines = words.length === 0 ? [] : document.getText(range).split('\n');
  const line = document.lineAt(range.start.line + lineWithWords(lines, words)).range;
  editor.selection = new vscode.Selection(line.start, line.start);
  editor.revealRange(words.length === 0 ? range : line, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  return editor;
}

/** Remembers the active group as it is now: its tabs, and where the person was in the editor. */
export function previewPlaces(log: Logger): PlacePreview {
  const { activeTextEditor, tabGroups } = vscode.window;
  const group = tabGroups.activeTabGroup;
  const before = group.activeTab;
  const known = new Set(group.tabs.map(addressOf));
  const place =
    activeTextEditor === undefined
      ? undefined
      : {
          document: activeTextEditor.document,
          column: activeTextEditor.viewColumn,
          selections: activeTextEditor.selections,
          visible: activeTextEditor.visibleRanges[0],
        };
  const turns = new Serializer();
  const shown = new Set<string>();
  let isOver = false;

  const options = { preserveFocus: true, viewColumn: group.viewColumn };
  const showNext = (open: () => Promise<vscode.TextEditor>): void => {
    turns
      .run(async () => {
        if (!isOver) {
          const { document } = await open();
          shown.add(document.uri.toString());
        }
      })
      .catch((error: unknown) => log.debug(`No preview: ${String(error)}`));
  };

  const restore = async (): Promise<void> => {
    const ours = vscode.window.tabGroups.all
      .filter(({ viewColumn }) => viewColumn === group.viewColumn)
      .flatMap(({ tabs }) => tabs)
      .filter((tab) => tab.isPreview && !tab.isDirty && shown.has(addressOf(tab)) && !known.has(addressOf(tab)));
    if (place !== undefined) {
      const editor = await vscode.window.showTextDocument(place.document, {
        ...(place.column === undefined ? {} : { viewColumn: place.column }),
        preview: before?.isPreview === true,
      });
      editor.selections = place.selections;
      if (place.visible !== undefined) {
        editor.revealRange(place.visible, vscode.TextEditorRevealType.AtTop);
      }
    }
    await vscode.window.tabGroups.close(
      ours.filter((tab) => vscode.window.tabGroups.all.some(({ tabs }) => tabs.includes(tab))),
      place === undefined,
    );
  };

  return {
    show(wanted) {
      showNext(() => openPlace(wanted, options));
    },
    showText(title, text) {
      showNext(async () =>
        vscode.window.showTextDocument(await openContextText(title, text), { ...options, preview: true }),
      );
    },
    restore() {
      isOver = true;
      // After the one that is being opened now, if there is one.
      return turns.run(async () => (shown.size === 0 ? undefined : restore()));
    },
  };
}

function addressOf({ input, label }: vscode.Tab): string {
  return input instanceof vscode.TabInputText ? input.uri.toString() : `tab:${label}`;
}
