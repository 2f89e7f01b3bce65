import ignore from 'ignore';
import { expandBraces } from '../base/expandBraces.ts';

/**
 * A test for paths relative to the repository. A glob without a slash matches names at any depth (`*.ts`), one with a slash
 * from the top (`src/**` + `/*.ts`); `{a,b}` is a choice. The semantics are those of gitignore, without negation.
 */
export function globPattern(glob: string): (path: string) => boolean {
  const rules = ignore({ ignorecase: false }).add(
    expandBraces(glob.replace(/^\.?\/+/, '/')).map((pattern) => pattern.replace(/^[!#]/, '\\$&')),
  );
  return (path) => rules.ignores(path);
}
