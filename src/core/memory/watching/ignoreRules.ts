import ignore, { type Ignore } from 'ignore';

/** Rules in the syntax of gitignore, from files in many folders. */
export interface IgnoreRules {
  /** `path` is relative to the root, with `/`. True as well for what is below an ignored folder. */
  ignores(path: string, directory: boolean): boolean;
}

/**
 * `textOf` gives the rules that stand in a folder, `''` being the root; it is asked once per folder. `everywhere` are texts of the
 * root that every folder's rules go before, the weakest first.
 */
export function createIgnoreRules(
  textOf: (folder: string) => string | undefined,
  everywhere: readonly string[] = [],
): IgnoreRules {
  const weakest = everywhere.map(compile).toReversed();
  const rules = new Map<string, Ignore | undefined>();
  const folders = new Map<string, boolean>([['', false]]);

  const rulesOf = (folder: string): Ignore | undefined => {
    if (!rules.has(folder)) {
      const text = textOf(folder);
      rules.set(folder, text === undefined ? undefined : compile(text));
    }
    return rules.get(folder);
  };

  /** Whether the rules speak against the path itself; nothing above it is ignored. The deepest rule that fits decides. */
  const decide = (path: string): boolean => {
    for (let folder = parentOf(path); ; folder = parentOf(folder)) {
      const verdict = rulesOf(folder)?.test(folder === '' ? path : path.slice(folder.length + 1));
      if (verdict?.ignored === true || verdict?.unignored === true) {
        return verdict.ignored;
      }
      if (folder === '') {
        break;
      }
    }
    const last = weakest.map((one) => one.test(path)).find((one) => one.ignored || one.unignored);
    return last?.ignored === true;
  };

  const folderIgnored = (folder: string): boolean => {
    const known = folders.get(folder);
    if (known !== undefined) {
      return known;
    }
    const ignored = folderIgnored(parentOf(folder)) || decide(`${folder}/`);
    folders.set(folder, ignored);
    return ignored;
  };

  return {
    ignores: (path, directory) => (directory ? folderIgnored(path) : folderIgnored(parentOf(path)) || decide(path)),
  };
}

/** The folder that a path is in; `''` for the root. */
export function parentOf(path: string): string {
  const end = path.endsWith('/') ? path.length - 2 : path.length;
  const slash = path.lastIndexOf('/', end);
  return slash < 0 ? '' : path.slice(0, slash);
}

function compile(text: string): Ignore {
  return ignore({ ignorecase: false, allowRelativePaths: true }).add(text);
}
