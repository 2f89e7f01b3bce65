import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { nullLogger } from '../../../src/base/logger.ts';
import { ok } from '../../../src/base/result.ts';
import { ensureSocketDirectory, workspacePaths } from '../../../src/host/paths.ts';
import { type HostServer, startHostServer } from '../../../src/host/rpc/hostServer.ts';
import type { HostParams } from '../../../src/protocol/host.ts';
import type { RecallResult } from '../../../src/protocol/memory.ts';
import { TaskHosts } from '../../../src/vscode/host/taskHosts.ts';
import { MemoryTree } from '../../../src/vscode/memory/memoryTree.ts';
import { MemoryTaskHost } from '../../fakes/editor/memoryTaskHost.ts';
import { MemoryHostService } from '../../fakes/memoryHostService.ts';
import { memoryStatus, recallHit, sampleEpisode } from '../../fakes/sampleMemory.ts';
import { activeExtension, until, workspaceFile } from './extensionUnderTest.ts';

/** The memory as the editor shows it. The host is real on the wire and answers from a table. */
export function defineMemoryCases(): void {
  const root = (): string => workspaceFile('').fsPath.replace(/\/$/, '');
  const tabs = (): readonly string[] =>
    vscode.window.tabGroups.all.flatMap((group) => group.tabs.map(({ label }) => label));
  const activePath = (): string | undefined => vscode.window.activeTextEditor?.document.uri.fsPath;
  const run = (command: string, ...values: readonly unknown[]): Promise<unknown> =>
    Promise.resolve(vscode.commands.executeCommand(command, ...values));

  describe('without an agent host', () => {
    it('the Memory view is shown and starts none', async () => {
      await activeExtension();
      await run('nightshift.memory.focus');
      await run('nightshift.pauseMemory');
      await delay(2_000);
      assert.equal(existsSync(join(process.env['NIGHTSHIFT_HOME'] ?? '', 'workspaces')), false);
    });
  });

  describe('with a memory', () => {
    let service: MemoryHostService;
    let server: HostServer;
    const asked = <M extends 'memoryHint' | 'setMemory' | 'recall' | 'graph' | 'pauseMemory'>(
      method: M,
    ): HostParams<M>[] =>
      service.calls.filter((call) => call.method === method).map(({ params }) => params as HostParams<M>);

    before(async () => {
      const paths = workspacePaths(root());
      const safe = ensureSocketDirectory(paths);
      assert.ok(safe.ok, safe.ok ? '' : safe.error.message);
      service = new MemoryHostService(root());
      service.overrides = {
        recall: () => ok(found()),
        graph: ({ entity, question }) =>
          ok(entity === 'Counter' ? around(question) : { others: [], entities: [], edges: [] }),
        setMemory: () => ok({}),
        memoryHint: () => ok({}),
        pauseMemory: ({ paused }) => {
          service.remember(memoryStatus(paused ? { state: 'paused', paused: 'user' } : {}));
          return ok({});
        },
      };
      const started = await startHostServer({
        service,
        socket: paths.socket,
        product: '9.9.9-test',
        logger: nullLogger,
        idleSeconds: 600,
        onIdle: () => undefined,
        onStopRequested: () => undefined,
      });
      assert.ok(started.ok, started.ok ? '' : started.error.message);
      server = started.value;
    });

    after(async () => {
      await server.close();
    });

    it('a search shows the place under the cursor, and Escape puts the editor back', async () => {
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      const document = await vscode.workspace.openTextDocument(workspaceFile('README.md'));
      const editor = await vscode.window.showTextDocument(document, { preview: false });
      editor.selection = new vscode.Selection(1, 0, 1, 0);
      const before = tabs();
      const answer = run('nightshift.searchMemory', 'counter');
      await until('the place is shown', () => activePath() === workspaceFile('src/counter.js').fsPath);
      assert.equal(vscode.window.activeTextEditor?.selection.active.line, 9);
      await run('workbench.action.closeQuickOpen');
      assert.equal(await answer, undefined);
      await until('the editor is back', () => activePath() === document.uri.fsPath);
      assert.deepEqual(tabs(), before);
      assert.equal(vscode.window.activeTextEditor?.selection.active.line, 1);
      assert.equal(asked('recall').length, 1);
      assert.deepEqual(asked('recall')[0], { query: 'counter', count: 50, snippetTokens: 0 });
    });

    it('a preview that was on screen before is there again after Escape', async () => {
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      const document = await vscode.workspace.openTextDocument(workspaceFile('README.md'));
      await vscode.window.showTextDocument(document, { preview: true });
      const answer = run('nightshift.searchMemory', 'counter');
      await until('the place is shown', () => activePath() === workspaceFile('src/counter.js').fsPath);
      await run('workbench.action.closeQuickOpen');
      await answer;
      await until('the editor is back', () => activePath() === document.uri.fsPath);
      const [tab, ...others] = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
      assert.deepEqual([tab?.label, tab?.isPreview, others.length], ['README.md', true, 0]);
    });

    it('the chosen place is opened with the focus, and the next row is another one', async () => {
      const answer = run('nightshift.searchMemory', 'counter');
      await until('the place is shown', () => activePath() === workspaceFile('src/counter.js').fsPath);
      await run('workbench.action.quickOpenSelectNext');
      await until('the next place is shown', () => activePath() === workspaceFile('test/counter.test.js').fsPath);
      await run('workbench.action.acceptSelectedQuickOpenItem');
      const chosen = (await answer) as { readonly path?: string } | undefined;
      assert.equal(chosen?.path, 'test/counter.test.js');
      assert.equal(activePath(), workspaceFile('test/counter.test.js').fsPath);
    });

    it('the selection is asked for as a whole', async () => {
      const document = await vscode.workspace.openTextDocument(workspaceFile('src/counter.js'));
      const editor = await vscode.window.showTextDocument(document);
      editor.selection = new vscode.Selection(0, 0, 3, 0);
      const text = document.getText(editor.selection);
      const before = asked('recall').length;
      const answer = run('nightshift.searchMemoryForSelection');
      await until('it was asked', () => asked('recall').length > before);
      assert.equal(asked('recall').at(-1)?.query, text.trim());
      await until('the place is shown', () => vscode.window.activeTextEditor?.selection.active.line === 9);
      await run('workbench.action.closeQuickOpen');
      await answer;
    });

    it('what is related to the name under the cursor is a list that opens places', async () => {
      const document = await vscode.workspace.openTextDocument(workspaceFile('src/counter.js'));
      const editor = await vscode.window.showTextDocument(document);
      const at = document.positionAt(document.getText().indexOf('Counter') + 2);
      editor.selection = new vscode.Selection(at, at);
      const answer = run('nightshift.showRelated');
      await until(
        'all questions were asked',
        () => asked('graph').filter(({ entity }) => entity === 'Counter').length === 7,
      );
      let chosen: unknown;
      void answer.then((value) => (chosen = value));
      for (let turn = 0; chosen === undefined && turn < 20; turn += 1) {
        await delay(250);
        await run('workbench.action.acceptSelectedQuickOpenItem');
      }
      assert.equal(((await answer) as { readonly label?: string } | undefined)?.label, 'counter.test');
      await until('the place is open', () => activePath() === workspaceFile('test/counter.test.js').fsPath);
    });

    it('the graph is a page of its own, once', async () => {
      const document = await vscode.workspace.openTextDocument(workspaceFile('src/counter.js'));
      for (let turn = 0; turn < 2; turn += 1) {
        const editor = await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One });
        const at = document.positionAt(document.getText().indexOf('Counter') + 2);
        editor.selection = new vscode.Selection(at, at);
        assert.equal(await run('nightshift.showGraph'), 'Counter');
        await until(
          'the page is on screen',
          () => vscode.window.tabGroups.activeTabGroup.activeTab?.label === 'Graph: Counter',
        );
      }
      const pages = vscode.window.tabGroups.all
        .flatMap((group) => group.tabs)
        .filter(({ input }) => input instanceof vscode.TabInputWebview);
      assert.equal(pages.length, 1);
      await vscode.window.tabGroups.close(pages);
    });

    it('a language model can ask, and reads places with lines', async () => {
      const tool = vscode.lm.tools.find(({ name }) => name === 'nightshift_recall');
      assert.ok(tool, 'the tool is not registered');
      const result = await vscode.lm.invokeTool('nightshift_recall', {
        input: { query: 'counter', kinds: ['code'], count: 3 },
        toolInvocationToken: undefined,
      });
      const [part] = result.content;
      assert.ok(part instanceof vscode.LanguageModelTextPart);
      assert.match(part.value, /1\. src\/counter\.js:10-12 \(code\) Counter\.add/);
      const last = asked('recall').at(-1);
      assert.deepEqual([last?.kinds, last?.count, last?.reader], [['code'], 3, 'model']);
    });

    it('the host gets the settings, and what this window sees of files', async () => {
      assert.deepEqual(asked('setMemory')[0], {
        enabled: true,
        embedding: { by: 'none' },
        exclude: [],
        windowWatches: true,
      });
      const told = (path: string): boolean => asked('memoryHint').some(({ changed }) => changed.includes(path));
      const settings = vscode.workspace.getConfiguration('nightshift');
      await settings.update('memory.exclude', ['dist/**'], vscode.ConfigurationTarget.Global);
      await until('the settings are told', () => asked('setMemory').at(-1)?.exclude?.[0] === 'dist/**');
      await settings.update('memory.exclude', undefined, vscode.ConfigurationTarget.Global);
      writeFileSync(workspaceFile('src/fresh.js').fsPath, 'export const fresh = 1;\n');
      await until('the new file is told', () => told('src/fresh.js'));
      assert.ok(
        asked('memoryHint').some(({ used }) => used.includes('src/counter.js')),
        'nothing that is open was told',
      );
      assert.deepEqual(
        asked('memoryHint').flatMap(({ changed }) => changed.filter((path) => path.startsWith('.git/'))),
        [],
      );
    });

    it('indexing is paused and resumed', async () => {
      service.remember(memoryStatus());
      await until('it is paused', async () => (await run('nightshift.pauseMemory')) === 1);
      await until('it is resumed', async () => (await run('nightshift.resumeMemory')) === 1);
      assert.deepEqual(
        asked('pauseMemory').map(({ paused }) => paused),
        [true, false],
      );
    });
  });

  it('rows of the Memory view have icons, menus and commands as the editor takes them', () => {
    const host = new MemoryTaskHost('/r');
    new TaskHosts(() => host).of('/r');
    const tree = new MemoryTree(() => [{ root: '/r', status: memoryStatus(), episodes: [sampleEpisode()] }]);
    const items = tree.getChildren().map((node) => ({ node, item: tree.getTreeItem(node) }));
    assert.deepEqual(
      items[0]?.item.iconPath,
      new vscode.ThemeIcon('pass-filled', new vscode.ThemeColor('testing.iconPassed')),
    );
    const episodes = items.find(({ item }) => item.contextValue === 'memory.episodes');
    assert.equal(episodes?.item.collapsibleState, vscode.TreeItemCollapsibleState.Collapsed);
    const [episode] = tree.getChildren(episodes.node).map((node) => tree.getTreeItem(node));
    assert.equal(episode?.contextValue, 'memory.episode');
    assert.equal(episode.command?.command, 'nightshift.openEpisode');
    tree.dispose();
  });
}

function found(): RecallResult {
  const place = { path: 'src/counter.js', startLine: 10, endLine: 12, symbol: 'Counter.add', title: 'Counter.add' };
  return {
    hits: [
      recallHit(place),
      recallHit({ kind: 'document', path: 'test/counter.test.js', startLine: 1, endLine: 1, title: 'Counter' }),
    ],
    missing: [],
    understood: { terms: ['counter'], frames: 0 },
    milliseconds: 2,
  };
}

function around(question: HostParams<'graph'>['question']) {
  const center = {
    id: 'symbol:src/counter.js#Counter',
    kind: 'symbol' as const,
    label: 'Counter',
    path: 'src/counter.js',
  };
  const counting = {
    id: 'document:test/counter.test.js',
    kind: 'document' as const,
    label: 'counter.test',
    path: 'test/counter.test.js',
  };
  const isTold = question === 'decided-in' || question === 'around';
  return {
    center,
    others: [],
    entities: isTold ? [counting] : [],
    edges: isTold ? [{ from: counting.id, to: center.id, kind: 'documents' as const, weight: 1 }] : [],
  };
}
