import type { RecallHit, RecallReason } from '../../../protocol/memory.ts';
import type { RankedFile } from './rankFiles.ts';
import type { ChunkText, CommitScore } from './recallSources.ts';
import { splitWords } from './splitWords.ts';
import type { UnderstoodQuery } from './understandQuery.ts';
import { wordRoot } from './wordRoot.ts';

/** Words that a reason names. */
const mostNamed = 4;

/** Roots of the words of a question. */
export function rootsOf({ terms }: UnderstoodQuery): ReadonlySet<string> {
  return new Set(terms.map(({ word }) => wordRoot(word)));
}

/** The words of the question that stand in a text, and which share of the question they are, what its first line says counted double. */
export function coverage(
  { terms }: UnderstoodQuery,
  text: string,
): { readonly words: readonly string[]; readonly share: number } {
  const roots = new Set(splitWords(text).map(wordRoot));
  const found = terms.filter(({ word }) => roots.has(wordRoot(word)));
  const total = terms.reduce((sum, { weight }) => sum + weight, 0);
  return {
    words: found.map(({ word }) => word),
    share: total === 0 ? 0 : found.reduce((sum, { weight }) => sum + weight, 0) / total,
  };
}

/** Why a file is a hit, the weightiest list first. */
export function reasonsOf(
  file: RankedFile,
  chunk: ChunkText | undefined,
  understood: UnderstoodQuery,
  commits: readonly CommitScore[],
): RecallReason[] {
  const reasons: RecallReason[] = [];
  for (const [by] of [...file.parts].sort((a, b) => b[1] - a[1])) {
    if (by === 'graph') {
      reasons.push(...file.told);
    } else {
      const text = reasonText(by, file, chunk, understood, commits);
      if (text !== undefined) {
        reasons.push({ by, text });
      }
    }
  }
  return reasons;
}

function reasonText(
  by: Exclude<RecallReason['by'], 'graph'>,
  file: RankedFile,
  chunk: ChunkText | undefined,
  understood: UnderstoodQuery,
  commits: readonly CommitScore[],
): string | undefined {
  if (by === 'words') {
    const { words } = coverage(understood, `${chunk?.symbol ?? ''} ${chunk?.text ?? ''}`);
    return words.length === 0 ? 'words of the question in other places of it' : `${named(words)} in its text`;
  }
  if (by === 'name') {
    const { words } = coverage(understood, file.path);
    return words.length === 0 ? undefined : `${named(words)} in its path`;
  }
  if (by === 'history') {
    const [first, ...more] = commits.filter(({ files }) => files.includes(file.path));
    const how = more.length === 0 ? 'a commit' : `${more.length + 1} commits`;
    return first === undefined ? undefined : `changed by ${how} with a message alike: ${first.subject}`;
  }
  return plainReasons[by]?.(file);
}

const plainReasons: Partial<Record<RecallReason['by'], (file: RankedFile) => string>> = {
  vector: () => 'alike in meaning',
  recency: () => 'changed often, lately',
  trace: ({ place }) =>
    place.frame ?? (place.line === undefined ? 'named in the question' : `line ${place.line} is named in the question`),
};

/** `"retry" and "backoff"`. The parts of an identifier are left out where it is named itself. */
export function named(words: readonly string[]): string {
  const whole = words.filter(
    (word) => !words.some((other) => other !== word && other.length > word.length && other.includes(word)),
  );
  const shown = whole.slice(0, mostNamed).map((word) => `"${word}"`);
  const rest = whole.length - shown.length;
  const all = rest > 0 ? [...shown, `${rest} more`] : shown;
  return all.length < 2 ? (all[0] ?? '') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
}

/** A file as a hit, but for its score. */
export function fileHit(
  file: RankedFile,
  chunk: ChunkText,
  reasons: readonly RecallReason[],
): Omit<RecallHit, 'score'> {
  return {
    kind: chunk.kind,
    path: file.path,
    startLine: chunk.startLine,
    endLine: chunk.endLine,
    ...(file.place.line === undefined ? {} : { line: file.place.line }),
    ...(chunk.symbol === undefined ? {} : { symbol: chunk.symbol }),
    title: chunk.symbol === undefined ? file.path : `${file.path} · ${chunk.symbol}`,
    reasons: [...reasons],
  };
}
