import * as vscode from 'vscode';
import { DisposableStore } from '../../base/lifecycle.ts';
import type { CommandContext } from '../commands/command.ts';
import { type WindowFiles, WindowWatching } from './windowWatching.ts';

/** Lends the editor's own file watching to the memory of connected hosts. */
export function lendWatching(context: CommandContext): vscode.Disposable {
  const owned = new DisposableStore();
  const watching = owned.add(new WindowWatching(context, windowFiles));
  owned.add(
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (
        ['nightshift.memory', 'nightshift.ollama', 'files.watcherExclude'].some((name) =>
          change.affectsConfiguration(name),
        )
      ) {
        watching.settingsChanged();
      }
    }),
  );
  owned.add(vscode.workspace.onDidChangeWorkspaceFolders(() => watching.settingsChanged()));
  return owned;
}

const windowFiles: WindowFiles = {
  watch({ changed, used }) {
    const owned = new DisposableStore();
    const watcher = owned.add(vscode.workspace.createFileSystemWatcher('**/*'));
    const tell = (uri: vscode.Uri): void => {
      if (uri.scheme === 'file') {
        changed(uri.fsPath);
      }
    };
    owned.add(watcher.onDidChange(tell));
    owned.add(watcher.onDidCreate(tell));
    owned.add(watcher.onDidDelete(tell));
    // Sooner than the watcher, and also for files that are left out of it.
    owned.add(vscode.workspace.onDidSaveTextDocument(({ uri }) => tell(uri)));
    owned.add(
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        if (editor?.document.uri.scheme === 'file') {
          used(editor.document.uri.fsPath);
        }
      }),
    );
    return owned;
  },
  open() {
    const active = vscode.window.activeTextEditor?.document.uri;
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs.map(({ input }) => input));
    const open = tabs.flatMap((input) => (input instanceof vscode.TabInputText ? [input.uri] : []));
    const files = [...(active === undefined ? [] : [active]), ...open].filter(({ scheme }) => scheme === 'file');
    return [...new Set(files.map(({ fsPath }) => fsPath))];
  },
  watchesAll() {
    const excluded = vscode.workspace.getConfiguration('files').inspect('watcherExclude');
    const own = [excluded?.globalValue, excluded?.workspaceValue, excluded?.workspaceFolderValue];
    return own.every((globs) => !isRecord(globs) || Object.values(globs).every((value) => value !== true));
  },
};

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
