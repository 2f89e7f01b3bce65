import * as vscode from 'vscode';
import { errorText } from '../../base/failure.ts';
import { DisposableStore } from '../../base/lifecycle.ts';
import type { CommandContext } from '../commands/command.ts';
import { setContextKey } from '../window/contextKey.ts';
import { memoryKey } from './memoryKey.ts';
import { MemoryTree } from './memoryTree.ts';
import { ShownMemories } from './shownMemories.ts';

/** The Memory view. Shows nothing but its welcome text until an agent host tells of a memory; never starts one. */
export function createMemoryView(context: CommandContext): vscode.Disposable {
  const owned = new DisposableStore();
  const memories = owned.add(new ShownMemories(context));
  const tree = owned.add(new MemoryTree(() => memories.present));
  const view = owned.add(
    vscode.window.createTreeView('nightshift.memory', { treeDataProvider: tree, showCollapseAll: true }),
  );
  let key = '';
  const update = (): void => {
    const statuses = memories.present.map(({ status }) => status);
    const next = memoryKey(context.memorySettings().enabled, statuses);
    if (next !== key) {
      key = next;
      setContextKey('memory', next);
    }
    if (view.visible) {
      tree.refresh();
      memories.refreshEpisodes().catch((error: unknown) => context.log.error(errorText(error)));
    }
  };
  owned.add(memories.onDidChange(update));
  owned.add(view.onDidChangeVisibility(update));
  owned.add(
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('nightshift.memory')) {
        update();
      }
    }),
  );
  update();
  return owned;
}
