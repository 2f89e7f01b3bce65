import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { workspacePaths } from '../../../src/host/paths.ts';
import { activeExtension, lineWith, ourActions, workspaceFile } from './extensionUnderTest.ts';

export function defineRestrictedCases(): void {
  describe('in Restricted Mode', () => {
    it('the extension is active and the folder is not trusted', async () => {
      await activeExtension();
      assert.equal(vscode.workspace.isTrusted, false);
    });

    it('the light bulb offers nothing', async () => {
      const document = await vscode.workspace.openTextDocument(workspaceFile('src/counter.js'));
      assert.deepEqual(await ourActions(document.uri, lineWith(document, 'TODO')), []);
    });

    it('no task is started, no agent host either, and no file changes', async () => {
      const uri = workspaceFile('src/counter.js');
      const before = readFileSync(uri.fsPath, 'utf8');
      const request = { kind: 'todo', path: uri.fsPath, startLine: 1, endLine: 1, text: 'TODO: x' };
      assert.equal(await vscode.commands.executeCommand('nightshift.delegateRequest', request), undefined);
      assert.equal(await vscode.commands.executeCommand('nightshift.delegate'), undefined);
      assert.equal(await vscode.commands.executeCommand('nightshift.selectModel'), undefined);
      await vscode.commands.executeCommand('nightshift.refreshTasks');
      assert.equal(existsSync(join(process.env['NIGHTSHIFT_HOME'] ?? '', 'workspaces')), false);
      assert.equal(readFileSync(uri.fsPath, 'utf8'), before);
    });

    it('tasks that wait on disk do not start an agent host either', async () => {
      const { directory, log, tasks } = workspacePaths(workspaceFile('').fsPath);
      mkdirSync(join(tasks, 'task-waiting'), { recursive: true });
      try {
        assert.equal(await vscode.commands.executeCommand('nightshift.refreshTasks'), 0);
        assert.equal(existsSync(log), false);
      } finally {
        rmSync(directory, { recursive: true, force: true });
      }
    });
  });
}
