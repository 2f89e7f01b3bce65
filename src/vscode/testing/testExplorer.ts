import { t } from '@vscode/l10n';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { Serializer } from '../../base/async.ts';
import { errorText } from '../../base/failure.ts';
import { newId } from '../../base/ids.ts';
import { type Disposable, DisposableStore } from '../../base/lifecycle.ts';
import type { CommandContext } from '../commands/command.ts';
import type { TaskHost, TaskReference } from '../host/taskHost.ts';
import { isActive, taskTitle, verdictText } from '../tasks/taskText.ts';
import { showFailure } from '../tasks/showFailure.ts';
import { signalOf } from '../window/cancellation.ts';
import { beginSide, showProof } from './proofRuns.ts';
import { nodeIds, testNodes } from './testNodes.ts';
import { dropOthers, showOutcomes, startRows, terminalLines } from './testRows.ts';

type Context = Pick<CommandContext, 'hosts' | 'settings' | 'log' | 'dialogue' | 'window' | 'repositoryOf'>;

/** Tasks whose proofs are shown, and of each the proofs that were there before this window knew of it. */
const mostTasks = 20;
const mostEarlier = 3;

/**
 * The proofs of tasks in the Test Explorer, each with its run on the base and its run with the change, and the tests of the workspace
 * run in a sandbox. What a host proved shows up by itself and takes nothing of the screen.
 */
export class TestExplorer implements Disposable {
  private readonly context: Context;
  private readonly owned = new DisposableStore();
  private readonly ended = new AbortController();
  private readonly controller: vscode.TestController;
  private readonly taskTag = new vscode.TestTag('nightshift.task');
  private readonly workspaceTag = new vscode.TestTag('nightshift.workspace');
  /** By the id of its item. */
  private readonly tasks = new Map<string, TaskReference>();
  private readonly roots = new Map<string, string>();
  /** Proofs that are shown, and how long a task's trace was when it was looked at, by the id of its item. */
  private readonly shown = new Map<string, { events: number; readonly proofs: Set<number> }>();
  private readonly looks = new Serializer();
  /** Items whose tests run again here: what comes of it is told by that run. */
  private readonly proving = new Set<string>();

  /** Owns the controller. */
  constructor(context: Context, controller: vscode.TestController) {
    this.context = context;
    this.controller = this.owned.add(controller);
    const { Run } = vscode.TestRunProfileKind;
    this.owned.add(
      this.controller.createRunProfile(
        t('Run Tests in Sandbox'),
        Run,
        (request, token) => this.runWorkspace(request, token),
        false,
        this.workspaceTag,
      ),
    );
    this.owned.add(
      this.controller.createRunProfile(
        t('Run Again in Sandbox'),
        Run,
        (request, token) => this.runAgain(request, token),
        false,
        this.taskTag,
      ),
    );
    this.controller.refreshHandler = async () => {
      await this.showRoots();
      context.hosts.all().forEach((host) => this.follow(host));
    };
    this.owned.add(context.hosts.onDidChange((host) => this.follow(host)));
    this.owned.add(vscode.workspace.onDidChangeWorkspaceFolders(() => void this.showRoots()));
    context.hosts.all().forEach((host) => this.follow(host));
    void this.showRoots();
  }

  dispose(): void {
    this.ended.abort();
    this.owned.dispose();
  }

  private async showRoots(): Promise<void> {
    const found = await Promise.all(this.context.window.folders().map((folder) => this.context.repositoryOf(folder)));
    if (this.ended.signal.aborted) {
      return;
    }
    const roots = new Set(found.filter((root) => root !== undefined));
    for (const [id, root] of this.roots) {
      if (!roots.has(root)) {
        this.roots.delete(id);
        this.controller.items.delete(id);
      }
    }
    for (const root of roots) {
      const id = `workspace ${root}`;
      if (!this.roots.has(id)) {
        const item = this.controller.createTestItem(id, t`Tests of ${basename(root)}`);
        item.description = t('in a sandbox, without an agent');
        item.sortText = '0';
        item.tags = [this.workspaceTag];
        this.roots.set(id, root);
        this.controller.items.add(item);
      }
    }
  }

  private follow(host: TaskHost): void {
    const proved = host.tasks
      .filter((task) => task.proof !== undefined && task.state !== 'discarded')
      .toSorted((left, right) => right.createdAt.localeCompare(left.createdAt))
      .slice(0, mostTasks);
    const present = new Set(proved.map((task) => itemId(host.root, task.id)));
    for (const [id, { root }] of this.tasks) {
      if (root === host.root && !present.has(id)) {
        this.tasks.delete(id);
        this.shown.delete(id);
        this.controller.items.delete(id);
      }
    }
    for (const task of proved) {
      const reference = { root: host.root, task };
      const id = itemId(host.root, task.id);
      this.tasks.set(id, reference);
      this.describe(reference);
      const isNew = this.shown.get(id)?.events !== task.trace.events;
      if (host.condition.kind === 'connected' && !isActive(task) && isNew && !this.proving.has(id)) {
        this.look(host, reference);
      }
    }
  }

  private describe({ root, task }: TaskReference): vscode.TestItem {
    const id = itemId(root, task.id);
    const known = this.controller.items.get(id);
    const item = known ?? this.controller.createTestItem(id, taskTitle(task));
    item.description = verdictText(task.proof);
    if (known === undefined) {
      item.tags = [this.taskTag];
      // The newest stand first.
      item.sortText = `1 ${String(1e14 - Date.parse(task.createdAt)).padStart(15, '0')}`;
      this.controller.items.add(item);
    }
    return item;
  }

  /** Asks for the proofs of a task and shows those that are not shown yet, oldest first. */
  private look(host: TaskHost, reference: TaskReference): void {
    const id = itemId(reference.root, reference.task.id);
    const isFirst = !this.shown.has(id);
    const shown = this.shown.get(id) ?? { events: 0, proofs: new Set<number>() };
    shown.events = reference.task.trace.events;
    this.shown.set(id, shown);
    this.looks
      .run(async () => {
        const answer = await host.request('proofs', { task: reference.task.id }, this.ended.signal);
        if (!answer.ok || this.ended.signal.aborted || !this.tasks.has(id)) {
          return;
        }
        const proofs = answer.value.proofs.filter(({ seq }) => !shown.proofs.has(seq));
        for (const proof of proofs.slice(0, isFirst ? mostEarlier : proofs.length).toReversed()) {
          shown.proofs.add(proof.seq);
          const target = this.target(reference);
          await showProof(target, proof);
        }
      })
      .catch((error: unknown) => this.context.log.error(`Proofs of ${reference.task.id}: ${errorText(error)}`));
  }

  private target(reference: TaskReference) {
    return { controller: this.controller, tag: this.taskTag, item: this.describe(reference), reference };
  }

  private async runAgain(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    const cancelling = signalOf(token);
    try {
      for (const id of this.wanted(request, this.tasks)) {
        const reference = this.tasks.get(id);
        if (reference !== undefined && !cancelling.signal.aborted) {
          await this.proveAgain(request, reference, cancelling.signal);
        }
      }
    } finally {
      cancelling.dispose();
    }
  }

  private async proveAgain(
    request: vscode.TestRunRequest,
    reference: TaskReference,
    signal: AbortSignal,
  ): Promise<void> {
    const { root, task } = reference;
    const target = this.target(reference);
    const { item } = target;
    const host = this.context.hosts.of(root);
    const run = beginSide(target, 'patched', request);
    startRows(run, item);
    this.proving.add(item.id);
    try {
      const params = { task: task.id, wish: newId('proof'), progress: newId('progress') };
      const answer = await host.request('proveAgain', params, signal, ({ text }) =>
        run.appendOutput(terminalLines(text)),
      );
      if (answer.ok) {
        this.shown.get(item.id)?.proofs.add(answer.value.proof.seq);
        await showProof(target, answer.value.proof, run);
      } else {
        this.say(run, item, answer.error);
      }
    } finally {
      run.end();
      this.proving.delete(item.id);
      this.follow(host);
    }
  }

  private async runWorkspace(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    const cancelling = signalOf(token);
    try {
      for (const id of this.wanted(request, this.roots)) {
        const root = this.roots.get(id);
        const item = this.controller.items.get(id);
        if (root !== undefined && item !== undefined && !cancelling.signal.aborted) {
          await this.testRoot(request, item, root, cancelling.signal);
        }
      }
    } finally {
      cancelling.dispose();
    }
  }

  private async testRoot(
    request: vscode.TestRunRequest,
    item: vscode.TestItem,
    root: string,
    signal: AbortSignal,
  ): Promise<void> {
    const run = this.controller.createTestRun(request, t`In a sandbox: ${item.label}`);
    startRows(run, item);
    const { requireGvisor, allowUnlimited, testCommand } = this.context.settings().settings;
    const settings = {
      ...(requireGvisor === undefined ? {} : { requireGvisor }),
      ...(allowUnlimited === undefined ? {} : { allowUnlimited }),
      ...(testCommand === undefined ? {} : { testCommand }),
    };
    const answer = await this.context.hosts
      .of(root)
      .request('runTests', { settings, progress: newId('progress') }, signal, ({ text }) =>
        run.appendOutput(terminalLines(text)),
      );
    if (answer.ok) {
      const { command, runtime, run: result } = answer.value;
      const [nodes = []] = testNodes([result], command);
      dropOthers(item, nodeIds(nodes));
      const addressOf = (path: string): vscode.Uri => vscode.Uri.joinPath(vscode.Uri.file(root), path);
      showOutcomes(
        { controller: this.controller, tag: this.workspaceTag, run, addressOf, about: {}, side: '' },
        item,
        nodes,
      );
      run.appendOutput(
        terminalLines(t`$ ${command.join(' ')}\nSandbox: ${runtime}\n${result.cannotRun ?? ''}\n${result.output}`),
      );
    } else {
      this.say(run, item, answer.error);
    }
    run.end();
  }

  private say(run: vscode.TestRun, item: vscode.TestItem, failure: Parameters<typeof showFailure>[1]): void {
    if (failure.reason === 'aborted') {
      run.appendOutput(terminalLines('Cancelled.'));
      run.skipped(item);
      return;
    }
    run.errored(item, new vscode.TestMessage(failure.message));
    run.appendOutput(terminalLines(failure.message));
    showFailure(this.context, failure, 'warning');
  }

  /** Tops of what is asked for; all where nothing is named. */
  private wanted(request: vscode.TestRunRequest, known: ReadonlyMap<string, unknown>): readonly string[] {
    const excluded = new Set(request.exclude?.map(({ id }) => id));
    const tops = request.include === undefined ? [...known.keys()] : request.include.map((item) => topOf(item).id);
    return [...new Set(tops)].filter((id) => known.has(id) && !excluded.has(id));
  }
}

function topOf(item: vscode.TestItem): vscode.TestItem {
  return item.parent === undefined ? item : topOf(item.parent);
}

function itemId(root: string, task: string): string {
  return `task ${task} ${root}`;
}

/** Nothing runs in Restricted Mode, so there the Test Explorer has nothing of ours. */
export function openTestExplorer(context: CommandContext): Disposable {
  const owned = new DisposableStore();
  const open = (): void => {
    owned.add(new TestExplorer(context, vscode.tests.createTestController('nightshift', t('Nightshift Proof'))));
  };
  if (vscode.workspace.isTrusted) {
    open();
  } else {
    owned.add(vscode.workspace.onDidGrantWorkspaceTrust(open));
  }
  return owned;
}
