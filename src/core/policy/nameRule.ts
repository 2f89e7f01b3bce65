import { foldForRules } from './pathFold.ts';

/** Names that a rule is about, in folded (lower-case) spelling. One match is enough. */
export interface NameRule {
  /** Everything below a directory of this name, wherever it is; also a file of this name. */
  readonly directories?: readonly string[];
  /** Base names. */
  readonly files?: readonly string[];
  /** Over the base name. */
  readonly patterns?: readonly RegExp[];
  /** Over the whole path. */
  readonly paths?: readonly RegExp[];
}

/** True for a path, in any spelling that some file system takes for a name of the rule. */
export function matchesName(rule: NameRule, path: string): boolean {
  const folded = foldForRules(path);
  const segments = folded.split('/');
  const name = segments.at(-1) ?? '';
  return (
    rule.directories?.some((directory) => segments.includes(directory)) === true ||
    rule.files?.includes(name) === true ||
    rule.patterns?.some((pattern) => pattern.test(name)) === true ||
    rule.paths?.some((pattern) => pattern.test(folded)) === true
  );
}
