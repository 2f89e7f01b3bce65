import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { connectHost, type HostClient } from '../../../src/host/client/hostClient.ts';
import type { TaskView } from '../../../src/protocol/taskView.ts';
import { sideAddress } from '../../../src/vscode/review/sideAddress.ts';
import { activeExtension, lineWith, ourActions, until, workspaceFile } from './extensionUnderTest.ts';

/** The whole job with a real agent host, a real sandbox and a scripted model. A second client of the same host looks on. */
export function defineTaskCases(): void {
  const enabled = process.env['NIGHTSHIFT_SUITE_ENGINE'] === 'yes';
  (enabled ? describe : describe.skip)('a delegated task', () => {
    let host: HostClient;
    let task: string;
    const root = (): string => workspaceFile('').fsPath.replace(/\/$/, '');
    const present = (): TaskView | undefined => host.state.tasks.find(({ id }) => id === task);
    const side = (path: string, which: 'base' | 'result'): vscode.Uri =>
      vscode.Uri.parse(
        sideAddress({ root: root(), task, path, side: which, hash: present()?.changeset?.hash ?? '' }),
        true,
      );
    const text = async (uri: vscode.Uri): Promise<string> =>
      new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));

    after(async () => {
      await host.request('shutdown', { force: true });
      host.dispose();
    });

    it('is started by the light bulb’s own command and takes nothing of the screen', async () => {
      await activeExtension();
      const document = await vscode.workspace.openTextDocument(workspaceFile('src/counter.js'));
      const editor = await vscode.window.showTextDocument(document);
      const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs.map(({ label }) => label));
      const [action] = await ourActions(document.uri, lineWith(document, 'TODO'));
      assert.ok(action?.command);
      const id: unknown = await vscode.commands.executeCommand(
        action.command.command,
        ...(action.command.arguments ?? []),
      );
      assert.ok(typeof id === 'string', 'no task was created');
      task = id;
      assert.equal(vscode.window.activeTextEditor, editor);
      const now = vscode.window.tabGroups.all.flatMap((group) => group.tabs.map(({ label }) => label));
      assert.deepEqual(now, tabs);
    });

    it('becomes ready with a green proof while the checkout stays as it was', async () => {
      const before = readFileSync(workspaceFile('src/counter.js').fsPath, 'utf8');
      const extension = await activeExtension();
      const connected = await connectHost({
        root: root(),
        entry: { node: process.execPath, script: join(extension.extensionPath, 'dist', 'agentHost.cjs') },
        client: 'suite',
        trace: false,
        start: false,
        signal: new AbortController().signal,
      });
      assert.ok(connected.ok, 'no agent host runs');
      host = connected.value;
      await until(
        'the task is ready',
        () => {
          const state = present()?.state;
          assert.notEqual(state, 'failed', `${present()?.reason?.message}`);
          return state === 'ready';
        },
        100,
      );
      assert.equal(present()?.proof?.verdict, 'green');
      assert.equal(present()?.origin.file, 'src/counter.js');
      assert.equal(readFileSync(workspaceFile('src/counter.js').fsPath, 'utf8'), before);
      const focused = vscode.window.activeTextEditor?.document.uri.fsPath;
      assert.equal(focused, workspaceFile('src/counter.js').fsPath);
    });

    it('shows both sides byte for byte', async () => {
      const disk = readFileSync(workspaceFile('src/counter.js').fsPath, 'utf8');
      assert.equal(await text(side('src/counter.js', 'base')), disk);
      assert.match(await text(side('src/counter.js', 'result')), /Math\.max\(0, this\.#value - step\)/);
      await assert.rejects(async () => vscode.workspace.fs.readFile(side('docs/counting.md', 'base')), {
        code: 'FileNotFound',
      });
    });

    it('opens all changes in one tab, and again in no second one', async () => {
      const reviews = (): number =>
        vscode.window.tabGroups.all.flatMap((group) => group.tabs).filter(({ label }) => label.includes(task)).length;
      await vscode.commands.executeCommand('nightshift.reviewTask', { root: root(), task });
      await until('the review is open', () => reviews() === 1);
      await vscode.commands.executeCommand('nightshift.reviewTask', { root: root(), task });
      await until('one review is open', () => reviews() === 1);
    });

    it('writes one file when that file is accepted, and the rest when all is', async () => {
      const first: unknown = await vscode.commands.executeCommand('nightshift.acceptFile', {
        root: root(),
        task,
        file: 'docs/counting.md',
      });
      assert.deepEqual(first, ['docs/counting.md']);
      assert.match(readFileSync(workspaceFile('docs/counting.md').fsPath, 'utf8'), /never goes below zero/);
      assert.match(readFileSync(workspaceFile('src/counter.js').fsPath, 'utf8'), /TODO: stop at zero/);
      const rest: unknown = await vscode.commands.executeCommand('nightshift.acceptTask', { root: root(), task });
      assert.deepEqual(rest, ['src/counter.js']);
      assert.match(readFileSync(workspaceFile('src/counter.js').fsPath, 'utf8'), /Math\.max\(0, this\.#value - step\)/);
      await until('the task is accepted', () => present()?.state === 'applied');
    });

    it('has a trace that verifies', async () => {
      assert.equal(await vscode.commands.executeCommand('nightshift.verifyTrace', { root: root(), task }), true);
      assert.ok(dirname(present()?.trace.path ?? '').startsWith(process.env['NIGHTSHIFT_HOME'] ?? '?'));
    });

    it('can be cancelled while an agent is at it', async () => {
      const request = {
        kind: 'selection',
        path: workspaceFile('src/counter.js').fsPath,
        startLine: 1,
        endLine: 3,
        text: 'a',
      };
      const id: unknown = await vscode.commands.executeCommand('nightshift.delegateRequest', request);
      assert.ok(typeof id === 'string');
      await vscode.commands.executeCommand('nightshift.cancelTask', { root: root(), task: id });
      await until(
        'the task is cancelled',
        () => host.state.tasks.find((each) => each.id === id)?.state === 'cancelled',
      );
    });
  });
}
