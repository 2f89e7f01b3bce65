import { join } from 'node:path';
import { failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { RepositoryFailure } from '../../core/repository/repository.ts';
import { isObjectId } from './gitOutput.ts';
import type { GitStore } from './gitStore.ts';

export const keptNamespace = 'refs/nightshift/';

/**
 * Names a tree in the store and copies all it needs that no kept tree has yet, so that it outlives whatever the user's repository
 * collects. The pack is synced before the name is written. With `objects`, which must be all that it needs, nothing is walked.
 */
export function keepTree(
  store: GitStore,
  name: string,
  tree: string,
  signal: AbortSignal,
  objects?: readonly string[],
): Promise<Result<void, RepositoryFailure>> {
  return store.keeping.run(() => keepInTurn(store, name, tree, signal, objects));
}

async function keepInTurn(
  store: GitStore,
  name: string,
  tree: string,
  signal: AbortSignal,
  objects?: readonly string[],
): Promise<Result<void, RepositoryFailure>> {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]*(\/[A-Za-z0-9][A-Za-z0-9_-]*)*$/.test(name) || name.length > 200) {
    return fail(failure('git-failed', `"${name}" cannot name a kept tree. Use letters, digits, "-", "_" and "/".`));
  }
  const kept = await store.run({ arguments: ['for-each-ref', '--format=%(objectname)', keptNamespace] }, signal);
  if (!kept.ok) {
    return kept;
  }
  const others = [...new Set(kept.value.stdout.toString('latin1').split('\n').filter(isObjectId))];
  if (!others.includes(tree)) {
    const packed = await store.run(
      {
        arguments: [
          'pack-objects',
          '-q',
          '--delta-base-offset',
          '--window=0',
          '--threads=2',
          ...(objects === undefined ? ['--revs'] : []),
          join(store.directory, 'objects', 'pack', 'pack'),
        ],
        configuration: [['core.compression', '1']],
        input: Buffer.from([tree, ...(objects ?? others.map((other) => `^${other}`)), ''].join('\n'), 'latin1'),
        deadlineMs: 10 * 60 * 1000,
      },
      signal,
    );
    if (!packed.ok) {
      return packed;
    }
  }
  const named = await store.run({ arguments: ['update-ref', `${keptNamespace}${name}`, tree] }, signal);
  return named.ok ? ok(undefined) : named;
}
