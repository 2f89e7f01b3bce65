import * as vscode from 'vscode';
import { absentScheme, sideScheme } from '../review/sideAddress.ts';
import { readCode } from './codePlace.ts';
import type { EditorWindow } from './editorWindow.ts';

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
      const saved = await Promise.all(unsavedDocuments(paths).map((document) => document.save()));
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
    async run(command, ...values) {
      await vscode.commands.executeCommand(command, ...values);
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
