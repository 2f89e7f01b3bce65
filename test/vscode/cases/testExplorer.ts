import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { Emitter } from '../../../src/base/event.ts';
import { ok } from '../../../src/base/result.ts';
import { connectHost, type HostClient } from '../../../src/host/client/hostClient.ts';
import { ClientTaskHost } from '../../../src/vscode/host/clientTaskHost.ts';
import { TaskHosts } from '../../../src/vscode/host/taskHosts.ts';
import { TestExplorer } from '../../../src/vscode/testing/testExplorer.ts';
import { MemoryEditor } from '../../fakes/editor/memoryEditor.ts';
import { activeExtension, until, workspaceFile } from './extensionUnderTest.ts';

type RunHandler = (request: vscode.TestRunRequest, token: vscode.CancellationToken) => Thenable<void> | void;

/** The editor's own controller, with what was asked of it: run profiles by name, and what each run was told. */
function watched(controller: vscode.TestController) {
  const profiles = new Map<string, RunHandler>();
  const runs: { readonly name: string; readonly told: string[]; output: string; ended: boolean }[] = [];
  const passOn = <T extends object>(target: T, own: Partial<T>): T =>
    new Proxy(target, {
      get(_, key) {
        const value: unknown = Reflect.get(own, key) ?? Reflect.get(target, key);
        return typeof value === 'function' && !Reflect.has(own, key) ? value.bind(target) : value;
      },
      set: (_, key, value) => Reflect.set(target, key, value),
    });
  const createTestRun: vscode.TestController['createTestRun'] = (request, name, persist) => {
    const run = controller.createTestRun(request, name, persist);
    const seen = { name: name ?? '', told: [] as string[], output: '', ended: false };
    runs.push(seen);
    return passOn(run, {
      passed: (item, duration) => {
        seen.told.push(`passed ${item.label}`);
        run.passed(item, duration);
      },
      skipped: (item) => {
        seen.told.push(`skipped ${item.label}`);
        run.skipped(item);
      },
      failed: (item, message, duration) => {
        const [first] = Array.isArray(message) ? message : [message];
        seen.told.push(`failed ${item.label}: expected ${first?.expectedOutput}, got ${first?.actualOutput}`);
        assert.ok(first?.location, 'a failure has no place');
        run.failed(item, message, duration);
      },
      errored: (item, message, duration) => {
        seen.told.push(`errored ${item.label}`);
        run.errored(item, message, duration);
      },
      appendOutput: (output) => {
        seen.output += output;
        run.appendOutput(output);
      },
      end: () => {
        seen.ended = true;
        run.end();
      },
    });
  };
  return {
    profiles,
    runs,
    controller: passOn(controller, {
      createTestRun,
      createRunProfile: (label, kind, handler, isDefault, tag) => {
        profiles.set(label, handler);
        return controller.createRunProfile(label, kind, handler, isDefault, tag);
      },
    }),
  };
}

/** With the host and the task that the cases of tasks left behind; its tests really run, in real sandboxes. */
export function defineTestExplorerCases(): void {
  const enabled = process.env['NIGHTSHIFT_SUITE_ENGINE'] === 'yes';
  (enabled ? describe : describe.skip)('the Test Explorer', () => {
    const real = vscode.tests.createTestController('nightshift.suite', 'Suite');
    const { controller, profiles, runs } = watched(real);
    const root = workspaceFile('').fsPath.replace(/\/$/, '');
    const token = (): vscode.CancellationToken => new vscode.CancellationTokenSource().token;
    const rows = (): readonly vscode.TestItem[] => [...real.items].map(([, item]) => item);
    const sorted = (told: readonly string[] | undefined): readonly string[] => (told ?? []).toSorted();
    let client: HostClient;
    let hosts: TaskHosts;
    let explorer: TestExplorer;

    const passing = [
      'passed counts down to zero and no further',
      'passed counts up to its limit',
      'passed starts at zero',
    ];
    const failing = ['failed counts down to zero and no further: expected 0, got -1', ...passing.slice(1)];

    before(async () => {
      const extension = await activeExtension();
      const connected = await connectHost({
        root,
        entry: { node: process.execPath, script: join(extension.extensionPath, 'dist', 'agentHost.cjs') },
        client: 'suite',
        trace: false,
        start: true,
        signal: new AbortController().signal,
      });
      assert.ok(connected.ok, 'no agent host could be started');
      client = connected.value;
      const changed = new Emitter<void>();
      client.onDidChangeState(() => changed.fire());
      const never = new Emitter<void>().event;
      hosts = new TaskHosts(
        (path) =>
          new ClientTaskHost(path, async () =>
            ok({
              get tasks() {
                return client.state.tasks;
              },
              memory: undefined,
              findings: undefined,
              onDidChangeTasks: changed.event,
              onDidChangeMemory: never,
              onDidReconnect: never,
              onDidEnd: never,
              request: (method, params, signal, onProgress) => client.request(method, params, signal, onProgress),
              dispose: () => undefined,
            }),
          ),
      );
      const editor = new MemoryEditor();
      editor.folders = [root];
      const { context } = editor;
      explorer = new TestExplorer({ ...context, hosts, repositoryOf: async () => root }, controller);
      await hosts.of(root).connect({ start: true }, new AbortController().signal);
    });
    after(async () => {
      explorer.dispose();
      hosts.dispose();
      await client.request('shutdown', { force: true });
      client.dispose();
    });

    it('shows the proof of a task by itself: its tests before the change, and with it', async () => {
      await until('both sides are shown', () => runs.filter(({ ended }) => ended).length === 2);
      assert.deepEqual(
        runs.map(({ name }) => name.split(':')[0]),
        ['Before the change', 'With the change'],
      );
      assert.deepEqual(sorted(runs[0]?.told), failing);
      assert.deepEqual(sorted(runs[1]?.told), passing);
      assert.match(runs[1]?.output ?? '', /With the change, proof of the task/);
      const task = rows().find(({ id }) => id.startsWith('task '));
      const [[, down] = []] = [...(task?.children ?? [])].filter(([id]) => id.includes('counts down'));
      assert.equal(down?.uri?.scheme, 'nightshift');
      const document = await vscode.workspace.openTextDocument(down.uri);
      assert.match(document.lineAt(down.range?.start.line ?? 0).text, /counts down to zero/);
    });

    it('runs the tests of a task again, and the trace has what they said', async () => {
      const task = rows().find(({ id }) => id.startsWith('task '));
      assert.ok(task);
      await profiles.get('Run Again in Sandbox')?.(new vscode.TestRunRequest([task]), token());
      assert.equal(runs.length, 4, 'shown more than once');
      assert.deepEqual(sorted(runs.find(({ output }) => /With the change, run again/.test(output))?.told), passing);
      const id = client.state.tasks.find(({ proof }) => proof !== undefined)?.id ?? '';
      const proofs = await client.request('proofs', { task: id });
      assert.ok(proofs.ok);
      assert.deepEqual(
        proofs.value.proofs.map(({ again, verdict }) => [again !== undefined, verdict]),
        [
          [true, 'green'],
          [false, 'green'],
        ],
      );
    });

    it('runs the tests of the workspace in a sandbox, with no task', async () => {
      const top = await until('the workspace has a row', () => rows().find(({ id }) => id.startsWith('workspace ')));
      const tasks = client.state.tasks.length;
      await profiles.get('Run Tests in Sandbox')?.(new vscode.TestRunRequest([top]), token());
      const run = runs.at(-1);
      assert.deepEqual(sorted(run?.told), passing);
      assert.match(run?.output ?? '', /Copying the workspace[\s\S]*Running the tests[\s\S]*Sandbox: /);
      assert.equal(client.state.tasks.length, tasks);
    });

    it('ends a run in the host when it is cancelled, and leaves the rows as they were', async () => {
      const top = rows().find(({ id }) => id.startsWith('workspace '));
      assert.ok(top);
      const source = new vscode.CancellationTokenSource();
      const running = profiles.get('Run Tests in Sandbox')?.(new vscode.TestRunRequest([top]), source.token);
      source.cancel();
      await running;
      const run = runs.at(-1);
      assert.deepEqual(run?.told, [`skipped ${top.label}`]);
      assert.equal(run.ended, true);
      const stopped = await client.request('shutdown', { force: false });
      assert.ok(stopped.ok, 'the host is still at work');
    });
  });
}
