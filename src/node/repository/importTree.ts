import { link, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import {
  type JudgedChange,
  judgeChanges,
  needsPreviousBytes,
  type PolicyJudgement,
  showPath,
} from '../../core/policy/pathPolicy.ts';
import { TreePaths } from '../../core/policy/treePaths.ts';
import type { ImportedTree, IncomingChange, RepositoryFailure } from '../../core/repository/repository.ts';
import { readBlobs } from './blobReader.ts';
import { rawPath, type TreeEntry } from './gitOutput.ts';
import type { GitStore } from './gitStore.ts';
import { hashFiles } from './hashFiles.ts';
import { judgeTrees, listTree } from './judgeTrees.ts';
import { changeIndex, writeTree } from './storeIndex.ts';
import { readUserConfiguration } from './userConfiguration.ts';

/** Where one import happens: nothing of it is in the store until all of it was judged. */
interface Quarantine {
  readonly directory: string;
  readonly objects: string;
  readonly index: string;
}

/**
 * Writes changes from a sandbox over a tree. They are judged as they were announced; what is let through is written in quarantine;
 * the difference that Git then sees is judged again and must be what was let through; only then do the objects enter the store.
 */
export async function importTree(
  store: GitStore,
  tree: string,
  changes: readonly IncomingChange[],
  signal: AbortSignal,
): Promise<Result<ImportedTree, RepositoryFailure>> {
  const directory = await store.makeWorkDirectory();
  const quarantine = { directory, objects: join(directory, 'objects'), index: join(directory, 'index') };
  try {
    await mkdir(quarantine.objects);
    return await importInto(store, quarantine, tree, changes, signal);
  } catch (error) {
    return fail(failure('io', `The changes could not be written (${errorText(error)}). Free space, and try again.`));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function importInto(
  store: GitStore,
  quarantine: Quarantine,
  tree: string,
  changes: readonly IncomingChange[],
  signal: AbortSignal,
): Promise<Result<ImportedTree, RepositoryFailure>> {
  const listed = await listTree(store, tree, signal);
  if (!listed.ok) {
    return listed;
  }
  const base = new Map(listed.value.map((entry) => [entry.path ?? entry.raw, entry]));
  const configuration = await readUserConfiguration(store.repository, signal);
  if (!configuration.ok) {
    return configuration;
  }
  const known = await withPrevious(store, base, changes, signal);
  if (!known.ok) {
    return known;
  }
  const { accepted, judgement } = judgeChanges(known.value, new TreePaths(base.keys()), {
    hookDirectories: configuration.value.hookDirectories,
  });
  const result = await writeResult(store, quarantine, tree, accepted, signal);
  if (!result.ok) {
    return result;
  }
  const confirmed = await confirm(store, quarantine, { tree, result: result.value, accepted }, signal);
  if (!confirmed.ok) {
    return confirmed;
  }
  await migrate(quarantine.objects, join(store.directory, 'objects'));
  return ok({ tree: result.value, judgement: { refused: judgement.refused, protected: confirmed.value.protected } });
}

async function withPrevious(
  store: GitStore,
  base: ReadonlyMap<string, TreeEntry>,
  changes: readonly IncomingChange[],
  signal: AbortSignal,
): Promise<Result<JudgedChange[], RepositoryFailure>> {
  const wanted = changes.flatMap(({ path }) => {
    const entry = needsPreviousBytes(path) ? base.get(path) : undefined;
    return entry === undefined ? [] : [entry.id];
  });
  const blobs = await readBlobs(store, wanted, signal);
  if (!blobs.ok) {
    return blobs;
  }
  return ok(
    changes.map((change) => {
      const entry = base.get(change.path);
      return { ...change, previousMode: entry?.mode ?? null, previousBytes: blobs.value.get(entry?.id ?? '') ?? null };
    }),
  );
}

async function writeResult(
  store: GitStore,
  quarantine: Quarantine,
  tree: string,
  accepted: readonly JudgedChange[],
  signal: AbortSignal,
): Promise<Result<string, RepositoryFailure>> {
  const contents: string[] = [];
  for (const change of accepted.filter((one) => one.op === 'write')) {
    // Named by a number: no byte of a path from a sandbox reaches the file system here.
    const file = join(quarantine.directory, `content-${contents.length}`);
    await writeFile(file, change.bytes ?? new Uint8Array(), { flag: 'wx', mode: 0o600 });
    contents.push(file);
  }
  const ids = await hashFiles(store, contents, signal, quarantine.objects);
  if (!ids.ok) {
    return ids;
  }
  if (ids.value.includes(null)) {
    return fail(failure('io', 'A changed file could not be stored. Free space, and try again.'));
  }
  const read = await store.run(
    { arguments: ['read-tree', tree], index: quarantine.index, quarantine: quarantine.objects },
    signal,
  );
  if (!read.ok) {
    return read;
  }
  let position = 0;
  const entries = accepted.map((change) => {
    const raw = rawPath(change.path);
    if (change.op === 'delete') {
      return { raw };
    }
    const id = ids.value[position] ?? '';
    position += 1;
    return { raw, blob: { mode: change.mode ?? '', id } };
  });
  const changed = await changeIndex(store, quarantine.index, entries, signal, quarantine.objects);
  return changed.ok ? writeTree(store, quarantine.index, signal, quarantine.objects) : changed;
}

/** Judges the difference that Git sees. A path in it that was not let through before is a fault of ours: nothing is imported. */
async function confirm(
  store: GitStore,
  quarantine: Quarantine,
  so: { readonly tree: string; readonly result: string; readonly accepted: readonly JudgedChange[] },
  signal: AbortSignal,
): Promise<Result<PolicyJudgement, RepositoryFailure>> {
  const again = await judgeTrees(store, so.tree, so.result, signal, quarantine.objects);
  if (!again.ok) {
    return again;
  }
  const allowed = new Set(so.accepted.map((change) => change.path));
  const stranger = again.value.paths.find((path) => !allowed.has(path));
  const refused = again.value.judgement.refused[0];
  if (stranger !== undefined || refused !== undefined) {
    const what = refused?.message ?? `${showPath(stranger ?? '')} was not let through.`;
    return fail(failure('git-failed', `The imported tree differs from what was judged: ${what} Nothing was imported.`));
  }
  return ok(again.value.judgement);
}

/** Loose objects are named by their content: one that is there already is the same one. */
async function migrate(from: string, to: string): Promise<void> {
  for (const fan of await readdir(from)) {
    if (/^[0-9a-f]{2}$/.test(fan)) {
      await mkdir(join(to, fan), { recursive: true });
      for (const name of await readdir(join(from, fan))) {
        await linkOnce(join(from, fan, name), join(to, fan, name));
      }
    }
  }
}

async function linkOnce(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
      throw error;
    }
  }
}
