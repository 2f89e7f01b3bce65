import { writeFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ok, type Result } from '../../base/result.ts';
import type { ChangedFile } from '../../core/changes/changeset.ts';
import type { RepositoryFailure } from '../../core/repository/repository.ts';
import { readBlobs } from './blobReader.ts';
import { type LineCounts, parseRawDiff, parseRenames, type RawChange } from './gitOutput.ts';
import type { GitStore } from './gitStore.ts';

const plainDiff = ['--no-ext-diff', '--no-textconv', '--full-index'];
/** Of path arguments of one call; Windows takes 32 KB in all. */
const maxArgumentCharacters = 16 * 1024;

/** The files that differ between two trees, sorted by path. */
export async function changedFiles(
  store: GitStore,
  baseTree: string,
  resultTree: string,
  signal: AbortSignal,
): Promise<Result<ChangedFile[], RepositoryFailure>> {
  const diff = await store.run(
    { arguments: ['diff-tree', '-r', '-z', '--raw', '--numstat', '--no-renames', ...plainDiff, baseTree, resultTree] },
    signal,
  );
  if (!diff.ok) {
    return diff;
  }
  const parsed = parseRawDiff(diff.value.stdout);
  if (!parsed.ok) {
    return parsed;
  }
  const counts = new Map(parsed.value.counts.map((count) => [count.raw, count]));
  const files = parsed.value.changes
    .map((change) => changedFile(change, counts.get(change.raw)))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const mayRename = files.some(({ base }) => base === null) && files.some(({ result }) => result === null);
  return mayRename ? withRenames(store, files, baseTree, resultTree, signal) : ok(files);
}

/** A renamed file stays a deleted and an added one, which are taken together, and is compared with what it was. */
async function withRenames(
  store: GitStore,
  files: readonly ChangedFile[],
  baseTree: string,
  resultTree: string,
  signal: AbortSignal,
): Promise<Result<ChangedFile[], RepositoryFailure>> {
  const words = ['diff-tree', '-r', '-z', '--numstat', '--find-renames', '--diff-filter=R', ...plainDiff];
  const diff = await store.run({ arguments: [...words, baseTree, resultTree] }, signal);
  if (!diff.ok) {
    return diff;
  }
  const renames = parseRenames(diff.value.stdout);
  return ok(
    files.map((file) => {
      const rename = renames.find(({ path }) => path === file.path);
      const gone = renames.some(({ from }) => from === file.path);
      return {
        ...file,
        ...(gone ? { additions: 0, deletions: 0 } : {}),
        ...(rename === undefined ? {} : { renamedFrom: rename.from, ...counted(rename) }),
      };
    }),
  );
}

function counted(count: LineCounts | undefined): Pick<ChangedFile, 'additions' | 'deletions'> {
  return { additions: count?.additions ?? 0, deletions: count?.deletions ?? 0 };
}

/** The unified diff of two trees, for `git apply`. With `paths`, of these files alone. */
export async function patchOf(
  store: GitStore,
  baseTree: string,
  resultTree: string,
  signal: AbortSignal,
  paths?: readonly string[],
): Promise<Result<string, RepositoryFailure>> {
  const whole = await diffText(store, [], baseTree, resultTree, paths, signal);
  if (!whole.ok) {
    return whole;
  }
  const text = asUtf8(whole.value);
  return text === undefined ? patchOfMixed(store, baseTree, resultTree, signal, paths) : ok(text);
}

/**
 * A file in an encoding other than UTF-8 is text to Git, but its bytes do not survive in a string: such files go into the patch
 * as binary ones.
 */
async function patchOfMixed(
  store: GitStore,
  baseTree: string,
  resultTree: string,
  signal: AbortSignal,
  paths?: readonly string[],
): Promise<Result<string, RepositoryFailure>> {
  const files = await changedFiles(store, baseTree, resultTree, signal);
  if (!files.ok) {
    return files;
  }
  const wanted = files.value.filter((file) => paths === undefined || paths.includes(file.path));
  const ids = (file: ChangedFile): string[] => [file.base, file.result].filter((one) => one !== null);
  const blobs = await readBlobs(store, wanted.flatMap(ids), signal);
  if (!blobs.ok) {
    return blobs;
  }
  const readable = (file: ChangedFile): boolean =>
    ids(file).every((id) => asUtf8(blobs.value.get(id) ?? new Uint8Array()) !== undefined);
  const work = await store.makeWorkDirectory();
  try {
    const attributes = join(work, 'attributes');
    await writeFile(attributes, '* -diff\n');
    const asBinary = [['core.attributesFile', attributes]] as const;
    const pathsOf = (some: readonly ChangedFile[]): string[] => some.map((file) => file.path);
    const texts = await diffText(store, [], baseTree, resultTree, pathsOf(wanted.filter(readable)), signal);
    if (!texts.ok) {
      return texts;
    }
    const others = wanted.filter((file) => !readable(file));
    const rest = await diffText(store, asBinary, baseTree, resultTree, pathsOf(others), signal);
    return rest.ok ? ok(Buffer.concat([texts.value, rest.value]).toString('utf8')) : rest;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function diffText(
  store: GitStore,
  configuration: readonly (readonly [string, string])[],
  baseTree: string,
  resultTree: string,
  paths: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<Result<Buffer, RepositoryFailure>> {
  const parts: Buffer[] = [];
  for (const some of paths === undefined ? [undefined] : inGroups(paths)) {
    const diff = await store.run(
      {
        arguments: [
          'diff-tree',
          '-r',
          '-p',
          '--binary',
          '--no-renames',
          ...plainDiff,
          '--src-prefix=a/',
          '--dst-prefix=b/',
        ].concat([baseTree, resultTree], some === undefined ? [] : ['--', ...some]),
        configuration,
        maxOutputBytes: 256 * 1024 * 1024,
      },
      signal,
    );
    if (!diff.ok) {
      return diff;
    }
    parts.push(diff.value.stdout);
  }
  return ok(Buffer.concat(parts));
}

function inGroups(paths: readonly string[]): string[][] {
  const groups: string[][] = [];
  let room = 0;
  for (const path of paths) {
    room -= path.length + 1;
    if (room < 0) {
      groups.push([]);
      room = maxArgumentCharacters;
    }
    groups.at(-1)?.push(path);
  }
  return groups;
}

function changedFile(change: RawChange, count: LineCounts | undefined): ChangedFile {
  const added = change.oldMode === '000000';
  const deleted = change.newMode === '000000';
  return {
    path: change.path ?? change.raw,
    status: added ? 'added' : deleted ? 'deleted' : 'modified',
    ...counted(count),
    binary: count !== undefined && count.additions === null,
    base: added ? null : change.oldId,
    result: deleted ? null : change.newId,
    baseMode: added ? null : change.oldMode,
    resultMode: deleted ? null : change.newMode,
  };
}

function asUtf8(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? text : undefined;
}
