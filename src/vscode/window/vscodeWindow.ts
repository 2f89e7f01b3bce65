import * as vscode from 'vscode';
import { errorText } from '../../base/failure.ts';
import { absentScheme, sideScheme } from '../review/sideAddress.ts';
import { readCode } from './codePlace.ts';
import type { EditorWindow } from './editorWindow.ts';
import { openPlace, previewPlaces } from './placePreview.ts';

export function vscodeWindow(log: vscode.LogOutputChannel): EditorWindow {
  return {
    trusted: () => vscode.workspace.isTrusted,
    folders: () => (vscode.workspace.workspaceFolders ?? []).filter(isOnDisk).map(({ uri }) => uri.fsPath),
    activeCode() {
      const editor = vscode.window.activeTextEditor;
      if (editor === undefined || editor.document.uri.scheme !== 'file') {
        return undefined;
      }
      const { document, selection } = editor;
      const reach = selection.isEmpty ? document.lineAt(selection.active.line).range : selection;
      const diagnostics = vscode.languages
        .getDiagnostics(document.uri)
        .filter(({ range }) => range.intersection(reach) !== undefined);
      return readCode(document, selection, diagnostics);
    },
    unsaved: (paths) => unsavedDocuments(paths).map(({ uri }) => uri.fsPath),
    async save(paths) {
      // A document that the editor saved by itself meanwhile answers its saving with false.
      const saved = await Promise.all(
        unsavedDocuments(paths).map(async (document) => (await document.save()) || !document.isDirty),
      );
      return saved.every(Boolean);
    },
    async showChanges(title, changes) {
      await closeOlder(title);
      const resources = changes.map(({ label, base, result }) => [parse(label), parse(base), parse(result)]);
      await vscode.commands.executeCommand('vscode.changes', title, resources);
    },
    async showDiff(title, { base, result }) {
      await vscode.commands.executeCommand(
        'vscode.diff',
        parse(base) ?? absent(result),
        parse(result) ?? absent(base),
        title,
      );
    },
    async showFile(path) {
      await vscode.window.showTextDocument(vscode.Uri.file(path), { preview: true });
    },
    async showPlace(place, beside = false) {
      try {
        await openPlace(place, beside ? { viewColumn: vscode.ViewColumn.Beside } : {});
        return true;
      } catch (error) {
        log.warn(`${place.path} cannot be opened: ${errorText(error)}`);
        return false;
      }
    },
    previewPlaces: () => previewPlaces(log),
    nameAtCursor() {
      const editor = vscode.window.activeTextEditor;
      const range = editor?.document.getWordRangeAtPosition(editor.selection.active);
      return range === undefined ? undefined : editor?.document.getText(range);
    },
    showLog: () => log.show(),
    activeReview() {
      const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
      if (tab === undefined) {
        return undefined;
      }
      const sides = tab.input instanceof vscode.TabInputTextDiff ? [tab.input.modified, tab.input.original] : [];
      const ours = sides.find(({ scheme }) => scheme === sideScheme);
      return ours === undefined ? { title: tab.label } : { title: tab.label, address: ours.toString() };
    },
    reviewCursor() {
      const editor = vscode.window.activeTextEditor;
      if (editor === undefined || editor.document.uri.scheme !== sideScheme) {
        return undefined;
      }
      const { start, end } = editor.selection;
      return { address: editor.document.uri.toString(), range: { start: start.line + 1, end: end.line + 1 } };
    },
    moveInReview(address, line) {
      const editor = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === address);
      if (editor !== undefined) {
        const place = new vscode.Position(Math.min(line, editor.document.lineCount) - 1, 0);
        editor.selection = new vscode.Selection(place, place);
        editor.revealRange(editor.selection, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
      }
    },
    reviewChanged: (address) =>
      new Promise((resolve) => {
        const end = (): void => {
          listening.dispose();
          clearTimeout(timer);
          resolve();
        };
        const timer = setTimeout(end, 2_000);
        const listening = vscode.workspace.onDidChangeTextDocument(({ document }) => {
          if (document.uri.toString() === address) {
            end();
          }
        });
      }),
    async showSide(address) {
      await vscode.window.showTextDocument(vscode.Uri.parse(address, true), { preview: true });
    },
    async run(command, ...values) {
      const [query] = values;
      if (
        command === 'workbench.action.openSettings' &&
        typeof query === 'string' &&
        vscode.env.remoteName !== undefined
      ) {
        // Ours are of the machine, which the settings of the user do not show where it is another one.
        await vscode.commands.executeCommand('workbench.action.openRemoteSettings', { query });
        return;
      }
      await vscode.commands.executeCommand(command, ...values);
    },
    async replace(root, parts) {
      const { replaceInFiles } = await import('./replaceInFiles.ts');
      return replaceInFiles(root, parts);
    },
    async write(path, text) {
      try {
        await vscode.workspace.fs.writeFile(vscode.Uri.file(path), new TextEncoder().encode(text));
        return undefined;
      } catch (error) {
        return errorText(error);
      }
    },
    async copy(text) {
      await vscode.env.clipboard.writeText(text);
    },
    typeInTerminal(command) {
      const terminal = vscode.window.createTerminal('Nightshift');
      terminal.show();
      terminal.sendText(command, false);
    },
    async editUnsaved(path, change) {
      const file = vscode.Uri.file(path);
      const isThere = await vscode.workspace.fs.stat(file).then(
        () => true,
        () => false,
      );
      const address = isThere ? file : file.with({ scheme: 'untitled' });
      const document = await vscode.workspace.openTextDocument(address);
      const before = document.getText();
      const whole = new vscode.Range(document.positionAt(0), document.positionAt(before.length));
      const edit = new vscode.WorkspaceEdit();
      edit.replace(address, whole, change(before));
      await vscode.workspace.applyEdit(edit);
      await vscode.window.showTextDocument(document, { preview: false });
    },
    async openLink(url) {
      await vscode.env.openExternal(vscode.Uri.parse(url, true));
    },
  };
}

function isOnDisk({ uri }: vscode.WorkspaceFolder): boolean {
  return uri.scheme === 'file';
}

function unsavedDocuments(paths: readonly string[]): readonly vscode.TextDocument[] {
  return vscode.workspace.textDocuments.filter(
    ({ isDirty, uri }) => isDirty && uri.scheme === 'file' && paths.includes(uri.fsPath),
  );
}

/** The editor opens a new tab for every multi-file diff; the older one of the same task would only be in the way. */
async function closeOlder(title: string): Promise<void> {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  const older = tabs.filter(({ label, input }) => input === undefined && label.startsWith(title));
  if (older.length > 0) {
    await vscode.window.tabGroups.close(older, true);
  }
}

function parse(address: string | undefined): vscode.Uri | undefined {
  return address === undefined ? undefined : vscode.Uri.parse(address, true);
}

/** An empty document of the other side's language. */
function absent(other: string | undefined): vscode.Uri {
  return vscode.Uri.from({ scheme: absentScheme, path: parse(other)?.path ?? '/absent' });
}
