import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { isSecretFile } from '../../core/policy/secretFiles.ts';
import { leavesTree } from '../../core/repository/linkTarget.ts';
import type { ExcludedFile, RepositoryFailure, Snapshot } from '../../core/repository/repository.ts';
import { planSnapshot, type SnapshotCaps, snapshotCaps, type WorkingFile } from '../../core/repository/snapshotPlan.ts';
import { readBlobs } from './blobReader.ts';
import { describeHead } from './describeRepository.ts';
import { type GitPath, parseRawDiff, parseTreeEntries, rawPath, type TreeEntry } from './gitOutput.ts';
import type { GitStore } from './gitStore.ts';
import { hashFiles } from './hashFiles.ts';
import { changeIndex, type IndexChange, writeTree } from './storeIndex.ts';
import { readUserConfiguration } from './userConfiguration.ts';
import { readUserIndex, type UserIndex } from './userIndex.ts';
import { inspectWorkingFiles, type UncommittedPath } from './workingFiles.ts';

/** Builds the tree of the user's work in the store. The user's files, index and git directory are only read. */
export async function snapshotTree(
  store: GitStore,
  signal: AbortSignal,
  caps: SnapshotCaps = snapshotCaps,
): Promise<Result<Snapshot, RepositoryFailure>> {
  const work = await store.makeWorkDirectory();
  try {
    return await buildSnapshot(store, work, caps, signal);
  } catch (error) {
    return fail(failure('io', `The repository could not be read (${errorText(error)}). Try again.`));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function buildSnapshot(
  store: GitStore,
  work: string,
  caps: SnapshotCaps,
  signal: AbortSignal,
): Promise<Result<Snapshot, RepositoryFailure>> {
  const { root, worktreeGitDirectory } = store.repository;
  const [at, configuration] = await Promise.all([
    describeHead(root, worktreeGitDirectory, signal),
    readUserConfiguration(store.repository, signal),
  ]);
  if (!at.ok) {
    return at;
  }
  if (!configuration.ok) {
    return configuration;
  }
  const index = join(work, 'index');
  const listed = await readUserIndex(store, index, configuration.value, signal);
  if (!listed.ok) {
    return listed;
  }
  const committed = await judgeCommitted(store, listed.value, signal);
  if (!committed.ok) {
    return committed;
  }
  const plan = planSnapshot(await inspectWorkingFiles(root, uncommittedPaths(listed.value)), caps);
  const written = await writeFiles(store, work, plan.taken, signal);
  if (!written.ok) {
    return written;
  }
  const gone = plan.dropped.map((path): IndexChange => ({ raw: rawPath(path) }));
  const excluded = [
    ...listed.value.unreadable,
    ...committed.value.excluded,
    ...plan.excluded,
    ...written.value.excluded,
  ];
  const changed = await changeIndex(
    store,
    index,
    [...committed.value.dropped, ...gone, ...written.value.changes],
    signal,
  );
  if (!changed.ok) {
    return changed;
  }
  const tree = await writeCappedTree(store, index, caps.fileBytes, signal);
  if (!tree.ok) {
    return tree;
  }
  const uncommitted = await countUncommitted(store, at.value.head, tree.value.tree, tree.value.entries.length, signal);
  return uncommitted.ok
    ? ok({
        tree: tree.value.tree,
        ...at.value,
        files: tree.value.entries.length,
        bytes: tree.value.entries.reduce((sum, entry) => sum + (entry.size ?? 0), 0),
        uncommitted: uncommitted.value,
        excluded: [...excluded, ...tree.value.excluded].toSorted((a, b) => (a.path < b.path ? -1 : 1)),
      })
    : uncommitted;
}

function uncommittedPaths(listed: UserIndex): UncommittedPath[] {
  const paths = new Map<string, UncommittedPath>();
  for (const { path, status, newMode } of listed.changes) {
    // An unmerged path is listed twice, the second time with what is on disk; whatever it is, disk says it better.
    if (path !== null) {
      const unmerged = status === 'U';
      const known = paths.get(path);
      paths.set(path, {
        path,
        deleted: status === 'D' && known === undefined,
        ...(unmerged || known !== undefined || !/^1007?/.test(newMode) ? {} : { mode: newMode }),
      });
    }
  }
  for (const { path } of listed.untracked) {
    if (path !== null) {
      paths.set(path, { path, deleted: false });
    }
  }
  return [...paths.values()];
}

/** What of the index itself may not enter: secrets, links that leave the tree, submodules, names that no string can stand for. */
async function judgeCommitted(
  store: GitStore,
  listed: UserIndex,
  signal: AbortSignal,
): Promise<Result<{ dropped: IndexChange[]; excluded: ExcludedFile[] }, RepositoryFailure>> {
  const dropped: IndexChange[] = [];
  const excluded: ExcludedFile[] = [];
  const drop = (entry: GitPath, reason: ExcludedFile['reason']): void => {
    dropped.push({ raw: entry.raw });
    excluded.push({ path: entry.path ?? Buffer.from(entry.raw, 'latin1').toString('utf8'), reason });
  };
  const changed = new Set(listed.changes.map((change) => change.raw));
  const clean = listed.entries.filter((entry) => !changed.has(entry.raw));
  const links = clean.filter((entry) => entry.mode === '120000' && entry.path !== null);
  const targets = await readBlobs(
    store,
    links.map((link) => link.id),
    signal,
  );
  if (!targets.ok) {
    return targets;
  }
  for (const entry of listed.entries) {
    if (entry.path === null) {
      drop(entry, 'special');
    } else if (entry.mode === '160000') {
      drop(entry, 'nested-repository');
    } else if (entry.stage > 0) {
      dropped.push({ raw: entry.raw });
    } else if (!changed.has(entry.raw) && isSecretFile(entry.path)) {
      drop(entry, 'secret');
    }
  }
  for (const link of links) {
    const target = Buffer.from(targets.value.get(link.id) ?? []).toString('utf8');
    if (leavesTree(link.path ?? '', target)) {
      drop(link, 'link-outside');
    }
  }
  for (const path of listed.untracked.filter((one) => one.path === null)) {
    excluded.push({ path: Buffer.from(path.raw, 'latin1').toString('utf8'), reason: 'special' });
  }
  return ok({ dropped, excluded });
}

async function writeFiles(
  store: GitStore,
  work: string,
  files: readonly WorkingFile[],
  signal: AbortSignal,
): Promise<Result<{ changes: IndexChange[]; excluded: ExcludedFile[] }, RepositoryFailure>> {
  const sources: string[] = [];
  for (const [position, file] of files.entries()) {
    if (file.kind === 'link') {
      // A link is kept as its text; reading the path itself would follow it.
      const copy = join(work, `link-${position}`);
      await writeFile(copy, file.target ?? '');
      sources.push(copy);
    } else {
      sources.push(join(store.repository.root, file.path));
    }
  }
  const ids = await hashFiles(store, sources, signal);
  if (!ids.ok) {
    return ids;
  }
  const changes: IndexChange[] = [];
  const excluded: ExcludedFile[] = [];
  for (const [position, file] of files.entries()) {
    const id = ids.value[position] ?? null;
    const raw = rawPath(file.path);
    if (id === null) {
      changes.push({ raw });
      excluded.push({ path: file.path, reason: 'unreadable' });
    } else {
      changes.push({ raw, blob: { mode: file.mode, id } });
    }
  }
  return ok({ changes, excluded });
}

/** Writes the index as a tree without files above the cap and without those whose content the repository does not have. */
async function writeCappedTree(
  store: GitStore,
  index: string,
  fileBytes: number,
  signal: AbortSignal,
): Promise<Result<{ tree: string; entries: TreeEntry[]; excluded: ExcludedFile[] }, RepositoryFailure>> {
  const tree = await writeTree(store, index, signal);
  if (!tree.ok) {
    return tree;
  }
  const listing = await store.run(
    { arguments: ['ls-tree', '-r', '-l', '-z', tree.value], maxOutputBytes: 256 * 1024 * 1024 },
    signal,
  );
  if (!listing.ok) {
    return listing;
  }
  const entries = parseTreeEntries(listing.value.stdout);
  if (!entries.ok) {
    return entries;
  }
  const kept = entries.value.filter((entry) => entry.size !== null && entry.size <= fileBytes);
  if (kept.length === entries.value.length) {
    return ok({ tree: tree.value, entries: kept, excluded: [] });
  }
  const out = entries.value.filter((entry) => entry.size === null || entry.size > fileBytes);
  const changed = await changeIndex(
    store,
    index,
    out.map(({ raw }) => ({ raw })),
    signal,
  );
  if (!changed.ok) {
    return changed;
  }
  const smaller = await writeTree(store, index, signal);
  const excluded = out.map(({ path, size }): ExcludedFile => ({
    path: path ?? '',
    reason: size === null ? 'unreadable' : 'too-large',
  }));
  return smaller.ok ? ok({ tree: smaller.value, entries: kept, excluded }) : smaller;
}

async function countUncommitted(
  store: GitStore,
  head: string | null,
  tree: string,
  files: number,
  signal: AbortSignal,
): Promise<Result<number, RepositoryFailure>> {
  if (head === null) {
    return ok(files);
  }
  const diff = await store.run(
    { arguments: ['diff-tree', '-r', '--raw', '-z', '--no-renames', '--no-commit-id', `${head}^{tree}`, tree] },
    signal,
  );
  if (!diff.ok) {
    return diff;
  }
  const parsed = parseRawDiff(diff.value.stdout);
  return parsed.ok ? ok(parsed.value.changes.filter((change) => change.status !== 'D').length) : parsed;
}
