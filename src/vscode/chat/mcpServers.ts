import * as vscode from 'vscode';
import { DisposableStore } from '../../base/lifecycle.ts';
import type { CommandContext } from '../commands/command.ts';
import { memoryRoots } from '../memory/memoryRoot.ts';
import { editorHostVariables } from '../settings/editorSettings.ts';
import { missingForTasks } from '../tasks/startTask.ts';
import { mcpLaunch } from './mcpLaunch.ts';

/** As package.json declares it. */
export const mcpProviderId = 'nightshift.repositories';

/** Tells the editor of one server for each repository of the window, for agents that take their tools by the Model Context Protocol. The editor starts it when one asks. */
export function registerMcpServers(context: CommandContext, extension: vscode.ExtensionContext): vscode.Disposable {
  const owned = new DisposableStore();
  const changed = new vscode.EventEmitter<void>();
  const script = vscode.Uri.joinPath(extension.extensionUri, 'dist', 'cli.cjs').fsPath;
  const { version } = extension.extension.packageJSON;
  const told = (): void => changed.fire();
  owned.add(changed);
  owned.add(vscode.workspace.onDidChangeWorkspaceFolders(told));
  owned.add(vscode.workspace.onDidGrantWorkspaceTrust(told));
  owned.add(
    vscode.workspace.onDidChangeConfiguration((change) =>
      change.affectsConfiguration('nightshift') ? told() : undefined,
    ),
  );
  owned.add(
    vscode.lm.registerMcpServerDefinitionProvider(mcpProviderId, {
      onDidChangeMcpServerDefinitions: changed.event,
      provideMcpServerDefinitions: async () => {
        const roots = missingForTasks(context.window) === undefined ? await memoryRoots(context) : [];
        return roots.map((root) => {
          const { args, env } = mcpLaunch(root, context.settings());
          const variables = { ...editorHostVariables(), ...env, ELECTRON_RUN_AS_NODE: '1' };
          const label = roots.length === 1 ? 'Nightshift' : `Nightshift: ${root.slice(root.search(/[^\\/]*$/))}`;
          return new vscode.McpStdioServerDefinition(label, process.execPath, [script, ...args], variables, version);
        });
      },
    }),
  );
  return owned;
}
