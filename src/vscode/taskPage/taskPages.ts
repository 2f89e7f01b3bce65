import * as vscode from 'vscode';
import type { CommandContext } from '../commands/command.ts';
import { DisposableStore } from '../../base/lifecycle.ts';
import type { TaskPanels } from './taskPanels.ts';

/** The name that the editor knows the pages by, also in the next window. */
export const taskPanelType = 'nightshift.task';

export interface TaskPages extends vscode.Disposable {
  show(root: string, task: string, preserveFocus: boolean): Promise<void>;
}

/** Pages of tasks, opened by people and brought back after a reload. What they are made of is only loaded with the first. */
export function openTaskPages(context: () => CommandContext, extension: vscode.Uri): TaskPages {
  const owned = new DisposableStore();
  let panels: Promise<TaskPanels> | undefined;
  const load = (): Promise<TaskPanels> =>
    (panels ??= import('./taskPanels.ts').then(({ TaskPanels }) => owned.add(new TaskPanels(context(), extension))));
  owned.add(
    vscode.window.registerWebviewPanelSerializer(taskPanelType, {
      async deserializeWebviewPanel(panel, state: unknown) {
        await (await load()).restore(panel, state);
      },
    }),
  );
  return {
    async show(root, task, preserveFocus) {
      (await load()).show(root, task, preserveFocus);
    },
    dispose: () => owned.dispose(),
  };
}
