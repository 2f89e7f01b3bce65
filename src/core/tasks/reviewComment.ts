import type { TraceEventData } from '../trace/traceEvent.ts';
import type { Task } from './task.ts';

export type SentComment = TraceEventData<'comment-sent'>;

/** A comment of the user on lines of a result, and what became of it. Its number is its place in the list, from 1. */
export interface ReviewComment extends SentComment {
  readonly answer?: string;
  readonly resolved: boolean;
}

/** What the agent of the next run is told anew: words of the user that the present one has not heard. */
export function hasUnheard({ unheard }: Pick<Task, 'unheard'>): boolean {
  return unheard.notes.length > 0 || unheard.review;
}

/** The comments that are the agent's to act on, with their numbers. */
export function openComments({
  comments,
}: Pick<Task, 'comments'>): readonly (ReviewComment & { readonly number: number })[] {
  return comments.flatMap((comment, index) => (comment.resolved ? [] : [{ ...comment, number: index + 1 }]));
}

/** The list with one comment changed; as it was where there is none of that number. */
export function withComment(
  comments: readonly ReviewComment[],
  number: number,
  change: Partial<Pick<ReviewComment, 'answer' | 'resolved'>>,
): readonly ReviewComment[] {
  return comments.map((comment, index) => (index === number - 1 ? { ...comment, ...change } : comment));
}

/** What the user said, of which a task keeps the newest. */
export const keptNotes = 10;

export const nothingUnheard: Task['unheard'] = { notes: [], review: false };

export function withNote(task: Task, text: string): Task {
  const { notes, review } = task.unheard;
  return {
    ...task,
    notes: [...task.notes, text].slice(-keptNotes),
    unheard: { notes: [...notes, text].slice(-keptNotes), review },
  };
}

export function withSentComment(task: Task, sent: SentComment): Task {
  const comments = [...task.comments, { ...sent, resolved: false }];
  return { ...task, comments, unheard: { ...task.unheard, review: true } };
}
