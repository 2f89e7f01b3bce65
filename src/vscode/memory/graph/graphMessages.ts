import * as z from 'zod/mini';
import { graphResultSchema } from '../../../protocol/memory.ts';

/** Extension and page of the graph; either checks what it gets from the other. */

const id = z.string().check(z.minLength(1), z.maxLength(4_096));

export const toPageSchema = z.discriminatedUnion('type', [
  /** What to draw. `canGoBack`: there was something before it. */
  z.object({ type: z.literal('graph'), graph: graphResultSchema, canGoBack: z.boolean() }),
  z.object({ type: z.literal('busy') }),
  /** One line for a person; what is drawn stays. */
  z.object({ type: z.literal('problem'), message: z.string() }),
]);

export const fromPageSchema = z.discriminatedUnion('type', [
  /** The page runs, for the first time or again, and has nothing to draw. */
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('center'), id }),
  z.object({ type: z.literal('open'), id }),
  z.object({ type: z.literal('back') }),
]);

export type ToPage = z.infer<typeof toPageSchema>;
export type FromPage = z.infer<typeof fromPageSchema>;
