import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** The repository as it was at `base`, in `work`, with no commit after it to give away. It borrows the objects of `root`. */
export function checkOutBase(root: string, base: string, work: string): string {
  const clone = join(work, 'repository');
  const run = (...words: string[]): void => void execFileSync('git', words, { stdio: ['ignore', 'ignore', 'pipe'] });
  run('clone', '-q', '--shared', '--no-checkout', '--no-tags', root, clone);
  run('-C', clone, '-c', 'advice.detachedHead=false', 'checkout', '-q', '--detach', base);
  run('-C', clone, 'remote', 'remove', 'origin');
  return clone;
}
