import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { Emitter } from '../../../src/base/event.ts';
import { connectHost, type HostClient } from '../../../src/host/client/hostClient.ts';
import type { TaskView } from '../../../src/protocol/taskView.ts';
import { ModelConsent } from '../../../src/vscode/models/modelConsent.ts';
import { vscodeModels } from '../../../src/vscode/models/vscodeModels.ts';
import { WindowLender } from '../../../src/vscode/models/windowLender.ts';
import { memory } from '../../fakes/editor/memory.ts';
import { suiteModel, suiteVendor } from '../suiteRun.ts';
import { activeExtension, until, workspaceFile } from './extensionUnderTest.ts';
import { counterParts, ScriptedProvider } from './scriptedProvider.ts';

const name = `${suiteVendor}/${suiteModel}`;

/**
 * Tasks on a language model of the editor. The editor refuses every dialog in a suite, so the installed extension is never given the
 * person's word here; a second window is played by the product's own lender, with a word of its own, over the editor's real API.
 */
export function defineLanguageModelCases(): void {
  const enabled = process.env['NIGHTSHIFT_SUITE_ENGINE'] === 'yes';
  (enabled ? describe : describe.skip)('a task on a language model of the editor', () => {
    const provider = new ScriptedProvider();
    const consent = new ModelConsent(memory());
    const access = { canSendRequest: () => true, onDidChange: new vscode.EventEmitter<void>().event };
    let watching: HostClient;
    let lending: HostClient | undefined;
    const root = (): string => workspaceFile('').fsPath.replace(/\/$/, '');
    const view = (task: string): TaskView | undefined => watching.state.tasks.find(({ id }) => id === task);

    const connect = async (lender?: WindowLender): Promise<HostClient> => {
      const { extensionPath } = await activeExtension();
      const connected = await connectHost({
        root: root(),
        entry: { node: process.execPath, script: join(extensionPath, 'dist', 'agentHost.cjs') },
        client: 'suite',
        trace: false,
        start: false,
        signal: new AbortController().signal,
        ...(lender === undefined ? {} : { lender }),
      });
      assert.ok(connected.ok, 'no agent host runs');
      return connected.value;
    };
    const delegate = async (): Promise<string> => {
      const path = workspaceFile('src/counter.js').fsPath;
      const request = { kind: 'selection', path, startLine: 1, endLine: 2, text: `at ${performance.now()}` };
      const id: unknown = await vscode.commands.executeCommand('nightshift.delegateRequest', request);
      assert.ok(typeof id === 'string', 'no task was created');
      return id;
    };
    const reaches = async (task: string, state: TaskView['state'], seconds = 60): Promise<TaskView> =>
      until(
        `${task} is ${state}, not ${view(task)?.state}`,
        () => {
          const present = view(task);
          assert.ok(present?.state !== 'failed' || state === 'failed', present?.reason?.message);
          return present?.state === state ? present : undefined;
        },
        seconds,
      );

    before(async () => {
      await activeExtension();
      provider.register();
      provider.script = counterParts;
    });

    after(async () => {
      await watching.request('shutdown', { force: true });
      lending?.dispose();
      watching.dispose();
      provider.unregister();
    });

    let first: string;

    it('waits for the person’s word, asks the provider for nothing, and says what to do', async () => {
      first = await delegate();
      watching = await connect();
      const waiting = await reaches(first, 'waiting');
      assert.deepEqual(waiting.awaits, { model: `vscode:${name}`, need: 'consent' });
      assert.match(waiting.reason?.message ?? '', /run "Nightshift: Allow Language Model…"/);
      assert.equal(provider.requests.length, 0);
    });

    it('goes on by itself once a window lends the model with its user’s word, to a result', async () => {
      await consent.set({ vendor: suiteVendor, id: suiteModel }, true);
      const trust = new Emitter<void>();
      const models = vscodeModels(() => access);
      lending = await connect(new WindowLender({ models, consent, trusted: () => true, onDidGrantTrust: trust.event }));
      const ready = await reaches(first, 'ready', 100);
      assert.deepEqual(
        ready.changeset?.files.map(({ path }) => path),
        ['src/counter.js'],
      );
      assert.equal(ready.proof?.verdict, 'green');
      assert.equal(ready.awaits, undefined);
      assert.equal(provider.requests.length, 3);
      assert.ok(provider.tools.includes('edit_file'));
    });

    it('tells the model what the roles of the editor allow: instructions first, results with their calls', () => {
      const { User, Assistant } = vscode.LanguageModelChatMessageRole;
      const [first] = provider.requests;
      assert.equal(first?.[0]?.role, User);
      const last = provider.requests[2] ?? [];
      const parts = last.flatMap(({ role, content }) => content.map((part) => ({ role, part })));
      const call = parts.find(({ part }) => part instanceof vscode.LanguageModelToolCallPart);
      const result = parts.find(({ part }) => part instanceof vscode.LanguageModelToolResultPart);
      assert.equal(call?.role, Assistant);
      assert.equal(result?.role, User);
      assert.ok(result.part instanceof vscode.LanguageModelToolResultPart);
      assert.match(JSON.stringify(result.part.content), /Counter/);
    });

    it('has a trace in which the wait stands and the output is counted by the model', async () => {
      const path = view(first)?.trace.path ?? '';
      const events = readFileSync(path, 'utf8').trimEnd().split('\n');
      const lines: readonly { readonly type: string; readonly data: Record<string, unknown> }[] = events.map((line) =>
        JSON.parse(line),
      );
      assert.equal(lines.find(({ type }) => type === 'model-awaited')?.data['need'], 'consent');
      const answer = lines.find(({ type }) => type === 'model-answered')?.data;
      assert.equal(answer?.['text'], 'I look first. ');
    });

    it('cancelled in the middle of an answer, reaches the provider’s token', async () => {
      provider.script = [{ text: 'I think ', hangs: true }];
      const before = provider.requests.length;
      const task = await delegate();
      await until('the provider is asked', () => provider.requests.length > before);
      const started = performance.now();
      await vscode.commands.executeCommand('nightshift.cancelTask', { root: root(), task });
      await until('the token is cancelled', () => provider.cancelled === 1, 10);
      assert.ok(performance.now() - started < 5_000);
      await reaches(task, 'cancelled');
    });

    it('waits while no window has the model, and can be cancelled there', async () => {
      provider.unregister();
      provider.script = counterParts;
      await until(
        'the model is gone',
        async () => (await vscode.lm.selectChatModels({ vendor: suiteVendor })).length === 0,
      );
      const task = await delegate();
      const waiting = await reaches(task, 'waiting');
      assert.equal(waiting.awaits?.need, 'window');
      assert.match(waiting.reason?.message ?? '', new RegExp(`lends ${name}: open one and allow it`));
      await vscode.commands.executeCommand('nightshift.cancelTask', { root: root(), task });
      await reaches(task, 'cancelled');
    });

    it('goes on when the model is back', async () => {
      const task = await delegate();
      await reaches(task, 'waiting');
      provider.register();
      await reaches(task, 'ready', 100);
    });
  });
}
