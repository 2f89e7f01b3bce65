import { ok } from '../../../base/result.ts';
import type { Episode } from '../../../protocol/memory.ts';
import { fileKind } from '../reading/fileKind.ts';
import { languageOf } from '../reading/languageOf.ts';
import { windowsOf } from '../reading/pieces.ts';
import { textLines } from '../reading/textLines.ts';
import type { ChunkText, WordQuestion, WordSearch } from './recallSources.ts';
import { bagOf, rankBags, type WordBag } from './wordBags.ts';

/** A file as it lies there. */
export interface FoundText {
  readonly path: string;
  readonly text: string;
}

/** What a word counts for in the goal, the approach, the signature and the paths of an episode, as in the index. */
const weights = { goal: 2, approach: 1, signature: 3, files: 1 } as const;

const none = () => ok([]);

/** The words of what is at hand, few files and what was solved, where there is no index. Nothing is known of commits. */
export function wordsOfTexts(texts: readonly FoundText[], episodes: readonly Episode[]): WordSearch {
  const files = new Map(texts.map((found) => [found.path, fileOf(found)]));
  const pieces = [...files.values()].flatMap((file) => file.pieces);
  const solved = episodes.map((episode) => ({ episode, bag: bagOfEpisode(episode) }));
  const fitting = <T extends { readonly path: string; readonly bag: WordBag }>(
    things: readonly T[],
    { terms, count, filter, phrases }: WordQuestion,
  ) =>
    ok(
      phrases === undefined
        ? rankBags(things, terms, Infinity)
            .filter(({ thing }) => filter.accepts(thing.path))
            .slice(0, count)
            .map(({ thing, score }) => ({ ...thing, score }))
        : [],
    );
  return {
    files: (question) =>
      fitting(
        [...files.values()].map(({ path, bag, name }) => ({ path, bag: question.in === 'path' ? name : bag })),
        question,
      ),
    chunks: (question) => fitting(pieces, question),
    episodes: ({ terms, count }) =>
      ok(rankBags(solved, terms, count).map(({ thing: { episode }, score }) => ({ episode, score }))),
    episodesById: (ids) => ok(episodes.filter(({ id }) => ids.includes(id))),
    commits: none,
    commitsById: none,
    churn: none,
    namesakes: none,
    endingWith: (path, count) => {
      const wanted = `/${path.toLowerCase()}`;
      return ok([...files.keys()].filter((found) => `/${found.toLowerCase()}`.endsWith(wanted)).slice(0, count));
    },
    chunk: (path, { ordinal, line }) => {
      const own = files.get(path)?.pieces ?? [];
      const at = own.find((piece) =>
        ordinal === undefined
          ? line !== undefined && piece.startLine <= line && piece.endLine >= line
          : piece.ordinal === ordinal,
      );
      return ok(at ?? own[0]);
    },
    changedBetween: () => ok(new Set()),
    describe: (path) => files.get(path)?.about,
  };
}

function fileOf({ path, text }: FoundText) {
  const lines = textLines(text);
  const kind = fileKind(path, text);
  const pieces = windowsOf(lines, { startLine: 1, endLine: lines.length }).map(({ startLine, endLine }, ordinal) => {
    const piece: ChunkText = {
      path,
      kind,
      ordinal,
      startLine,
      endLine,
      text: lines.slice(startLine - 1, endLine).join('\n'),
    };
    return { ...piece, bag: bagOf([[piece.text, 1]]) };
  });
  return {
    path,
    pieces,
    about: { kind, language: languageOf(path, lines[0] ?? '') },
    name: bagOf([[path, 1]]),
    bag: bagOf([
      [path, 1],
      [text, 1],
    ]),
  };
}

function bagOfEpisode({ goal, approach, signature, files }: Episode): WordBag {
  return bagOf([
    [goal, weights.goal],
    [approach, weights.approach],
    [signature.join('\n'), weights.signature],
    [files.join('\n'), weights.files],
  ]);
}
