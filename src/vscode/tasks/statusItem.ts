import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { DisposableStore } from '../../base/lifecycle.ts';
import type { TaskHosts } from '../host/taskHosts.ts';
import { statusLine } from './statusLine.ts';

/** Count of tasks in the status bar; a click opens the Tasks view. Hidden while there is no task. */
export function createStatusItem(hosts: TaskHosts): vscode.Disposable {
  const owned = new DisposableStore();
  const item = owned.add(vscode.window.createStatusBarItem('nightshift.status', vscode.StatusBarAlignment.Left, 0));
  item.name = t('Nightshift Tasks');
  item.command = 'nightshift.showTasks';
  const update = (): void => {
    const line = statusLine(hosts.all(), hosts.tasks());
    if (line === undefined) {
      item.hide();
      return;
    }
    item.text = line.text;
    item.tooltip = line.facts.join('\n');
    item.accessibilityInformation = { label: line.spoken };
    item.backgroundColor = line.calls ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    item.show();
  };
  owned.add(hosts.onDidChange(update));
  update();
  return owned;
}
