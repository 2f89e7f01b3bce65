import { failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { RepositoryFailure } from '../../core/repository/repository.ts';
import { isObjectId } from './gitOutput.ts';
import type { GitStore } from './gitStore.ts';

/** A change of one entry of an index of ours; no blob means that the path goes. */
export interface IndexChange {
  /** The path with one character per byte. */
  readonly raw: string;
  readonly blob?: { readonly mode: string; readonly id: string };
}

/** What goes goes first, so that a directory can take the place of a file. Git refuses the whole when it refuses one path. */
export async function changeIndex(
  store: GitStore,
  index: string,
  changes: readonly IndexChange[],
  signal: AbortSignal,
  quarantine?: string,
): Promise<Result<void, RepositoryFailure>> {
  const none = '0'.repeat(store.repository.objectFormat === 'sha1' ? 40 : 64);
  const gone = changes.filter((change) => change.blob === undefined).map((change) => `0 ${none}\t${change.raw}\0`);
  const put = changes.map(({ raw, blob }) => (blob === undefined ? '' : `${blob.mode} ${blob.id}\t${raw}\0`));
  const done = await store.run(
    {
      arguments: ['update-index', '-z', '--index-info'],
      index,
      input: Buffer.from([...gone, ...put].join(''), 'latin1'),
      ...(quarantine === undefined ? {} : { quarantine }),
    },
    signal,
  );
  return done.ok ? ok(undefined) : done;
}

/** Writes the index as a tree. A partial clone lacks content that is not checked out: whether it is there is not asked here. */
export async function writeTree(
  store: GitStore,
  index: string,
  signal: AbortSignal,
  quarantine?: string,
): Promise<Result<string, RepositoryFailure>> {
  const written = await store.run(
    { arguments: ['write-tree', '--missing-ok'], index, ...(quarantine === undefined ? {} : { quarantine }) },
    signal,
  );
  if (!written.ok) {
    return written;
  }
  const tree = written.value.stdout.toString('latin1').trim();
  return isObjectId(tree) ? ok(tree) : fail(failure('git-failed', 'git write-tree named no tree. Update Git.'));
}
