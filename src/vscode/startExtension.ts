import * as vscode from 'vscode';
import { errorText } from '../base/failure.ts';
import { DisposableStore } from '../base/lifecycle.ts';
import { registerChatParticipant } from './chat/chatParticipant.ts';
import { registerMcpServers } from './chat/mcpServers.ts';
import { registerDelegateActions } from './codeActions/delegateActions.ts';
import type { CommandContext } from './commands/command.ts';
import { registerCommands } from './commands/registerCommands.ts';
import { PartsWatch } from './doctor/partsWatch.ts';
import { showFindings } from './findings/showFindings.ts';
import { ClientTaskHost } from './host/clientTaskHost.ts';
import { findRepositoryRoot } from './host/repositoryRoot.ts';
import { watchRepositories } from './host/watchRepositories.ts';
import { TaskHosts } from './host/taskHosts.ts';
import type { Lending } from './models/openLending.ts';
import type { Program } from './program/runProgram.ts';
import type { GraphPanels } from './memory/graph/graphPanel.ts';
import { lendWatching } from './memory/lendWatching.ts';
import { createMemoryView } from './memory/memoryView.ts';
import { registerRecallTool } from './memory/recallTool.ts';
import { ReviewThreads } from './review/comments/reviewThreads.ts';
import type { MergeEditors } from './review/mergeEditors.ts';
import { markChanges } from './review/changeMarks.ts';
import { watchReviewContext } from './review/reviewContext.ts';
import { registerSideFiles } from './review/sideFiles.ts';
import {
  editorHostVariables,
  editorMemorySettings,
  editorSettings,
  readEditorSetting,
  saveEditorSetting,
  editorDelegationSettings,
} from './settings/editorSettings.ts';
import { giveModelKey, keyVariables, StoredModelKeys } from './settings/storedModelKeys.ts';
import { announceTasks } from './tasks/announceTasks.ts';
import { rememberedRepositories, rememberOpenTasks } from './tasks/rememberedTasks.ts';
import { openTaskPages } from './taskPage/taskPages.ts';
import { greetSample } from './start/greetSample.ts';
import { createStatusItem } from './tasks/statusItem.ts';
import { registerTaskTools } from './tasks/taskTools.ts';
import { TaskFilter } from './tasks/taskFilter.ts';
import { createTaskView } from './tasks/taskView.ts';
import { TerminalWatch } from './terminal/terminalWatch.ts';
import { openTestExplorer } from './testing/testExplorer.ts';
import { TraceAnchors } from './trace/traceAnchors.ts';
import { watchTraces } from './trace/watchTraces.ts';
import { registerContextText } from './window/contextText.ts';
import { vscodeCode } from './window/vscodeCode.ts';
import { vscodeDialogue } from './window/vscodeDialogue.ts';
import { vscodeWindow } from './window/vscodeWindow.ts';

/** Everything the extension adds to the window, as a list: each part is made from the same context and ended with it. */
const parts: readonly ((context: CommandContext) => vscode.Disposable)[] = [
  registerCommands,
  // Before the others: the editor lists the quick fixes of who comes last first.
  showFindings,
  registerDelegateActions,
  ({ hosts }) => registerSideFiles(hosts),
  registerContextText,
  ({ hosts }) => createStatusItem(hosts),
  watchReviewContext,
  markChanges,
  announceTasks,
  watchTraces,
  watchRepositories,
  createMemoryView,
  lendWatching,
  registerRecallTool,
  registerTaskTools,
  registerChatParticipant,
  openTestExplorer,
  greetSample,
];

/**
 * Builds the native interface. Starts no process and opens no connection, except where tasks or findings were open when the window was
 * closed, and where what is missing is on screen.
 */
export function startExtension(extension: vscode.ExtensionContext): vscode.Disposable {
  const owned = new DisposableStore();
  const log = owned.add(vscode.window.createOutputChannel('Nightshift', { log: true }));
  const script = vscode.Uri.joinPath(extension.extensionUri, 'dist', 'agentHost.cjs').fsPath;
  const modelKeys = new StoredModelKeys(extension.secrets);
  let opened: Promise<Lending> | undefined;
  const lending = (): Promise<Lending> =>
    (opened ??= import('./models/openLending.ts').then(({ openLending }) => owned.add(openLending(extension))));
  const hosts = owned.add(
    new TaskHosts(
      (root) =>
        new ClientTaskHost(root, async (repository, start, signal) => {
          // Schemas and JSON-RPC are only read from the bundle when the first connection is made.
          const { openHostConnection } = await import('./host/openHostConnection.ts');
          // The one place where hosts are started: a host resumes tasks, and in Restricted Mode none runs.
          const starting = !vscode.workspace.isTrusted ? 'never' : start ? 'always' : 'for-tasks';
          const { openaiBaseUrl } = editorSettings().settings;
          const key = await modelKeys.of(openaiBaseUrl);
          const variables = { ...editorHostVariables(), ...keyVariables(openaiBaseUrl, key) };
          const { lender } = await lending();
          const connected = await openHostConnection(script, repository, starting, variables, lender, signal);
          if (connected.ok && connected.value !== undefined) {
            await giveModelKey(connected.value, openaiBaseUrl, key, log);
          }
          return connected;
        }),
    ),
  );
  const taskPages = owned.add(openTaskPages(() => context, extension.extensionUri));
  let merging: Promise<MergeEditors> | undefined;
  let graphs: Promise<GraphPanels> | undefined;
  const program = async (): Promise<Program> => {
    const { openaiBaseUrl } = editorSettings().settings;
    return {
      script: vscode.Uri.joinPath(extension.extensionUri, 'dist', 'cli.cjs').fsPath,
      variables: { ...editorHostVariables(), ...keyVariables(openaiBaseUrl, await modelKeys.of(openaiBaseUrl)) },
    };
  };
  const checkMachine = async (
    folder: string | undefined,
    brief: boolean,
    signal: AbortSignal,
  ): ReturnType<CommandContext['checkUp']> => {
    const { runDoctor } = await import('./doctor/runDoctor.ts');
    const { ollamaHost, openaiBaseUrl } = editorSettings().settings;
    return runDoctor({
      program: { ...(await program()), ...(folder === undefined ? {} : { folder }) },
      ...(ollamaHost === undefined ? {} : { ollamaHost }),
      ...(openaiBaseUrl === undefined ? {} : { openaiBaseUrl }),
      brief,
      signal,
    });
  };
  const partsWatch = owned.add(
    new PartsWatch({
      look: (signal) => checkMachine(undefined, true, signal),
      model: () => editorSettings().model,
      log,
      storage: extension.globalState,
    }),
  );
  const context: CommandContext = {
    hosts,
    window: vscodeWindow(log),
    dialogue: vscodeDialogue,
    code: vscodeCode,
    terminals: owned.add(
      new TerminalWatch((error) => log.warn(`A terminal's output ended early: ${errorText(error)}`)),
    ),
    log,
    taskFilter: new TaskFilter(extension.workspaceState),
    anchors: new TraceAnchors(extension.secrets),
    modelKeys,
    conversation: owned.add(new ReviewThreads(hosts, extension.workspaceState)),
    lending,
    merging: () =>
      (merging ??= import('./review/mergeEditors.ts').then(({ MergeEditors }) => owned.add(new MergeEditors()))),
    settings: editorSettings,
    memorySettings: editorMemorySettings,
    delegationSettings: editorDelegationSettings,
    async showGraph(root, entity) {
      graphs ??= import('./memory/graph/graphPanel.ts').then(({ GraphPanels }) =>
        owned.add(new GraphPanels(context, extension.extensionUri)),
      );
      await (await graphs).show(root, entity);
    },
    showTerminal: (name, pty) =>
      vscode.window.createTerminal({ name, pty, iconPath: new vscode.ThemeIcon('shield') }).show(),
    showTaskPage: (root, task, preserveFocus) => taskPages.show(root, task, preserveFocus),
    saveSetting: saveEditorSetting,
    readSetting: readEditorSetting,
    async checkUp(folder, signal) {
      const found = await checkMachine(folder, false, signal);
      if (found.ok) {
        partsWatch.tell(found.value);
      }
      return found;
    },
    async lookBriefly(signal) {
      const found = await checkMachine(undefined, true, signal);
      if (found.ok) {
        partsWatch.tell(found.value);
      }
      return found;
    },
    async modelProgram() {
      const { modelProgram } = await import('./models/modelProgram.ts');
      return modelProgram(await program());
    },
    sample: {
      project: vscode.Uri.joinPath(extension.extensionUri, 'media', 'demo', 'project').fsPath,
      recording: vscode.Uri.joinPath(extension.extensionUri, 'media', 'demo', 'replay.json').fsPath,
      home: extension.globalStorageUri.fsPath,
    },
    async openFolder(path, forceNewWindow) {
      await vscode.commands.executeCommand('vscode.openFolder', vscode.Uri.file(path), { forceNewWindow });
    },
    repositoryOf: findRepositoryRoot,
  };
  for (const part of parts) {
    owned.add(part(context));
  }
  owned.add(createTaskView(context, partsWatch));
  owned.add(registerMcpServers(context, extension));
  owned.add(rememberOpenTasks(hosts, extension.workspaceState));
  if (vscode.workspace.isTrusted) {
    for (const root of rememberedRepositories(extension.workspaceState)) {
      void hosts.of(root).connect({ start: true }, new AbortController().signal);
    }
  }
  return owned;
}
