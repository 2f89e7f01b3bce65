import * as z from 'zod/mini';
import { taskViewSchema } from '../../protocol/taskView.ts';
import { timelineRowSchema } from '../../protocol/timeline.ts';

/** Extension and page of a task; either checks what it gets from the other. */

const count = z.int().check(z.nonnegative());

/** `later`: of a task at work the last lines may not be on disk yet. */
export const badgeSchema = z.object({ kind: z.enum(['later', 'checking', 'whole', 'wrong']), text: z.string() });

/** What a person can do from the page; each is a command that knows the task. */
export const pageActions = [
  'review',
  'accept',
  'answer',
  'resume',
  'takeOver',
  'cancel',
  'discard',
  'openTerminal',
  'openTrace',
  'verifyTrace',
  'copy',
] as const;

export const toTaskPageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('task'), task: taskViewSchema, badge: badgeSchema }),
  /** Rows that follow the ones sent before. The first ones, `from` 0, are the beginning of another timeline. */
  z.object({ type: z.literal('rows'), from: count, rows: z.array(timelineRowSchema) }),
  z.object({ type: z.literal('detail'), seq: count, detail: z.string() }),
  /** One line for a person; what is shown stays. Empty where all is well again. */
  z.object({ type: z.literal('problem'), message: z.string() }),
]);

export const fromTaskPageSchema = z.discriminatedUnion('type', [
  /** The page runs, for the first time or again, and shows nothing. */
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('detail'), seq: count }),
  z.object({ type: z.literal('action'), action: z.enum(pageActions) }),
  z.object({ type: z.literal('file'), path: z.string().check(z.minLength(1), z.maxLength(4_096)) }),
]);

/** What the editor keeps of a page for the next window: the task, and where the reader was. */
export const taskPageStateSchema = z.object({
  root: z.string().check(z.minLength(1)),
  task: z.string().check(z.minLength(1)),
  scroll: z.optional(z.number()),
});

export type Badge = z.infer<typeof badgeSchema>;
export type PageAction = (typeof pageActions)[number];
export type ToTaskPage = z.infer<typeof toTaskPageSchema>;
export type FromTaskPage = z.infer<typeof fromTaskPageSchema>;
export type TaskPageState = z.infer<typeof taskPageStateSchema>;
