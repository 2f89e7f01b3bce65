import * as vscode from 'vscode';
import { type MemoryNode, memoryNodes, type ShownMemory } from './memoryNodes.ts';

/** The rows of the Memory view, rebuilt whenever the editor asks. */
export class MemoryTree implements vscode.TreeDataProvider<MemoryNode>, vscode.Disposable {
  private readonly memories: () => readonly ShownMemory[];
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;

  constructor(memories: () => readonly ShownMemory[]) {
    this.memories = memories;
  }

  refresh(): void {
    this.changed.fire(undefined);
  }

  getChildren(node?: MemoryNode): MemoryNode[] {
    return node === undefined ? [...memoryNodes(this.memories())] : [...node.children];
  }

  getTreeItem(node: MemoryNode): vscode.TreeItem {
    const { None, Expanded, Collapsed } = vscode.TreeItemCollapsibleState;
    const item = new vscode.TreeItem(
      node.label,
      node.children.length === 0 ? None : node.expanded === true ? Expanded : Collapsed,
    );
    const { name, color } = node.icon;
    item.id = node.id;
    item.description = node.description;
    item.contextValue = node.context;
    item.iconPath = new vscode.ThemeIcon(name, color === undefined ? undefined : new vscode.ThemeColor(color));
    if (node.facts.length > 0) {
      item.tooltip = node.facts.join('\n');
    }
    if (node.command !== undefined) {
      const { id, title, values } = node.command;
      item.command = { command: id, title, arguments: [...values] };
    }
    return item;
  }

  dispose(): void {
    this.changed.dispose();
  }
}
