import type { ContextItem } from '../models/contextItem.ts';
import type { TaskTrace } from '../tasks/taskTrace.ts';

/** Characters of a text that stands in its line; a longer one is kept beside the trace. */
const maxLineText = 8_192;

/** Records what an agent is told at the start of a run, with where each piece comes from. */
export async function recordContext(trace: TaskTrace, run: string, items: readonly ContextItem[]): Promise<void> {
  for (const { text, ...item } of items) {
    const kept =
      text.length <= maxLineText ? { text } : { artifact: await trace.putArtifact(new TextEncoder().encode(text)) };
    await trace.record({ type: 'context-added', actor: 'host', data: { run, ...item, ...kept } });
  }
}
