import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { TaskHosts } from '../host/taskHosts.ts';
import type { TaskFilter } from './taskFilter.ts';
import { type TaskNode, taskNode } from './taskNodes.ts';

/** The rows of the Tasks view, rebuilt from the tasks whenever the editor asks. */
export class TaskTree implements vscode.TreeDataProvider<TaskNode>, vscode.Disposable {
  private readonly hosts: Pick<TaskHosts, 'tasks'>;
  private readonly filter: TaskFilter;
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;

  constructor(hosts: Pick<TaskHosts, 'tasks'>, filter: TaskFilter) {
    this.hosts = hosts;
    this.filter = filter;
  }

  refresh(): void {
    this.changed.fire(undefined);
  }

  getChildren(node?: TaskNode): TaskNode[] {
    if (node !== undefined) {
      return [...node.children];
    }
    const isOneOfSeveral = (vscode.workspace.workspaceFolders?.length ?? 0) > 1;
    return this.filter.shown(this.hosts.tasks()).map((task) => taskNode(task, isOneOfSeveral));
  }

  getTreeItem(node: TaskNode): vscode.TreeItem {
    const item = new vscode.TreeItem(node.label, collapsible(node));
    item.id = node.id;
    item.description = node.description;
    item.contextValue = node.context;
    if (node.facts.length > 0) {
      item.tooltip = node.facts.join('\n');
    }
    if (node.icon !== undefined) {
      const { name, color } = node.icon;
      item.iconPath = new vscode.ThemeIcon(name, color === undefined ? undefined : new vscode.ThemeColor(color));
    }
    if (node.address !== undefined) {
      item.resourceUri = vscode.Uri.parse(node.address, true);
      item.iconPath = vscode.ThemeIcon.File;
    }
    if (node.reviewed !== undefined) {
      item.checkboxState = checkbox(node.reviewed, node.label);
    }
    if (node.command !== undefined) {
      const title = node.file === undefined ? t('Open Task Page') : t('Open Changes');
      item.command = { command: node.command, title, arguments: [node, node.how] };
    }
    return item;
  }

  dispose(): void {
    this.changed.dispose();
  }
}

function checkbox(reviewed: boolean, file: string): NonNullable<vscode.TreeItem['checkboxState']> {
  return {
    state: reviewed ? vscode.TreeItemCheckboxState.Checked : vscode.TreeItemCheckboxState.Unchecked,
    tooltip: reviewed ? t('Reviewed; cleared when the file changes again') : t('Mark as Reviewed'),
    accessibilityInformation: { label: t`${file} is ${reviewed ? '' : 'not '}reviewed`, role: 'checkbox' },
  };
}

function collapsible({ children, expanded }: TaskNode): vscode.TreeItemCollapsibleState {
  if (children.length === 0) {
    return vscode.TreeItemCollapsibleState.None;
  }
  return expanded === true ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed;
}
