import type { RecallReason } from '../../../protocol/memory.ts';
import { coverage, named } from './describeHit.ts';
import { pathFilter, timeSpanOf } from './fileFilter.ts';
import { ledTo, raiseLed } from './raiseLed.ts';
import type { CommitScore } from './recallSources.ts';
import { type Candidate, type RoomRequest, rowsOf, worth } from './room.ts';
import type { UnderstoodQuery } from './understandQuery.ts';

/** Paths of a commit that its snippet shows. */
const shownFiles = 20;

export function recallCommits(request: RoomRequest): readonly Candidate[] {
  const { query, understood, sources, commits, missing, traced, weights } = request;
  const span = timeSpanOf(query);
  const fitsPath = pathFilter(query.paths);
  const fits = ({ time, files }: Omit<CommitScore, 'score'>): boolean =>
    (span === undefined || (time >= span.since && time <= span.until)) &&
    (query.paths === undefined || files.some(fitsPath));
  const alike = rowsOf(commits(), 'commits', missing).filter(fits);
  const led = ledTo(traced, 'commit');
  const found = alike.filter(({ id }, index) => index < query.count || led.has(id));
  const known = new Set(found.map(({ id }) => id));
  const unknown = [...led.keys()].filter((id) => !known.has(id));
  const more = unknown.length === 0 ? [] : rowsOf(sources.words.commitsById(unknown), 'commits', missing).filter(fits);
  const candidates = [
    ...worth(
      found.map((commit) => candidateOf(commit, commit.score, understood)),
      understood,
    ),
    ...more.map((commit) => candidateOf(commit, 0, understood)),
  ];
  return raiseLed(candidates, led, ({ hit }) => hit.commit?.id, weights.traced).slice(0, query.count);
}

function candidateOf(commit: Omit<CommitScore, 'score'>, score: number, understood: UnderstoodQuery): Candidate {
  const reason = reasonOf(commit, score, understood);
  return {
    hit: {
      kind: 'commit',
      title: commit.subject === '' ? commit.id.slice(0, 12) : commit.subject,
      score,
      reasons: reason === undefined ? [] : [reason],
      commit: { id: commit.id, author: commit.author, time: isoTime(commit.time) },
    },
    text: [commit.subject, commit.body, ...commit.files.slice(0, shownFiles)].filter((line) => line !== '').join('\n'),
  };
}

/** What it says, else the files that it changed: their names are searched with its message. */
function reasonOf(
  { subject, body, files }: Pick<CommitScore, 'subject' | 'body' | 'files'>,
  score: number,
  understood: UnderstoodQuery,
): RecallReason | undefined {
  const { words } = coverage(understood, `${subject} ${body}`);
  if (words.length > 0) {
    return { by: 'words', text: `${named(words)} in its message` };
  }
  // What a frame of a trace led to says so by itself.
  const changed = score === 0 ? [] : coverage(understood, files.join(' ')).words;
  return changed.length === 0 ? undefined : { by: 'name', text: `${named(changed)} in the path of a file it changed` };
}

/** A commit may claim any time; what no calendar holds is taken for the beginning. */
function isoTime(seconds: number): string {
  const time = new Date(seconds * 1000);
  return (Number.isNaN(time.getTime()) ? new Date(0) : time).toISOString();
}
