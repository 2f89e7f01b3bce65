import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { TaskHosts } from '../../../src/vscode/host/taskHosts.ts';
import { sideAddress } from '../../../src/vscode/review/sideAddress.ts';
import { TaskFilter } from '../../../src/vscode/tasks/taskFilter.ts';
import { TaskTree } from '../../../src/vscode/tasks/taskTree.ts';
import { MemoryTaskHost } from '../../fakes/editor/memoryTaskHost.ts';
import { queuedTask, readyTask } from '../../fakes/sampleTasks.ts';
import { activeExtension, lineWith, ourActions, workspaceFile } from './extensionUnderTest.ts';

export function defineWorkspaceCases(): void {
  describe('activation', () => {
    it('comes by itself, and starts no agent host', async () => {
      await activeExtension();
      assert.equal(existsSync(join(process.env['NIGHTSHIFT_HOME'] ?? '', 'workspaces')), false);
    });

    it('registers every declared command', async () => {
      const { packageJSON } = await activeExtension();
      const known = new Set(await vscode.commands.getCommands(true));
      const declared: readonly { readonly command: string }[] = packageJSON.contributes.commands;
      assert.deepEqual(
        declared.map(({ command }) => command).filter((command) => !known.has(command)),
        [],
      );
    });

    it('asks for no proposed API', async () => {
      const { packageJSON } = await activeExtension();
      assert.equal(packageJSON.enabledApiProposals, undefined);
    });
  });

  describe('light bulb', () => {
    const problems = vscode.languages.createDiagnosticCollection('suite');
    after(() => problems.dispose());

    it('offers a TODO comment as a quick fix with nothing to fill in', async () => {
      const document = await vscode.workspace.openTextDocument(workspaceFile('src/counter.js'));
      const range = lineWith(document, 'TODO');
      const [action, ...others] = await ourActions(document.uri, new vscode.Range(range.start, range.start));
      assert.equal(others.length, 0);
      assert.equal(action?.title, 'Delegate to Background Agent: Do "TODO: stop at zero"');
      assert.ok(action.kind?.contains(vscode.CodeActionKind.QuickFix));
      assert.deepEqual(action.command?.arguments, [
        {
          kind: 'todo',
          path: document.uri.fsPath,
          startLine: range.start.line + 1,
          endLine: range.start.line + 1,
          text: 'TODO: stop at zero',
        },
      ]);
    });

    it('offers a problem with its message as a quick fix', async () => {
      const document = await vscode.workspace.openTextDocument(workspaceFile('src/counter.js'));
      const range = lineWith(document, 'Math.min');
      const diagnostic = new vscode.Diagnostic(range, 'The limit is not checked.', vscode.DiagnosticSeverity.Warning);
      diagnostic.source = 'suite';
      problems.set(document.uri, [diagnostic]);
      const actions = await ourActions(document.uri, new vscode.Range(range.start, range.start));
      assert.deepEqual(
        actions.map(({ title, kind }) => [title, kind?.value]),
        [['Delegate to Background Agent: Fix "The limit is not checked."', 'quickfix']],
      );
      problems.clear();
    });

    it('offers a selection as a rewrite, and plain code without one nothing', async () => {
      const document = await vscode.workspace.openTextDocument(workspaceFile('src/counter.js'));
      const range = lineWith(document, 'Math.min');
      const [action] = await ourActions(document.uri, range);
      assert.equal(action?.title, 'Delegate to Background Agent: Work on the Selection');
      assert.ok(action.kind?.contains(vscode.CodeActionKind.RefactorRewrite));
      assert.deepEqual(await ourActions(document.uri, new vscode.Range(range.start, range.start)), []);
    });
  });

  describe('sides of a changed file', () => {
    it('cannot be written', () => {
      assert.equal(vscode.workspace.fs.isWritableFileSystem('nightshift'), false);
    });

    it('an address of nothing is not found', async () => {
      const nowhere = vscode.Uri.parse('nightshift:/a.js');
      await assert.rejects(async () => vscode.workspace.fs.readFile(nowhere), { code: 'FileNotFound' });
    });

    it('an address survives the editor’s own parser, special characters included', () => {
      const address = sideAddress({ root: '/a b/ü#?', task: 't', path: 'x/ä %20&=.ts', side: 'base', hash: 'h' });
      const uri = vscode.Uri.parse(address, true);
      assert.equal(uri.path, '/x/ä %20&=.ts');
      assert.equal(new URLSearchParams(uri.query).get('root'), '/a b/ü#?');
      assert.equal(vscode.Uri.parse(uri.toString(), true).toString(), uri.toString());
    });
  });

  describe('rows of the Tasks view, as the editor gets them', () => {
    it('carry icon, menu context, file address and command', () => {
      const host = new MemoryTaskHost('/r', [readyTask(), queuedTask({ id: 'second', state: 'working' })]);
      const hosts = new TaskHosts(() => host);
      hosts.of('/r');
      const tree = new TaskTree(hosts, new TaskFilter({ get: () => [], update: async () => undefined }));
      const [ready, working] = tree.getChildren().map((node) => ({ node, item: tree.getTreeItem(node) }));
      assert.equal(ready?.item.contextValue, 'task.ready.changes');
      assert.equal(ready.item.collapsibleState, vscode.TreeItemCollapsibleState.Expanded);
      assert.deepEqual(working?.item.iconPath, new vscode.ThemeIcon('loading~spin'));
      const file = tree.getChildren(ready.node).map((node) => tree.getTreeItem(node))[1];
      assert.equal(file?.resourceUri?.scheme, 'nightshift-row');
      assert.equal(file.resourceUri.path, '/src/sum.js');
      assert.equal(file.command?.command, 'nightshift.openFileDiff');
      tree.dispose();
    });
  });
}
