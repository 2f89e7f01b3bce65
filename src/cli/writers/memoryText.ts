import { plainLine, plainText } from '../../base/plainText.ts';
import {
  type Entity,
  type Episode,
  type GraphResult,
  type MemoryStatus,
  type RecallHit,
  type RecallResult,
  skipReasons,
} from '../../protocol/memory.ts';
import { skipWords } from '../../protocol/memoryWords.ts';
import { counted } from '../../base/counted.ts';
import type { Paint, Style } from './paint.ts';

const outcomeMarks: Readonly<Record<Episode['outcome'], readonly [Style, string]>> = {
  accepted: ['green', 'accepted'],
  open: ['dim', 'not decided'],
  rejected: ['yellow', 'rejected'],
  reverted: ['yellow', 'reverted'],
  failed: ['red', 'failed'],
};

/** Lines of a hit's text that are shown. */
const snippetLines = 8;

export function recallLines({ hits, missing }: RecallResult, paint: Paint): readonly string[] {
  const lines = hits.flatMap((hit) => hitLines(hit, paint));
  const without = missing.map((text) => paint('dim', `not searched: ${plainLine(text)}`));
  return hits.length === 0 ? ['Nothing was found.', ...without] : [...lines, ...without];
}

function hitLines(hit: RecallHit, paint: Paint): readonly string[] {
  const place = hit.path === undefined ? '' : `${hit.path}${hit.startLine === undefined ? '' : `:${hit.startLine}`}`;
  const name = place === '' ? hit.title : hit.symbol === undefined ? place : `${place}  ${hit.symbol}`;
  const state = hit.episode === undefined ? '' : ` (${hit.episode.outcome}${hit.episode.stale ? ', stale' : ''})`;
  const why = hit.reasons.map(({ text }) => text).join('; ');
  const text = (hit.snippet ?? '').split('\n').slice(0, snippetLines);
  return [
    `${paint('bold', plainLine(name, 200))}  ${paint('dim', `${hit.kind}${state}`)}`,
    ...(why === '' ? [] : [`  ${paint('dim', plainLine(why, 300))}`]),
    ...(hit.snippet === undefined ? [] : text.map((line) => `    ${plainLine(line, 160)}`)),
  ];
}

export function relatedLines({ center, others, entities, edges }: GraphResult, paint: Paint): readonly string[] {
  if (center === undefined) {
    return ['Nothing in this repository has that name.'];
  }
  const byId = new Map<string, Entity>([center, ...entities].map((entity) => [entity.id, entity]));
  const label = (id: string): string => plainLine(byId.get(id)?.label ?? id, 160);
  return [
    `${paint('bold', plainLine(center.label, 200))}  ${paint('dim', center.kind)}`,
    ...edges.map(({ from, to, kind }) => `  ${label(from)} ${paint('dim', kind)} ${label(to)}`),
    ...(edges.length === 0 ? ['  nothing is known about that'] : []),
    ...(others.length === 0
      ? []
      : [paint('dim', `the name could also mean: ${others.map(({ id }) => plainLine(id, 160)).join(', ')}`)]),
  ];
}

export function episodeLines(episodes: readonly Episode[], paint: Paint): readonly string[] {
  if (episodes.length === 0) {
    return ['No task was solved here yet that could be remembered.'];
  }
  return episodes.flatMap(({ id, goal, outcome, stale, files, time }) => {
    const [style, words] = outcomeMarks[outcome];
    const age = paint('dim', `${time.slice(0, 10)} · ${counted(files.length, 'file')}${stale ? ' · stale' : ''}`);
    return [`${plainLine(id)}  ${paint(style, words)}  ${age}`, `  ${plainLine(goal, 200)}`];
  });
}

export function memoryLines(status: MemoryStatus, paint: Paint): readonly string[] {
  const { files, chunks, commits, symbols, episodes, vectors, problems, bytes, memoryBytes, state } = status;
  const skipped = skipReasons.flatMap((reason) => {
    const count = files.skipped[reason] ?? 0;
    return count === 0 ? [] : [`${skipWords[reason].few.toLowerCase()} ${count}`];
  });
  const style: Style = state === 'ready' ? 'green' : state === 'failed' ? 'red' : 'yellow';
  const megabytes = (value: number): string => `${(value / 1e6).toFixed(1)} MB`;
  return [
    `${paint(style, state)}${status.paused === undefined ? '' : ` (${status.paused})`}  ${files.indexed} of ${counted(files.known, 'file')}, ${counted(chunks, 'chunk')}, ${counted(symbols, 'symbol')}, ${counted(commits, 'commit')}, ${counted(episodes, 'episode')}`,
    `  by meaning: ${vectors.model === undefined ? 'no embedding model' : `${vectors.done} of ${vectors.total} with ${plainLine(vectors.model, 100)} (${vectors.state})`}`,
    `  ${megabytes(bytes)} on disk, ${megabytes(memoryBytes)} in memory, watched by ${status.watching.by}`,
    ...(skipped.length === 0 ? [] : [`  not indexed: ${skipped.join(', ')}`]),
    ...problems.map(({ part, message }) => paint('yellow', `  ${part}: ${plainText(message)}`)),
  ];
}
