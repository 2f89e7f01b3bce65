import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fail, ok, type Result } from '../base/result.ts';
import { usage, type UsageFailure } from './commandLine.ts';

/**
 * A path as the repository names it: from `root`, with `/`. It is meant from where the person stands, or, where `--repo` names a
 * repository elsewhere, from `folder`, the one that it names. `root` is a real path. It need not exist.
 */
export function pathInRepository(
  given: string,
  { root, cwd, folder }: { readonly root: string; readonly cwd: string; readonly folder: string },
): Result<string, UsageFailure> {
  const here = realpathSync(cwd);
  const typed = resolve(inside(root, here) === undefined ? realpathSync(folder) : here, given);
  // A link stands for itself; folders on the way to it are those that they lead to.
  const path = inside(root, typed) ?? inside(root, realPlace(typed));
  if (path === undefined) {
    return fail(usage(`"${given}" is not in the repository ${root}.`));
  }
  return path === '' ? fail(usage(`"${given}" is the whole repository: name a file or a folder in it.`)) : ok(path);
}

/** A name that may be a path: taken for one where it is written as one, or where a file has it. */
export function nameOrPath(given: string, from: Parameters<typeof pathInRepository>[1]): Result<string, UsageFailure> {
  if (isAbsolute(given) || /^\.{1,2}(?:[\\/]|$)/.test(given)) {
    return pathInRepository(given, from);
  }
  const path = pathInRepository(given, from);
  const isFile = path.ok && statSync(join(from.root, path.value), { throwIfNoEntry: false })?.isFile() === true;
  return isFile ? path : ok(given);
}

/** Undefined outside. */
function inside(root: string, path: string): string | undefined {
  const below = relative(root, path);
  return below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below) ? undefined : below.split(sep).join('/');
}

function realPlace(path: string): string {
  const above = dirname(path);
  return above === path ? path : join(existsSync(above) ? realpathSync(above) : realPlace(above), basename(path));
}
