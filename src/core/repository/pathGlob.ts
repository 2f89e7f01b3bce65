import { expandBraces } from '../../base/expandBraces.ts';

/** Characters of a glob; a longer one matches nothing. */
export const longestGlob = 300;

/**
 * Whether a path in a tree matches a glob of somebody else's: `*` and `?` inside a name, `**` for any folders, `{a,b}` for a choice;
 * one without a slash matches names at any depth. Takes time in proportion to both lengths, whatever the glob: a repository's own
 * pattern is no program that runs here, as a regular expression would be.
 */
export function matchesGlob(path: string, glob: string): boolean {
  const trimmed = glob.trim().replace(/^\.?\/+/, '/');
  if (trimmed === '' || trimmed.length > longestGlob) {
    return false;
  }
  const names = path.split('/');
  return expandBraces(trimmed).some((pattern) => {
    const parts = pattern.includes('/') ? pattern.replace(/^\//, '').split('/') : ['**', pattern];
    return matchesSequence(names, parts, '**', matchesName);
  });
}

function matchesName(name: string, pattern: string): boolean {
  return matchesSequence(Array.from(name), Array.from(pattern), '*', (one, wanted) => wanted === '?' || one === wanted);
}

/** Whether the items fit the pattern, in which `any` stands for as many of them as are needed. */
function matchesSequence(
  items: readonly string[],
  pattern: readonly string[],
  any: string,
  matches: (item: string, wanted: string) => boolean,
): boolean {
  let at = 0;
  let next = 0;
  /** Where the newest `any` stands, and the first item that it has not taken. */
  let star = -1;
  let taken = 0;
  while (at < items.length) {
    const wanted = pattern[next];
    if (wanted === any) {
      star = next;
      taken = at;
      next += 1;
    } else if (wanted !== undefined && matches(items[at] ?? '', wanted)) {
      at += 1;
      next += 1;
    } else if (star >= 0) {
      taken += 1;
      at = taken;
      next = star + 1;
    } else {
      return false;
    }
  }
  return pattern.slice(next).every((wanted) => wanted === any);
}
