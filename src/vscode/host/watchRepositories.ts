import * as vscode from 'vscode';
import { DisposableStore } from '../../base/lifecycle.ts';
import type { CommandContext } from '../commands/command.ts';
import { setContextKey } from '../window/contextKey.ts';

/** Keeps the context key that tells the empty view whether an open folder is a repository, also after `git init`. */
export function watchRepositories({ window, repositoryOf, log }: CommandContext): vscode.Disposable {
  const owned = new DisposableStore();
  const update = async (): Promise<void> => {
    const roots = await Promise.all(window.folders().map(repositoryOf));
    const present = roots.some((root) => root !== undefined);
    setContextKey('repository', present ? 'present' : 'none');
  };
  const look = (): void => {
    update().catch((error: unknown) => log.error(`Looking for repositories: ${String(error)}`));
  };
  owned.add(vscode.workspace.onDidChangeWorkspaceFolders(look));
  for (const folder of vscode.workspace.workspaceFolders ?? []) {
    const git = new vscode.RelativePattern(folder, '.git');
    const watcher = owned.add(vscode.workspace.createFileSystemWatcher(git, false, true, false));
    owned.add(watcher.onDidCreate(look));
    owned.add(watcher.onDidDelete(look));
  }
  look();
  return owned;
}
