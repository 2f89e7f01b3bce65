import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../../base/lifecycle.ts';
import type { CommentView } from '../../../protocol/conversation.ts';
import type { TaskReference } from '../../host/taskHost.ts';
import type { TaskHosts } from '../../host/taskHosts.ts';
import type { Memory } from '../../tasks/rememberedTasks.ts';
import { setContextKey } from '../../window/contextKey.ts';
import { parseSide, sideAddress, sideScheme } from '../sideAddress.ts';
import { type CommentDraft, keepDrafts, keptDrafts } from './commentDrafts.ts';
import type { ReviewConversation } from './reviewConversation.ts';

/** A draft as the editor shows it. */
interface DraftComment extends vscode.Comment {
  readonly thread: vscode.CommentThread;
}

interface TaskKey {
  readonly root: string;
  readonly task: string;
}

const you: vscode.CommentAuthorInformation = { name: t('You') };
const agent: vscode.CommentAuthorInformation = { name: 'Nightshift' };

/**
 * Comment threads at the lines of results. Drafts are this window's, and kept in its store; what was sent is the host's, which says
 * where the lines stand now and what the agent answered.
 */
export class ReviewThreads implements ReviewConversation, Disposable {
  private readonly hosts: TaskHosts;
  private readonly memory: Memory;
  private readonly owned = new DisposableStore();
  private readonly controller: vscode.CommentController;
  private readonly draftThreads = new Set<vscode.CommentThread>();
  /** By task: what it was read for, and its threads. */
  private readonly sentThreads = new Map<
    string,
    { readonly read: string; threads: Map<vscode.CommentThread, number> }
  >();

  constructor(hosts: TaskHosts, memory: Memory) {
    this.hosts = hosts;
    this.memory = memory;
    this.controller = this.owned.add(vscode.comments.createCommentController('nightshift.review', 'Nightshift'));
    this.controller.options = {
      prompt: t('Comment on these lines for the agent'),
      placeHolder: t('What should be different here, or what do you want to know?'),
    };
    this.controller.commentingRangeProvider = {
      provideCommentingRanges: (document) =>
        this.reviewed(document.uri) === undefined ? [] : [new vscode.Range(0, 0, document.lineCount - 1, 0)],
    };
    this.owned.add(hosts.onDidChange(() => this.update()));
    for (const draft of keptDrafts(memory)) {
      this.showDraft(draft);
    }
  }

  dispose(): void {
    this.owned.dispose();
  }

  add(reply: unknown): TaskKey | undefined {
    const { thread, text } = (reply ?? {}) as Partial<vscode.CommentReply>;
    const side = thread === undefined ? undefined : parseSide(thread.uri);
    if (thread === undefined || side === undefined || text === undefined || text.trim() === '') {
      return undefined;
    }
    const comment: DraftComment = { ...draftComment(text), thread };
    if (this.draftThreads.has(thread)) {
      thread.comments = [...thread.comments, comment];
    } else if (thread.comments.length > 0) {
      // An answer to what was sent is a comment of its own at the same lines.
      this.showDraft({ ...side, ...lines(thread), text });
    } else {
      thread.comments = [comment];
      this.asDraft(thread);
    }
    this.keep();
    return { root: side.root, task: side.task };
  }

  remove(comment: unknown): void {
    const { thread } = (comment ?? {}) as Partial<DraftComment>;
    if (thread === undefined || !this.draftThreads.has(thread)) {
      return;
    }
    thread.comments = thread.comments.filter((each) => each !== comment);
    if (thread.comments.length === 0) {
      this.draftThreads.delete(thread);
      thread.dispose();
    }
    this.keep();
  }

  sentComment(thread: unknown): (TaskKey & { readonly number: number }) | undefined {
    const of = this.taskOf(thread);
    const threads = of === undefined ? undefined : this.sentThreads.get(keyOf(of))?.threads;
    const number = threads?.get(thread as vscode.CommentThread);
    return of === undefined || number === undefined ? undefined : { ...of, number };
  }

  taskOf(thread: unknown): TaskKey | undefined {
    const { uri } = (thread ?? {}) as Partial<vscode.CommentThread>;
    const side = uri === undefined ? undefined : parseSide(uri);
    return side === undefined ? undefined : { root: side.root, task: side.task };
  }

  drafts(task: string): readonly CommentDraft[] {
    return this.allDrafts().filter((draft) => draft.task === task);
  }

  sent({ root, task }: TaskReference): void {
    for (const thread of this.draftThreads) {
      const of = this.taskOf(thread);
      if (of?.root === root && of.task === task.id) {
        this.draftThreads.delete(thread);
        thread.dispose();
      }
    }
    this.keep();
  }

  private reviewed(uri: vscode.Uri): TaskReference | undefined {
    const side = uri.scheme === sideScheme ? parseSide(uri) : undefined;
    const reference = side?.side === 'offered' ? this.hosts.find(side.root, side.task) : undefined;
    return reference?.task.state === 'ready' && reference.task.changeset?.hash === side?.hash ? reference : undefined;
  }

  private allDrafts(): readonly CommentDraft[] {
    return [...this.draftThreads].flatMap((thread) => {
      const side = parseSide(thread.uri);
      const at = lines(thread);
      return side === undefined
        ? []
        : thread.comments.map(({ body }) => ({ ...side, ...at, text: typeof body === 'string' ? body : body.value }));
    });
  }

  private showDraft(draft: CommentDraft): void {
    const thread = this.controller.createCommentThread(
      vscode.Uri.parse(sideAddress({ ...draft, side: 'offered' }), true),
      new vscode.Range(draft.startLine, 0, draft.endLine, 0),
      [],
    );
    const comment: DraftComment = { ...draftComment(draft.text), thread };
    thread.comments = [comment];
    this.asDraft(thread);
  }

  private asDraft(thread: vscode.CommentThread): void {
    thread.label = t('Not sent yet');
    thread.contextValue = 'draft';
    thread.collapsibleState = vscode.CommentThreadCollapsibleState.Expanded;
    this.draftThreads.add(thread);
    setContextKey('hasDrafts', true);
  }

  private keep(): void {
    const drafts = this.allDrafts();
    keepDrafts(this.memory, drafts);
    setContextKey('hasDrafts', drafts.length > 0);
  }

  /** Reads the comments of tasks that have some again where something of them may have changed. */
  private update(): void {
    for (const reference of this.hosts.tasks()) {
      const { root, task } = reference;
      const key = keyOf({ root, task: task.id });
      const decided = task.changeset?.files.map((file) => [file.applied, file.decided]);
      const read = JSON.stringify([task.comments, task.state, task.changeset?.hash, decided]);
      const known = this.sentThreads.get(key);
      if ((task.comments !== undefined || known !== undefined) && known?.read !== read) {
        this.sentThreads.set(key, { read, threads: known?.threads ?? new Map() });
        void this.read(reference, key, read);
      }
    }
  }

  private async read({ root, task }: TaskReference, key: string, read: string): Promise<void> {
    const answer = await this.hosts.of(root).request('comments', { task: task.id }, new AbortController().signal);
    const present = this.sentThreads.get(key);
    if (present?.read !== read) {
      return;
    }
    if (!answer.ok) {
      this.sentThreads.delete(key);
      return;
    }
    present.threads.forEach((_, thread) => thread.dispose());
    present.threads = new Map(
      answer.value.comments.map((comment) => [this.showSent({ root, task }, comment), comment.number]),
    );
  }

  private showSent({ root, task }: TaskReference, comment: CommentView): vscode.CommentThread {
    const { path, startLine, endLine, stale, text, answer, resolved } = comment;
    const hash = task.changeset?.hash ?? '';
    const thread = this.controller.createCommentThread(
      vscode.Uri.parse(sideAddress({ root, task: task.id, path, side: 'offered', hash }), true),
      new vscode.Range(startLine, 0, endLine, 0),
      [sentComment(you, text), ...(answer === undefined ? [] : [sentComment(agent, answer)])],
    );
    thread.contextValue = resolved ? 'resolved' : 'sent';
    thread.state = resolved ? vscode.CommentThreadState.Resolved : vscode.CommentThreadState.Unresolved;
    thread.label = resolved
      ? t('Resolved')
      : stale
        ? t('Outdated: these lines were changed')
        : answer === undefined
          ? t('Sent to the agent')
          : t('Answered');
    thread.canReply = task.state === 'ready';
    thread.collapsibleState = resolved
      ? vscode.CommentThreadCollapsibleState.Collapsed
      : vscode.CommentThreadCollapsibleState.Expanded;
    return thread;
  }
}

function draftComment(body: string): vscode.Comment {
  return { body, mode: vscode.CommentMode.Preview, author: you, label: t('Pending'), contextValue: 'draft' };
}

/** Plain text: what an agent says is never read as Markdown with links and commands. */
function sentComment(author: vscode.CommentAuthorInformation, body: string): vscode.Comment {
  return { body: new vscode.MarkdownString().appendText(body), mode: vscode.CommentMode.Preview, author };
}

function lines({ range }: vscode.CommentThread): Pick<CommentDraft, 'startLine' | 'endLine'> {
  return { startLine: range?.start.line ?? 0, endLine: range?.end.line ?? 0 };
}

function keyOf({ root, task }: TaskKey): string {
  return `${task} ${root}`;
}
