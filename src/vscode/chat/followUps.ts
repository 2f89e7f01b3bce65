import { t } from '@vscode/l10n';
import * as z from 'zod/mini';
import type { TaskView } from '../../protocol/taskView.ts';
import { hasChanges } from '../tasks/taskText.ts';

export interface FollowUp {
  readonly command: 'delegate' | 'status' | 'review';
  readonly prompt: string;
  readonly label: string;
}

/** What the editor keeps of an answer, and gives back; it lies in its storage between. */
const outcomeSchema = z.object({
  kind: z.string(),
  task: z.optional(z.object({ root: z.string(), task: z.string() })),
  words: z.optional(z.string()),
});

/** What a person may well ask next after an outcome that the editor kept; `find` knows tasks as they are now. */
export function followUps(
  kept: unknown,
  find: (root: string, task: string) => TaskView | undefined,
): readonly FollowUp[] {
  const outcome = outcomeSchema.safeParse(kept);
  if (!outcome.success) {
    return [];
  }
  const { kind, words, task: named } = outcome.data;
  if (words !== undefined) {
    return [{ command: 'delegate', prompt: words, label: t('Delegate it all the same') }];
  }
  const task = named === undefined ? undefined : find(named.root, named.task);
  if (task === undefined) {
    return kind === 'help' ? [{ command: 'status', prompt: '', label: t('How do my tasks stand?') }] : [];
  }
  return [
    ...(hasChanges(task) && kind !== 'review'
      ? [{ command: 'review' as const, prompt: task.id, label: t('Review the changes') }]
      : []),
    { command: 'status', prompt: task.id, label: t('How does this task stand?') },
  ];
}
