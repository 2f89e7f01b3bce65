import { failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { type JudgedChange, judgeChanges, type PolicyJudgement } from '../../core/policy/pathPolicy.ts';
import { TreePaths } from '../../core/policy/treePaths.ts';
import type { RepositoryFailure } from '../../core/repository/repository.ts';
import { readBlobs } from './blobReader.ts';
import { parseRawDiff, parseTreeEntries, type RawChange, type TreeEntry } from './gitOutput.ts';
import type { GitStore } from './gitStore.ts';
import { readUserConfiguration } from './userConfiguration.ts';

export interface TreeJudgement {
  /** Every path that differs, also those that are refused. */
  readonly paths: readonly string[];
  readonly judgement: PolicyJudgement;
}

/** Judges the difference of two trees as Git sees it; `quarantine` is where objects of the result may be. */
export async function judgeTrees(
  store: GitStore,
  baseTree: string,
  resultTree: string,
  signal: AbortSignal,
  quarantine?: string,
): Promise<Result<TreeJudgement, RepositoryFailure>> {
  const base = await listTree(store, baseTree, signal);
  if (!base.ok) {
    return base;
  }
  const diff = await store.run(
    {
      arguments: ['diff-tree', '-r', '--raw', '-z', '--no-renames', baseTree, resultTree],
      ...(quarantine === undefined ? {} : { quarantine }),
    },
    signal,
  );
  if (!diff.ok) {
    return diff;
  }
  const parsed = parseRawDiff(diff.value.stdout);
  if (!parsed.ok) {
    return parsed;
  }
  const configuration = await readUserConfiguration(store.repository, signal);
  if (!configuration.ok) {
    return configuration;
  }
  const changes = await judgedChanges(store, parsed.value.changes, signal, quarantine);
  if (!changes.ok) {
    return changes;
  }
  const tree = new TreePaths(base.value.map((entry) => entry.path ?? entry.raw));
  const { judgement } = judgeChanges(changes.value, tree, { hookDirectories: configuration.value.hookDirectories });
  return ok({ paths: changes.value.map((change) => change.path), judgement });
}

/** All entries below a tree, in Git's order; submodules are among them, directories are not. */
export async function listTree(
  store: GitStore,
  tree: string,
  signal: AbortSignal,
  path?: string,
): Promise<Result<TreeEntry[], RepositoryFailure>> {
  const only = path === undefined ? [] : ['--', path];
  const listing = await store.run(
    { arguments: ['ls-tree', '-r', '-z', '--full-tree', tree, ...only], maxOutputBytes: 256 * 1024 * 1024 },
    signal,
  );
  return listing.ok ? parseTreeEntries(listing.value.stdout) : listing;
}

async function judgedChanges(
  store: GitStore,
  changes: readonly RawChange[],
  signal: AbortSignal,
  quarantine?: string,
): Promise<Result<JudgedChange[], RepositoryFailure>> {
  const isFile = (mode: string): boolean => /^1[02]0/.test(mode);
  const ids = changes.flatMap(({ oldMode, oldId, newMode, newId }) => [
    ...(isFile(oldMode) ? [oldId] : []),
    ...(isFile(newMode) ? [newId] : []),
  ]);
  const blobs = await readBlobs(store, ids, signal, quarantine);
  if (!blobs.ok) {
    return blobs;
  }
  const unnamed = changes.find((change) => change.path === null);
  if (unnamed !== undefined) {
    return fail(failure('git-failed', `"${encodeURI(unnamed.raw)}" is no UTF-8 path. Rename it.`));
  }
  return ok(
    changes.map(({ path, raw, oldMode, oldId, newMode, newId }): JudgedChange => {
      const deleted = newMode === '000000';
      return {
        path: path ?? raw,
        op: deleted ? 'delete' : 'write',
        mode: deleted ? null : newMode,
        previousMode: oldMode === '000000' ? null : oldMode,
        bytes: deleted ? null : (blobs.value.get(newId) ?? null),
        previousBytes: blobs.value.get(oldId) ?? null,
      };
    }),
  );
}
