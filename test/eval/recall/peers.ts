import { DatabaseSync } from 'node:sqlite';
import MiniSearch from 'minisearch';
import { splitWords } from '../../../src/core/memory/recall/splitWords.ts';
import { understandQuery } from '../../../src/core/memory/recall/understandQuery.ts';
import type { RecallCase } from './historyCases.ts';
import type { TextFile } from './repositoryAt.ts';

/** Answers a question with paths, best first. */
export type Ranker = (asked: RecallCase) => readonly string[] | Promise<readonly string[]>;

/** Lines of a window, in which plain searches look. */
const windowLines = 40;

/** Counts lines with each word, as somebody would with grep; words of few files count for more. */
export function grepRanker(files: readonly TextFile[]): Ranker {
  const texts = files.map(({ path, text }) => ({ path, lines: text.toLowerCase().split('\n') }));
  return ({ query }) => {
    const scores = new Map<string, number>();
    for (const word of new Set(query.toLowerCase().match(/[\p{L}\p{N}_$]{3,}/gu) ?? [])) {
      const counts = texts.map(({ lines }) => lines.reduce((sum, line) => sum + (line.includes(word) ? 1 : 0), 0));
      const present = counts.filter((count) => count > 0).length;
      for (const [index, count] of counts.entries()) {
        const path = texts[index]?.path;
        if (count > 0 && path !== undefined) {
          scores.set(path, (scores.get(path) ?? 0) + Math.log2(1 + count) * Math.log(1 + texts.length / present));
        }
      }
    }
    return bestFirst(scores);
  };
}

export function miniSearchRanker(files: readonly TextFile[]): Ranker {
  const index = new MiniSearch<{ id: number; path: string; body: string }>({
    fields: ['path', 'body'],
    storeFields: ['path'],
    tokenize: splitWords,
    processTerm: (word) => word,
  });
  let id = 0;
  for (const file of files) {
    index.addAll(windowsOf(file).map((text) => ({ id: (id += 1), path: file.path, body: text })));
  }
  return ({ query }) => {
    const scores = new Map<string, number>();
    for (const { path, score } of index.search(wordsOf(query).join(' '))) {
      scores.set(String(path), Math.max(scores.get(String(path)) ?? 0, score));
    }
    return bestFirst(scores);
  };
}

/** SQLite's full-text index as it comes, over the same windows. */
export function plainFtsRanker(files: readonly TextFile[]): Ranker {
  const database = new DatabaseSync(':memory:');
  database.exec('CREATE VIRTUAL TABLE words USING fts5 (body, path UNINDEXED)');
  const put = database.prepare('INSERT INTO words (body, path) VALUES (?, ?)');
  database.exec('BEGIN');
  for (const file of files) {
    for (const text of windowsOf(file)) {
      put.run(splitWords(text).join(' '), file.path);
    }
  }
  database.exec('COMMIT');
  const ask = database.prepare('SELECT path, -rank AS score FROM words WHERE words MATCH ? ORDER BY rank LIMIT 1000');
  return ({ query }) => {
    const words = wordsOf(query);
    const scores = new Map<string, number>();
    for (const row of words.length === 0 ? [] : ask.all(words.map((word) => `"${word}"`).join(' OR '))) {
      const path = String(row['path']);
      scores.set(path, Math.max(scores.get(path) ?? 0, Number(row['score'])));
    }
    return bestFirst(scores);
  };
}

function windowsOf({ text }: TextFile): string[] {
  const lines = text.split('\n');
  const count = Math.ceil(lines.length / windowLines);
  return Array.from({ length: count }, (_, at) => lines.slice(at * windowLines, (at + 1) * windowLines).join('\n'));
}

function wordsOf(query: string): string[] {
  return understandQuery(query).terms.map(({ word }) => word);
}

function bestFirst(scores: ReadonlyMap<string, number>): string[] {
  return [...scores].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([path]) => path);
}
