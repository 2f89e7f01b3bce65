import * as vscode from 'vscode';
import { DisposableStore } from '../../base/lifecycle.ts';
import type { CommandContext } from '../commands/command.ts';
import { isUndecided } from '../tasks/fileNode.ts';
import { setContextKey } from '../window/contextKey.ts';
import { parseAddress, reviewedTask } from './reviewTitle.ts';

/** Keeps the two context keys that put Accept and Discard into the title of a diff editor of ours while its task is open. */
export function watchReviewContext({ hosts, window }: CommandContext): vscode.Disposable {
  const owned = new DisposableStore();
  const shown = new Map<string, boolean>();
  const set = (name: 'reviewing' | 'reviewingFile', value: boolean): void => {
    if (shown.get(name) !== value) {
      shown.set(name, value);
      setContextKey(name, value);
    }
  };
  const update = (): void => {
    const tab = window.activeReview();
    const reference = tab === undefined ? undefined : reviewedTask(hosts.tasks(), tab);
    const reviewing = reference?.task.state === 'ready';
    const path = tab?.address === undefined ? undefined : parseAddress(tab.address)?.path;
    const file = reference?.task.changeset?.files.find((each) => each.path === path);
    set('reviewing', reviewing);
    set('reviewingFile', reviewing && file !== undefined && isUndecided(reference.task, file));
  };
  owned.add(vscode.window.tabGroups.onDidChangeTabs(update));
  owned.add(vscode.window.tabGroups.onDidChangeTabGroups(update));
  owned.add(hosts.onDidChange(update));
  return owned;
}
