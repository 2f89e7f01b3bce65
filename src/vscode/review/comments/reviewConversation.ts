import type { TaskReference } from '../../host/taskHost.ts';
import type { CommentDraft } from './commentDrafts.ts';

/** The comments of this window on results, as commands see them. Arguments are what the editor's menus give. */
export interface ReviewConversation {
  /** Keeps what was written into a thread as a draft; answers its task, undefined where there is nothing to keep. */
  add(reply: unknown): { readonly root: string; readonly task: string } | undefined;
  /** Takes a draft away again. */
  remove(comment: unknown): void;
  /** The task and the number of a comment that was sent, by its thread. */
  sentComment(thread: unknown): { readonly root: string; readonly task: string; readonly number: number } | undefined;
  /** The task of any thread of ours. */
  taskOf(thread: unknown): { readonly root: string; readonly task: string } | undefined;
  /** The drafts on the result of a task, by its id, where they stand now. */
  drafts(task: string): readonly CommentDraft[];
  /** The drafts of a task were sent: its host has them from here on. */
  sent(reference: TaskReference): void;
}
