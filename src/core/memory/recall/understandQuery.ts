import { splitWords } from './splitWords.ts';
import { changeVerbs, stopWords } from './stopWords.ts';

/** A place that a stack trace, or a question with `src/cart.ts:12` in it, names. Inmost first. */
export interface QueryFrame {
  /** As it was written: absolute, relative or a bare name. */
  readonly path: string;
  readonly line?: number;
  readonly symbol?: string;
}

export interface QueryTerm {
  readonly word: string;
  /** Times that it counts: what the first line says is what the question is about. */
  readonly weight: 1 | 2;
}

/** What a question is taken for. */
export interface UnderstoodQuery {
  /** Words that tell files apart, without what is done to them. */
  readonly terms: readonly QueryTerm[];
  /** All but stop words: what commits are compared by. */
  readonly messageTerms: readonly QueryTerm[];
  /** Words that stand beside one another in the first line or in quotes, each split as the index splits. */
  readonly phrases: readonly string[];
  /** Paths and names of files in the question. */
  readonly paths: readonly string[];
  readonly frames: readonly QueryFrame[];
  /** Its first line speaks of tests. */
  readonly aboutTests: boolean;
}

/** Characters that are looked at; what a question is about is said before. Stack traces are read from all of it. */
export const longestText = 20_000;

/** The full-text index takes a time in proportion to the words of a question. */
const mostTerms = 48;
const mostPhrases = 16;
const mostPaths = 20;

const longestPath = 400;

/** What a path can be of; which of them are paths is told by `isPath`. Two steps, so that no text takes more than its length. */
const pathRuns = /[\w@.+~\\/-]+/g;
const testWords = /\b(?:tests?|testing|tested|specs?|fixtures?)\b/i;
const quoted = /"([^"\n]{2,120})"|`([^`\n]{2,120})`|'([^'\n]{2,120})'/g;

export function understandQuery(query: string, frames: readonly QueryFrame[] = []): UnderstoodQuery {
  const text = query.slice(0, longestText).trim();
  const end = text.search(/[\r\n]/);
  const subject = end < 0 ? text : text.slice(0, end);
  const fromFrames = frames
    .slice(0, 8)
    .map(({ path, symbol }) => `${baseName(path).replace(/\.\w+$/, '')} ${symbol ?? ''}`);
  const all = [...splitWords(text), ...splitWords(fromFrames.join(' '))];
  const first = new Set(splitWords(subject));
  const messageTerms = weigh(all, first, (word) => !stopWords.has(word));
  const terms = weigh(all, first, (word) => !stopWords.has(word) && !changeVerbs.has(word));
  return {
    // A question of nothing but verbs, or of one letter, still asks something.
    terms:
      terms.length > 0 ? terms : messageTerms.length > 0 ? messageTerms : weigh(shortWords(text), first, () => true),
    messageTerms,
    phrases: phrasesOf(text, subject),
    paths: pathsOf(text),
    frames,
    aboutTests: testWords.test(subject),
  };
}

/** Distinct words; of too many those of the first line, then the ones that come most often. */
function weigh(words: readonly string[], first: ReadonlySet<string>, keep: (word: string) => boolean): QueryTerm[] {
  const counts = new Map<string, number>();
  for (const word of words) {
    if (keep(word)) {
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  const terms = [...counts].map(([word, count]) => ({
    word,
    count,
    weight: first.has(word) ? (2 as const) : (1 as const),
  }));
  if (terms.length > mostTerms) {
    terms.sort((a, b) => b.weight - a.weight || b.count - a.count);
  }
  return terms.slice(0, mostTerms).map(({ word, weight }) => ({ word, weight }));
}

function shortWords(text: string): string[] {
  return [...new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])].slice(0, mostTerms);
}

function phrasesOf(text: string, subject: string): string[] {
  const phrases = new Set<string>();
  for (const match of text.matchAll(quoted)) {
    const words = splitWords(match[1] ?? match[2] ?? match[3] ?? '');
    if (words.length > 1 && words.length <= 12) {
      phrases.add(words.join(' '));
    }
  }
  const words = splitWords(subject);
  for (const [index, word] of words.entries()) {
    const next = words[index + 1];
    if (next !== undefined && !(stopWords.has(word) && stopWords.has(next))) {
      phrases.add(`${word} ${next}`);
    }
  }
  return [...phrases].slice(0, mostPhrases);
}

/** With a folder in it, or an extension: `src/cart.ts`, `cart.ts`. `Makefile` is a word, `e.g.` and `1.2` are none. */
function pathsOf(text: string): string[] {
  const runs = (text.match(pathRuns) ?? []).filter((run) => run.length <= longestPath);
  const trimmed = runs.map((run) => run.replace(/[.\\/]$/, ''));
  return [...new Set(trimmed.filter(isPath))].slice(0, mostPaths);
}

function isPath(run: string): boolean {
  return /[\\/][\w@.+-]/.test(run.slice(1)) || /^[\w+-][\w.+-]+\.[a-z][a-z0-9]{0,4}$/i.test(run);
}

export function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}
