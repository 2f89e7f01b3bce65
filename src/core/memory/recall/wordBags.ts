import type { QueryTerm } from './understandQuery.ts';
import { splitWords } from './splitWords.ts';
import { wordRoot } from './wordRoot.ts';

/** How much each word stands in something, by the root of the word. */
export type WordBag = ReadonlyMap<string, number>;

/** Of some texts, each with what a word in it counts for. */
export function bagOf(fields: readonly (readonly [text: string, weight: number])[]): WordBag {
  const bag = new Map<string, number>();
  for (const [text, weight] of fields) {
    for (const word of splitWords(text)) {
      const root = wordRoot(word);
      bag.set(root, (bag.get(root) ?? 0) + weight);
    }
  }
  return bag;
}

/**
 * Those of few things that have words of a question, best first. A word counts for more the fewer of them have it; said twice, it counts
 * for less than twice.
 */
export function rankBags<T extends { readonly bag: WordBag }>(
  things: readonly T[],
  terms: readonly QueryTerm[],
  count: number,
): readonly { readonly thing: T; readonly score: number }[] {
  const worth = terms.map(({ word, weight }) => {
    const root = wordRoot(word);
    const having = things.filter(({ bag }) => bag.has(root)).length;
    return { root, worth: weight * Math.log(1 + (things.length - having + 0.5) / (having + 0.5)) };
  });
  return things
    .map((thing) => ({
      thing,
      score: worth.reduce((sum, one) => {
        const amount = thing.bag.get(one.root) ?? 0;
        return sum + (one.worth * amount) / (amount + 1);
      }, 0),
    }))
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score)
    .slice(0, count);
}
