import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { DisposableStore } from '../../base/lifecycle.ts';
import type { CommandContext } from '../commands/command.ts';
import type { PartsWatch } from '../doctor/partsWatch.ts';
import { markRows } from '../review/markReviewed.ts';
import { setContextKey } from '../window/contextKey.ts';
import { filterText } from './filterTasks.ts';
import { connectFolders } from './refreshTasks.ts';
import { count, hasChanges, isActive, isAsking, isDecided } from './taskText.ts';
import { TaskTree } from './taskTree.ts';

const viewId = 'nightshift.tasks';

/** The Tasks view: rows, badge, progress bar and the words shown while it is empty. Looks for hosts when it becomes visible. */
export function createTaskView(context: CommandContext, parts: Pick<PartsWatch, 'emptyView'>): vscode.Disposable {
  const owned = new DisposableStore();
  const tree = owned.add(new TaskTree(context.hosts, context.taskFilter));
  const view = owned.add(
    vscode.window.createTreeView(viewId, {
      treeDataProvider: tree,
      showCollapseAll: true,
      // A mark is what the agent host knows of it.
      manageCheckboxStateManually: true,
    }),
  );
  const progress = owned.add(new ViewProgress());
  const update = (): void => {
    const tasks = context.hosts.tasks().map(({ task }) => task);
    const ready = tasks.filter((task) => task.state === 'ready').length;
    const active = tasks.filter(isActive).length;
    const reviewable = tasks.filter(hasChanges).length;
    const failed = context.hosts
      .all()
      .map((host) => host.condition)
      .find((condition) => condition.kind === 'failed');
    const asking = tasks.filter(isAsking).length;
    const calls = [
      ...(ready === 0 ? [] : [t`${count(ready, 'task')} ready for review`]),
      ...(asking === 0 ? [] : [t`${count(asking, 'question')} to answer`]),
    ];
    view.badge = calls.length === 0 ? undefined : { value: ready + asking, tooltip: calls.join(', ') };
    // Assigned this way since only undefined, which the editor's types leave out, brings the welcome text back.
    const narrowed = filterText(context.taskFilter.kinds);
    const hidden = narrowed !== '' && context.taskFilter.shown(context.hosts.tasks()).length === 0;
    const nothing = hidden ? t`No task is shown: the list is narrowed to ${narrowed}.` : undefined;
    Object.assign(view, { message: failed?.failure.message ?? nothing, description: narrowed });
    setContextKey('tasksFiltered', narrowed !== '');
    progress.show(active > 0 || context.hosts.all().some(({ condition }) => condition.kind === 'connecting'));
    setContextKey('taskCount', tasks.length);
    setContextKey('activeCount', active);
    setContextKey('readyCount', ready);
    setContextKey('reviewableCount', reviewable);
    setContextKey('askingCount', asking);
    setContextKey('decidedCount', tasks.filter(isDecided).length);
    if (tasks.some(({ runtime }) => runtime?.isolatedKernel === true)) {
      setContextKey('runtime', 'isolated');
    }
    parts.emptyView = view.visible && tasks.length === 0;
    tree.refresh();
  };
  const look = (): void => {
    parts.emptyView = view.visible && context.hosts.tasks().length === 0;
    if (view.visible) {
      connectFolders(context).catch((error: unknown) => context.log.error(String(error)));
    }
  };
  owned.add(context.hosts.onDidChange(update));
  owned.add(context.taskFilter.onDidChange(update));
  owned.add(
    view.onDidChangeCheckboxState(({ items }) => {
      markRows(context, items)
        // Where a mark was not taken, the box shows what it was.
        .finally(() => tree.refresh())
        .catch((error: unknown) => context.log.error(String(error)));
    }),
  );
  owned.add(view.onDidChangeVisibility(look));
  owned.add(vscode.workspace.onDidChangeWorkspaceFolders(look));
  owned.add(vscode.workspace.onDidGrantWorkspaceTrust(look));
  update();
  look();
  return owned;
}

/** The thin bar on top of the view while something is going on. */
class ViewProgress implements vscode.Disposable {
  private end: (() => void) | undefined;

  show(visible: boolean): void {
    if (!visible) {
      this.dispose();
    } else if (this.end === undefined) {
      const ended = new Promise<void>((resolve) => (this.end = resolve));
      void vscode.window.withProgress({ location: { viewId } }, () => ended);
    }
  }

  dispose(): void {
    this.end?.();
    this.end = undefined;
  }
}
