import { changeVerbs, stopWords } from './stopWords.ts';

const runs = /[\p{L}\p{N}_$]{4,}/gu;
const mostWords = 6;

/** What files must hold to be the answer, as it stands in the question: longest first, without what any file may hold. */
export function wordsAsWritten(question: string): string[] {
  const words = new Set<string>();
  for (const [word] of question.slice(0, 2_000).matchAll(runs)) {
    const plain = word.toLowerCase();
    if (!stopWords.has(plain) && !changeVerbs.has(plain)) {
      words.add(word);
    }
  }
  return [...words].sort((a, b) => b.length - a.length).slice(0, mostWords);
}
