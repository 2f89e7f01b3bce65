import type { RecallQuery } from '../../../protocol/memory.ts';
import { knownLanguages } from '../reading/languageOf.ts';
import { longestGlob } from '../../repository/pathGlob.ts';

/** Why a question's filters can fit nothing, in one line with the way out; undefined where they may fit something. */
export function filterProblem({
  paths = [],
  languages = [],
}: Pick<RecallQuery, 'paths' | 'languages'>): string | undefined {
  const glob = paths.find((each) => !isGlob(each.replace(/^!/, '')));
  if (glob !== undefined) {
    return `"${glob}" is no glob of paths: write src/**, *.test.ts, or a folder.`;
  }
  const known = knownLanguages();
  const language = languages.find((each) => !known.includes(each.toLowerCase()));
  return language === undefined ? undefined : `There is no language "${language}"; there are ${known.join(', ')}.`;
}

/** Brackets in pairs are part of a name: `[id].tsx`. */
function isGlob(glob: string): boolean {
  const bare = glob.replace(/\[[^[\]]*\]/g, '').replace(/[^[\]]/g, '');
  return glob.trim() !== '' && glob.length <= longestGlob && bare === '';
}
