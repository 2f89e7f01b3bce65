import type { RecallHit } from '../../../protocol/memory.ts';
import type { ContextItem } from '../../models/contextItem.ts';
import type { RecallSource } from '../../trace/recalled.ts';
import { outcomeWords } from '../episodes/outcomeWorth.ts';

/** An episode whose score is at least this part of the best one's is as alike as the best: what was done before is told first then. */
const alike = 0.5;

/** Characters of an object id that tell commits apart. */
const shortId = 10;

/** Best first, with episodes in front that are about as alike; their scores say already what became of them. */
export function inTellingOrder(hits: readonly RecallHit[]): readonly RecallHit[] {
  const best = hits.reduce((most, { score }) => Math.max(most, score), 0);
  const isFirst = ({ episode, score }: RecallHit): boolean => episode !== undefined && score >= alike * best;
  const first = hits.filter(isFirst).toSorted((one, other) => other.score - one.score);
  return [...first, ...hits.filter((hit) => !isFirst(hit))];
}

/** A hit as an agent is told of it: words of ours above it, all that others wrote inside. */
export function recalledItem(hit: RecallHit): ContextItem {
  const { path, startLine, endLine, title, snippet } = hit;
  const place = {
    ...(path === undefined ? {} : { path }),
    ...(path === undefined || startLine === undefined || startLine === 0 ? {} : { startLine }),
    ...(path === undefined || endLine === undefined || endLine === 0 ? {} : { endLine }),
  };
  const text = [...(path === undefined && snippet?.startsWith(title) !== true ? [title] : []), snippet ?? ''];
  return { source: 'recall', tainted: true, why: whyOf(hit), ...place, text: text.join('\n').trim() || title };
}

/** What the trace says of a hit: where it is from, and by what it was found. Nothing that it says. */
export function recallSource({
  kind,
  path,
  startLine,
  endLine,
  score,
  reasons,
  commit,
  episode,
}: RecallHit): RecallSource {
  return {
    kind,
    ...(path === undefined ? {} : { path }),
    ...(startLine === undefined ? {} : { startLine }),
    ...(endLine === undefined ? {} : { endLine }),
    ...(commit === undefined ? {} : { commit: commit.id }),
    ...(episode === undefined
      ? {}
      : { task: episode.task, outcome: episode.outcome, ...(episode.stale ? { stale: true } : {}) }),
    score,
    by: [...new Set(reasons.map(({ by }) => by))],
  };
}

function whyOf({ kind, commit, episode, reasons }: RecallHit): string {
  if (episode !== undefined) {
    return `a task like this one, done before: ${outcomeWords(episode)}`;
  }
  const by = [...new Set(reasons.map((reason) => reason.by))].join(', ');
  const name = commit === undefined ? kind : `commit ${commit.id.replace(/[^0-9a-f]/g, '').slice(0, shortId)}`;
  return by === '' ? name : `${name}, found by ${by}`;
}
