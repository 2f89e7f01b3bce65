import { t } from '@vscode/l10n';
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { errorText } from '../../base/failure.ts';
import { type Disposable, DisposableStore } from '../../base/lifecycle.ts';
import { ok } from '../../base/result.ts';
import type { CommandContext } from '../commands/command.ts';
import type { HostCondition } from '../host/taskHost.ts';
import { checkTrace } from '../trace/verifyTrace.ts';
import { taskTitle } from '../tasks/taskText.ts';
import { TaskPageFeed } from './taskPageFeed.ts';
import { taskPageHtml } from './taskPageHtml.ts';
import { taskPageStateSchema, type PageAction, type TaskPageState } from './taskPageMessages.ts';
import { taskPanelType } from './taskPages.ts';

/** Commands behind the buttons of a page; each is called with the task. */
const commands: Readonly<Record<Exclude<PageAction, 'copy'>, string>> = {
  review: 'nightshift.reviewTask',
  accept: 'nightshift.acceptTask',
  answer: 'nightshift.answerQuestion',
  resume: 'nightshift.resumeTask',
  takeOver: 'nightshift.takeOver',
  cancel: 'nightshift.cancelTask',
  discard: 'nightshift.discardTask',
  openTerminal: 'nightshift.openTerminal',
  openTrace: 'nightshift.openTrace',
  verifyTrace: 'nightshift.verifyTrace',
};

/** Characters of the title of a tab. */
const tabTitle = 32;

/** The pages of tasks of a window, one for each task at most. Owns them. */
export class TaskPanels implements Disposable {
  private readonly context: CommandContext;
  private readonly extension: vscode.Uri;
  private readonly panels = new Map<string, vscode.WebviewPanel>();

  /** `extension` is the folder of the extension. */
  constructor(context: CommandContext, extension: vscode.Uri) {
    this.context = context;
    this.extension = extension;
  }

  show(root: string, task: string, preserveFocus: boolean): void {
    const known = this.panels.get(pageName({ root, task }));
    if (known !== undefined) {
      known.reveal(undefined, preserveFocus);
      return;
    }
    const place = { viewColumn: vscode.ViewColumn.Active, preserveFocus };
    this.fill(vscode.window.createWebviewPanel(taskPanelType, t('Task'), place, { enableFindWidget: true }), {
      root,
      task,
    });
  }

  /** Fills a panel that the editor brought back. What it kept was written by a page of ours, and is checked all the same. */
  async restore(panel: vscode.WebviewPanel, kept: unknown): Promise<void> {
    const state = taskPageStateSchema.safeParse(kept).data;
    const folders = await Promise.all(this.context.window.folders().map((folder) => this.context.repositoryOf(folder)));
    if (state === undefined || !folders.includes(state.root) || this.panels.has(pageName(state))) {
      panel.dispose();
      return;
    }
    this.fill(panel, state);
    const connected = await this.context.hosts.of(state.root).connect({ start: false }, new AbortController().signal);
    if (!connected.ok) {
      this.context.log.warn(connected.error.message);
    }
  }

  dispose(): void {
    this.panels.forEach((panel) => panel.dispose());
  }

  private fill(panel: vscode.WebviewPanel, state: TaskPageState): void {
    const { context } = this;
    const { hosts } = context;
    const { root, task: id } = state;
    const host = hosts.of(root);
    const reference = { root, task: id };
    const owned = new DisposableStore();
    const fault = (message: string): void => context.log.warn(message);
    const scripts = vscode.Uri.joinPath(this.extension, 'dist');
    panel.webview.options = { enableScripts: true, localResourceRoots: [scripts] };
    // A tab draws a picture as it is: `currentColor` would be black on a dark theme.
    const icon = (name: string): vscode.Uri => vscode.Uri.joinPath(this.extension, 'media', name);
    panel.iconPath = { light: icon('graphLight.svg'), dark: icon('graphDark.svg') };
    const feed = owned.add(
      new TaskPageFeed({
        task: () => hosts.find(root, id)?.task,
        absence: () => absenceText(host.condition),
        rows: async (from, signal) => {
          const page = await host.request('timeline', { task: id, from }, signal);
          return page.ok ? ok(page.value.rows) : page;
        },
        detail: async (seq, signal) => {
          const answer = await host.request('timelineDetail', { task: id, seq }, signal);
          return answer.ok ? ok(answer.value.detail) : answer;
        },
        verify: async (signal) => {
          const found = hosts.find(root, id);
          const checked = found === undefined ? ok({ wrong: undefined }) : await checkTrace(context, found, signal);
          return checked.ok ? ok(checked.value.wrong) : checked;
        },
        post: (message) => {
          panel.webview.postMessage(message).then(undefined, (error: unknown) => fault(errorText(error)));
        },
        run: (action) => context.window.run(commands[action], reference),
        openFile: (file) => context.window.run('nightshift.openFileDiff', { ...reference, file }),
        copy: async (text) => {
          await vscode.env.clipboard.writeText(text);
          context.dialogue.mention('Copied.');
        },
        onTitle: (task) => (panel.title = taskTitle(task, tabTitle)),
        onFault: fault,
      }),
    );
    owned.add(hosts.onDidChange((changed) => changed.root === root && feed.update()));
    panel.webview.onDidReceiveMessage((message: unknown) => {
      feed.receive(message).catch((error: unknown) => fault(errorText(error)));
    });
    panel.onDidChangeViewState(() => panel.visible || feed.hide());
    panel.onDidDispose(() => {
      this.panels.delete(pageName(reference));
      owned.dispose();
    });
    this.panels.set(pageName(reference), panel);
    panel.webview.html = taskPageHtml({
      script: panel.webview.asWebviewUri(vscode.Uri.joinPath(scripts, 'taskPage.js')).toString(),
      nonce: randomBytes(16).toString('base64url'),
      language: vscode.env.language,
      words: vscode.l10n.bundle,
      state,
    });
  }
}

function pageName({ root, task }: { readonly root: string; readonly task: string }): string {
  return `${root}\n${task}`;
}

const absences: Readonly<Record<Exclude<HostCondition['kind'], 'failed'>, string>> = {
  idle: t('Looking for the task…'),
  connecting: t('Looking for the task…'),
  absent: t('The agent host does not run, so the task cannot be shown. Refresh the Tasks view to look for it again.'),
  connected: t('This task is gone: it was cleaned up, or its trace is no longer on disk.'),
};

function absenceText(condition: HostCondition): string {
  return condition.kind === 'failed' ? condition.failure.message : absences[condition.kind];
}
