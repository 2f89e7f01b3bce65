import * as z from 'zod/mini';
import type { Memory } from '../../tasks/rememberedTasks.ts';

const draftSchema = z.object({
  root: z.string(),
  task: z.string(),
  /** The changeset that the person looks at. */
  hash: z.string(),
  path: z.string(),
  /** Lines of the offered side, counted from 0, both included. */
  startLine: z.int(),
  endLine: z.int(),
  text: z.string(),
});

/** A comment that the person wrote and has not sent yet. */
export type CommentDraft = z.infer<typeof draftSchema>;

const key = 'nightshift.commentDrafts';

/** Drafts are kept over a reload of the window; what an older version left and nobody can read is left out. */
export function keptDrafts(memory: Memory): readonly CommentDraft[] {
  return memory.get(key, []).flatMap((text) => {
    const draft = draftSchema.safeParse(parsed(text));
    return draft.success ? [draft.data] : [];
  });
}

export function keepDrafts(memory: Memory, drafts: readonly CommentDraft[]): void {
  void memory.update(
    key,
    drafts.map((draft) => JSON.stringify(draft)),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
