import type { CommitFact } from '../../../src/core/memory/commitFact.ts';
import { readHistory } from '../../../src/node/memory/history/readHistory.ts';
import { git, signal } from './repositoryAt.ts';
import { isSource } from './sourcePaths.ts';

/** A question whose answer the repository's own history gives. */
export interface RecallCase {
  readonly commit: string;
  readonly query: string;
  /** Files that the commit changed and that were there before all of the cases. */
  readonly truth: readonly string[];
}

export interface RecallCases {
  /** The commit at which index and history end. */
  readonly base: string;
  readonly cases: readonly RecallCase[];
}

/** A commit that changed more files is no answer that anybody would look for. */
const mostTruth = 5;

/** Fewer words ask for nothing. */
const leastWords = 3;

const machineMade = /^(?:merge|revert|bump|release|v?\d+\.\d+)|\bbump\b|^\w+\(deps/i;

/**
 * The newest commits that can be asked for. All of them are younger than `base`, and neither index nor history reaches past it, so
 * no case can be answered from itself or from one that came after.
 */
export async function casesOf(root: string, count: number): Promise<RecallCases> {
  const commits: CommitFact[] = [];
  const read = await readHistory(
    { root, signal },
    {
      begin: () => Promise.resolve(),
      add: (batch) => Promise.resolve(void commits.push(...batch)),
    },
  );
  if (!read.ok) {
    throw new Error(read.error.message);
  }
  const asked: CommitFact[] = [];
  // A quarter of the history at most, that enough is left to learn from.
  for (const commit of commits.slice(0, Math.floor(commits.length / 4))) {
    if (asked.length < count && isCase(commit)) {
      asked.push(commit);
    }
  }
  const oldest = asked.at(-1);
  if (oldest === undefined) {
    throw new Error(`"${root}" has too short a history: ${commits.length} commits give no case.`);
  }
  const base = (await git(root, ['rev-parse', `${oldest.id}^`])).toString('latin1').trim();
  const present = new Set((await git(root, ['ls-tree', '-r', '-z', '--name-only', base])).toString('utf8').split('\0'));
  const reachable = new Set((await git(root, ['rev-list', base])).toString('latin1').split('\n'));
  const names = namesIn(present);
  const cases = asked
    // A side branch may have been merged before.
    .filter(({ id }) => !reachable.has(id))
    .map(({ id, subject, body, files }) => ({
      commit: id,
      query: withoutNames(`${subject}\n${body}`, names),
      truth: files.filter((path) => isSource(path) && present.has(path)),
    }))
    .filter(({ query, truth }) => truth.length > 0 && words(query) >= leastWords);
  return { base, cases };
}

function isCase({ subject, files }: CommitFact): boolean {
  const source = files.filter(isSource).length;
  return source > 0 && source <= mostTruth && words(subject) >= leastWords && !machineMade.test(subject);
}

function words(text: string): number {
  return text.match(/\p{L}{2,}/gu)?.length ?? 0;
}

/** Paths, names of files with their extension, and paths without it: with any of them the answer would stand in the question. */
function namesIn(paths: Iterable<string>): ReadonlySet<string> {
  const names = new Set<string>();
  for (const path of paths) {
    const parts = path.toLowerCase().split('/');
    const file = parts.at(-1) ?? '';
    for (const whole of [path.toLowerCase(), path.toLowerCase().replace(/\.\w+$/, '')]) {
      const pieces = whole.split('/');
      for (let start = 0; start < pieces.length - 1; start += 1) {
        names.add(pieces.slice(start).join('/'));
      }
    }
    if (file.includes('.')) {
      names.add(file);
    }
  }
  return names;
}

/** The message without what names files, commits, issues and addresses. */
export function withoutNames(message: string, names: ReadonlySet<string>): string {
  return message
    .replace(/https?:\/\/\S+/g, ' ')
    .replace(/\(?(?:\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?|see|refs?)\s+)?(?:[\w.-]+\/[\w.-]+|gh-)?#\d+\)?/gi, ' ')
    .replace(/\b(?=[a-f]*\d)[0-9a-f]{7,40}\b/g, ' ')
    .replace(/[\w@.\-/]+/g, (word) => (names.has(word.replace(/^[./]+|[./]+$/g, '').toLowerCase()) ? ' ' : word))
    .replace(/[ \t]+/g, ' ')
    .trim()
    .slice(0, 2_000);
}
