import type { CommitScore, FileScore } from './recallSources.ts';

/** Commits that vote; more of them are less alike. */
const voters = 60;

/** A commit that changed more files is a rename, a new format or a new header, and tells nothing of any of them. */
const mostFiles = 20;

/** Files by the commits whose messages are like the question, best first. The likeness counts squared: few that fit well beat many that fit somewhat. */
export function voteOfCommits(commits: readonly CommitScore[]): FileScore[] {
  const votes = new Map<string, number>();
  const speaking = commits.filter(({ changed, files }) => changed <= mostFiles && files.length > 0).slice(0, voters);
  for (const { score, files } of speaking) {
    const vote = score ** 2 / Math.sqrt(files.length);
    for (const path of files) {
      votes.set(path, (votes.get(path) ?? 0) + vote);
    }
  }
  return [...votes]
    .map(([path, score]) => ({ path, score }))
    .sort((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1));
}
