import type { Failure } from '../base/failure.ts';
import { ok, type Result } from '../base/result.ts';
import { moveAnchor } from '../core/changes/lineAnchor.ts';
import type { TreeStore } from '../core/repository/repository.ts';
import { offeredSide } from '../core/supervisor/sendReview.ts';
import type { CommentView } from '../protocol/conversation.ts';
import type { TaskRecord } from './taskRecord.ts';

/** The user's comments on a task, each where its lines stand now. */
export async function viewComments(
  store: TreeStore,
  record: TaskRecord,
  signal: AbortSignal,
): Promise<Result<readonly CommentView[], Failure>> {
  const task = record.task();
  const sides = new Map<string, Uint8Array | null>();
  for (const path of new Set(task.comments.map((comment) => comment.path))) {
    const side = await offeredSide(store, task, path, signal);
    if (!side.ok) {
      return side;
    }
    sides.set(path, side.value);
  }
  const views: CommentView[] = [];
  for (const [index, { path, startLine, endLine, file, text, answer, resolved }] of task.comments.entries()) {
    const before = (await record.artifact(file.sha256)) ?? null;
    const moved = moveAnchor(before, sides.get(path) ?? null, { startLine, endLine });
    views.push({
      number: index + 1,
      path,
      ...moved,
      text,
      ...(answer === undefined ? {} : { answer }),
      resolved,
    });
  }
  return ok(views);
}
