import type { Episode, Outcome } from '../../../protocol/memory.ts';
import { episodeWorth } from '../episodes/outcomeWorth.ts';
import { coverage, named } from './describeHit.ts';
import { errorLikeness } from './errorSignature.ts';
import { pathFilter, timeSpanOf } from './fileFilter.ts';
import { type Led, ledTo, raiseLed } from './raiseLed.ts';
import { type Candidate, messageQuestion, type RoomRequest, rowsOf, worth } from './room.ts';
import { splitWords } from './splitWords.ts';
import { errorsAmong } from './stackTrace.ts';
import type { UnderstoodQuery } from './understandQuery.ts';

/** Rows that a question of words gives. */
const mostFound = 100;

/** From here on errors are the same: their type is, and nearly half of the words; or nearly all of these. */
const leastAlike = 0.7;

/** Errors of the question, and words of them, that are looked for. */
const mostErrors = 4;
const mostTerms = 48;

const ends: Readonly<Record<Outcome, string>> = {
  accepted: 'was accepted',
  rejected: 'was rejected',
  reverted: 'was reverted',
  failed: 'failed',
  open: 'is not decided yet',
};

export function recallEpisodes(request: RoomRequest): readonly Candidate[] {
  const { query, understood, sources, missing, traced, weights } = request;
  const span = timeSpanOf(query);
  const fitsPath = pathFilter(query.paths);
  const fits = ({ time, files }: Episode): boolean => {
    const seconds = Date.parse(time) / 1000;
    return (
      (span === undefined || (seconds >= span.since && seconds <= span.until)) &&
      (query.paths === undefined || files.some(fitsPath))
    );
  };
  const rows = rowsOf(sources.words.episodes(messageQuestion(understood, mostFound)), 'episodes', missing);
  const found = rows.filter(({ episode }) => fits(episode));
  const byFiles = ledTo(traced, 'task');
  const changed =
    byFiles.size === 0 ? [] : rowsOf(sources.words.episodesById([...byFiles.keys()]), 'episodes', missing);
  const all = new Map(
    [...found.map(({ episode }) => episode), ...changed, ...withErrorWords(request)]
      .filter(fits)
      .map((episode) => [episode.id, episode]),
  );
  const led = withErrors(byFiles, [...all.values()], request.errors);
  const byWords = new Set(found.map(({ episode }) => episode.id));
  const more = [...all.values()].filter(({ id }) => !byWords.has(id) && led.has(id));
  const candidates = [
    ...worth(
      found.map(({ episode, score }) => candidateOf(episode, score, understood)),
      understood,
    ),
    ...more.map((episode) => candidateOf(episode, 0, understood)),
  ];
  return raiseLed(candidates, led, ({ hit }) => hit.episode?.id, weights.traced)
    .map(({ hit, ...rest }) => {
      const episode = all.get(hit.episode?.id ?? '');
      return { ...rest, hit: { ...hit, score: hit.score * (episode === undefined ? 1 : episodeWorth(episode)) } };
    })
    .sort((a, b) => b.hit.score - a.hit.score)
    .slice(0, query.count);
}

/** Those that may have an error of the question: of a long trace its words are not among those that are searched for first. */
function withErrorWords({ errors, sources, missing, understood }: RoomRequest): readonly Episode[] {
  const words = new Set(splitWords(errors.slice(0, mostErrors).join(' ')));
  if (words.size === 0) {
    return [];
  }
  const terms = [...words].slice(0, mostTerms).map((word) => ({ word, weight: 1 as const }));
  const question = messageQuestion({ ...understood, messageTerms: terms }, mostFound);
  return rowsOf(sources.words.episodes(question), 'episodes', missing).map(({ episode }) => episode);
}

/** The likest error of each counts where it is more than what its files say, which stay as a reason. */
function withErrors(byFiles: Led, episodes: readonly Episode[], errors: readonly string[]): Led {
  const led = new Map(byFiles);
  for (const { id, signature } of episodes) {
    const [best] = errorsAmong(signature)
      .map((had) => ({ had, alike: Math.max(0, ...errors.slice(0, mostErrors).map((one) => errorLikeness(one, had))) }))
      .sort((a, b) => b.alike - a.alike);
    if (best !== undefined && best.alike >= leastAlike) {
      const before = byFiles.get(id);
      led.set(id, {
        weight: Math.max(best.alike, before?.weight ?? 0),
        reasons: [{ by: 'trace', text: `its error was ${best.had}` }, ...(before?.reasons ?? [])],
      });
    }
  }
  return led;
}

function candidateOf(episode: Episode, score: number, understood: UnderstoodQuery): Candidate {
  const text = [episode.goal, episode.approach, ...episode.signature, ...episode.files]
    .filter((line) => line !== '')
    .join('\n');
  const { words } = coverage(understood, text);
  return {
    hit: {
      kind: 'episode',
      title: episode.goal.split('\n', 1)[0] ?? episode.task,
      score,
      reasons: [
        {
          by: 'episode',
          text: `${words.length === 0 ? 'a task' : `${named(words)} in a task`} that ${ends[episode.outcome]}`,
        },
      ],
      episode: { id: episode.id, task: episode.task, outcome: episode.outcome, stale: episode.stale },
    },
    text,
  };
}
