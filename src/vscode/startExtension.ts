import * as vscode from 'vscode';
import { DisposableStore } from '../base/lifecycle.ts';
import { registerDelegateActions } from './codeActions/delegateActions.ts';
import type { CommandContext } from './commands/command.ts';
import { registerCommands } from './commands/registerCommands.ts';
import { ClientTaskHost } from './host/clientTaskHost.ts';
import { findRepositoryRoot } from './host/repositoryRoot.ts';
import { watchRepositories } from './host/watchRepositories.ts';
import { TaskHosts } from './host/taskHosts.ts';
import { watchReviewContext } from './review/reviewContext.ts';
import { registerSideFiles } from './review/sideFiles.ts';
import { editorHostVariables, editorSettings } from './settings/editorSettings.ts';
import { announceTasks } from './tasks/announceTasks.ts';
import { rememberedRepositories, rememberOpenTasks } from './tasks/rememberedTasks.ts';
import { createStatusItem } from './tasks/statusItem.ts';
import { createTaskView } from './tasks/taskView.ts';
import { TraceAnchors } from './trace/traceAnchors.ts';
import { watchTraces } from './trace/watchTraces.ts';
import { vscodeDialogue } from './window/vscodeDialogue.ts';
import { vscodeWindow } from './window/vscodeWindow.ts';

/** Everything the extension adds to the window, as a list: each part is made from the same context and ended with it. */
const parts: readonly ((context: CommandContext) => vscode.Disposable)[] = [
  registerCommands,
  registerDelegateActions,
  ({ hosts }) => registerSideFiles(hosts),
  createTaskView,
  ({ hosts }) => createStatusItem(hosts),
  watchReviewContext,
  announceTasks,
  watchTraces,
  watchRepositories,
];

/** Builds the native interface. Starts no process and opens no connection, except where tasks were open when the window was closed. */
export function startExtension(extension: vscode.ExtensionContext): vscode.Disposable {
  const owned = new DisposableStore();
  const log = owned.add(vscode.window.createOutputChannel('Nightshift', { log: true }));
  const script = vscode.Uri.joinPath(extension.extensionUri, 'dist', 'agentHost.cjs').fsPath;
  const hosts = owned.add(
    new TaskHosts(
      (root) =>
        new ClientTaskHost(root, async (repository, start, signal) => {
          // Schemas and JSON-RPC are only read from the bundle when the first connection is made.
          const { openHostConnection } = await import('./host/openHostConnection.ts');
          // The one place where hosts are started: a host resumes tasks, and in Restricted Mode none runs.
          const starting = !vscode.workspace.isTrusted ? 'never' : start ? 'always' : 'for-tasks';
          return openHostConnection(script, repository, starting, editorHostVariables(), signal);
        }),
    ),
  );
  const context: CommandContext = {
    hosts,
    window: vscodeWindow(log),
    dialogue: vscodeDialogue,
    log,
    anchors: new TraceAnchors(extension.secrets),
    settings: editorSettings,
    repositoryOf: findRepositoryRoot,
  };
  for (const part of parts) {
    owned.add(part(context));
  }
  owned.add(rememberOpenTasks(hosts, extension.workspaceState));
  if (vscode.workspace.isTrusted) {
    for (const root of rememberedRepositories(extension.workspaceState)) {
      void hosts.of(root).connect({ start: true }, new AbortController().signal);
    }
  }
  return owned;
}
