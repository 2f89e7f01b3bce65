import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { DisposableStore } from '../../base/lifecycle.ts';
import type { CommandContext } from '../commands/command.ts';
import type { TaskReference } from '../host/taskHost.ts';
import { fileRowAddress, isUndecided } from '../tasks/fileNode.ts';
import { taskTitle } from '../tasks/taskText.ts';
import { parseSide, sideAddress, sideScheme } from './sideAddress.ts';

const controlId = 'nightshift';

/**
 * Marks at the lines of a result that are left to decide, with accept and reject in their peek, by the editor's quick diff: the
 * offered side against the taken one. The source control that the editor wants for this is there only while such a side is open,
 * lists what is left of its task, and counts nothing in the badge.
 */
export function markChanges({ hosts }: CommandContext): vscode.Disposable {
  const owned = new DisposableStore();
  let shown: { readonly control: vscode.SourceControl; readonly group: vscode.SourceControlResourceGroup } | undefined;
  const update = (): void => {
    const reference = reviewed(hosts);
    if (reference === undefined) {
      shown?.control.dispose();
      shown = undefined;
      return;
    }
    shown ??= createControl();
    shown.group.label = t`Left to Decide: ${taskTitle(reference.task)}`;
    shown.group.resourceStates = resources(reference);
  };
  owned.add(vscode.workspace.onDidOpenTextDocument(update));
  owned.add(vscode.workspace.onDidCloseTextDocument(update));
  owned.add(vscode.window.onDidChangeActiveTextEditor(update));
  owned.add(hosts.onDidChange(update));
  owned.add({ dispose: () => shown?.control.dispose() });
  return owned;
}

function createControl(): {
  readonly control: vscode.SourceControl;
  readonly group: vscode.SourceControlResourceGroup;
} {
  const control = vscode.scm.createSourceControl(controlId, 'Nightshift');
  control.count = 0;
  control.inputBox.visible = false;
  control.quickDiffProvider = {
    provideOriginalResource(address) {
      const side = parseSide(address);
      return side?.side === 'offered' ? vscode.Uri.parse(sideAddress({ ...side, side: 'taken' }), true) : undefined;
    },
  };
  const group = control.createResourceGroup('open', t('Left to Decide'));
  group.hideWhenEmpty = true;
  return { control, group };
}

/** The task whose offered side is on screen, else one whose side is open. */
function reviewed(hosts: CommandContext['hosts']): TaskReference | undefined {
  const active = vscode.window.activeTextEditor?.document;
  const open = [...(active === undefined ? [] : [active]), ...vscode.workspace.textDocuments];
  for (const { uri, isClosed } of open) {
    const side = uri.scheme === sideScheme && !isClosed ? parseSide(uri) : undefined;
    const reference = side?.side === 'offered' ? hosts.find(side.root, side.task) : undefined;
    if (reference?.task.state === 'ready') {
      return reference;
    }
  }
  return undefined;
}

function resources({ root, task }: TaskReference): vscode.SourceControlResourceState[] {
  return (task.changeset?.files ?? [])
    .filter((file) => isUndecided(task, file))
    .map((file) => {
      const argument = { root, task: task.id, file: file.path };
      return {
        resourceUri: vscode.Uri.parse(fileRowAddress(task, file, root), true),
        command: { command: 'nightshift.openFileDiff', title: t('Open Changes'), arguments: [argument] },
        contextValue: 'open',
      };
    });
}
