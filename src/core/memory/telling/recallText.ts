import { type ContextItem, renderItems } from '../../models/contextItem.ts';
import { capOutput } from '../../tools/capOutput.ts';

/** Bytes of UTF-8: of all that is told in answer to a call, less than the most that a tool may say, and of one hit. */
const mostBytes = 7 * 1_024;
const mostOfOne = 2 * 1_024;

/** What an agent is told that asked: as many of the items as have room, each between marks that no text in them can hold. */
export function recallText(items: readonly ContextItem[], run: string): string {
  const cut = items.map((item) => ({ ...item, text: capOutput(item.text, mostOfOne) }));
  for (let count = cut.length; count > 0; count -= 1) {
    const text = `${count === 1 ? '1 hit' : `${count} hits, best first`}.\n\n${renderItems(cut.slice(0, count), run)}`;
    if (new TextEncoder().encode(text).length <= mostBytes) {
      return text;
    }
  }
  return 'Nothing in memory fits this. Search the files instead.';
}
