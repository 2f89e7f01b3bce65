import { cp, mkdir, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { failure } from '../../../base/failure.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import { shownAddress } from '../../../base/shownAddress.ts';
import { isModelName, type ModelManifest } from '../../../core/memory/embedding/modelManifest.ts';
import { defaultHub } from '../../../protocol/embeddingModel.ts';
import { readEmbeddingFolder } from './embeddingFolder.ts';
import { diskFailure, type FetchFailure } from './fetchFailure.ts';
import { digestOf, fetchFile } from './fetchFile.ts';
import { digestsPath, type KnownDigests, readKnownDigests, writeKnownDigests } from './knownDigests.ts';
import { type ModelPlace, moveIntoPlace, placeOf, withPlace } from './modelPlace.ts';

export interface FetchProgress {
  readonly path: string;
  /** Bytes of this file that are there, and of how many where the server says. */
  readonly bytes: number;
  readonly total?: number;
}

export interface FetchModelOptions {
  readonly manifest: ModelManifest;
  /** Base address of the hub; the usual one when left out or empty. */
  readonly hub?: string;
  /** Folder of all models; absolute. */
  readonly directory: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: FetchProgress) => void;
  /** Takes files that are not the ones of the first download for the right ones from now on. */
  readonly acceptChanged?: boolean;
  readonly idleMs?: number;
  readonly againMs?: number;
}

export interface PlacedModel {
  /** Of the model itself, to be named in the settings. */
  readonly folder: string;
  readonly files: readonly {
    readonly path: string;
    readonly sha256: string;
    /** By what it was checked: a pinned digest, the one of the first download, or nothing, as this is the first. */
    readonly checked: 'pinned' | 'remembered' | 'first';
  }[];
}

/** Fetches a model, only ever because a person asked for it, checks it, and puts it in its place in one step. */
export async function fetchModel(options: FetchModelOptions): Promise<Result<PlacedModel, FetchFailure>> {
  const { manifest, directory } = options;
  const hub = options.hub === undefined || options.hub.trim() === '' ? defaultHub : options.hub.trim();
  if (!isModelName(manifest.name)) {
    return badName(manifest.name);
  }
  if (!URL.canParse(hub) || !/^https?:$/.test(new URL(hub).protocol)) {
    return fail(failure('refused', `${shownAddress(hub)} is no address of a hub; use one like ${defaultHub}.`));
  }
  const place = placeOf(directory, manifest.name);
  return withPlace(place, async () => {
    const kept = digestsPath(directory, manifest.name);
    const read = await readKnownDigests(kept);
    if (!read.ok && options.acceptChanged !== true) {
      return read;
    }
    const known = read.ok ? read.value : {};
    const files: PlacedModel['files'][number][] = [];
    for (const file of manifest.files) {
      const key = keyOf(manifest, file.path);
      const fetched = await fetchFile({
        address: `${hub.replace(/\/+$/, '')}/${manifest.name}/resolve/${manifest.revision}/${file.path}`,
        file,
        path: join(place.staging, file.path),
        signal: options.signal,
        onProgress: (bytes, total) =>
          options.onProgress({ path: file.path, bytes, ...(total === undefined ? {} : { total }) }),
        idleMs: options.idleMs ?? 60_000,
        againMs: options.againMs ?? 1_000,
      });
      if (!fetched.ok) {
        return fetched;
      }
      const sha256 = fetched.value;
      if (sha256 === undefined) {
        continue;
      }
      const before = options.acceptChanged === true ? undefined : known[key];
      if (file.sha256 === undefined && before !== undefined && before !== sha256) {
        await rm(join(place.staging, file.path), { force: true });
        return fail(changed({ ...file, name: manifest.name }, [before, sha256], kept));
      }
      const checked = file.sha256 !== undefined ? 'pinned' : before === undefined ? 'first' : 'remembered';
      files.push({ path: file.path, sha256, checked });
    }
    return putInPlace(place, { manifest, directory, known }, files);
  });
}

/** Takes over a model that somebody brought here: what it needs of `from` is copied, checked, and put in its place in one step. */
export async function importModel(
  from: string,
  name: string,
  directory: string,
): Promise<Result<PlacedModel, FetchFailure>> {
  if (!isModelName(name)) {
    return badName(name);
  }
  const read = await readEmbeddingFolder(from, name);
  if (!read.ok) {
    return fail(failure('unusable', read.error.message));
  }
  const place = placeOf(directory, name);
  return withPlace(place, async () => {
    const known = await readKnownDigests(digestsPath(directory, name));
    if (!known.ok) {
      return known;
    }
    const files: PlacedModel['files'][number][] = [];
    try {
      await rm(place.staging, { recursive: true, force: true });
      for (const source of read.value.files) {
        const path = relative(from, source).replaceAll('\\', '/');
        const target = join(place.staging, path);
        await mkdir(dirname(target), { recursive: true });
        await cp(source, target, { dereference: true });
        files.push({ path, sha256: await digestOf(target), checked: 'first' });
      }
    } catch (error) {
      return fail(diskFailure(error, place.staging));
    }
    const manifest = { name, revision: 'imported', files: [] };
    return putInPlace(place, { manifest, directory, known: known.value }, files);
  });
}

async function putInPlace(
  place: ModelPlace,
  { manifest, directory, known }: { manifest: ModelManifest; directory: string; known: KnownDigests },
  files: PlacedModel['files'],
): Promise<Result<PlacedModel, FetchFailure>> {
  const read = await readEmbeddingFolder(place.staging, manifest.name);
  if (!read.ok) {
    await rm(place.staging, { recursive: true, force: true });
    return fail(failure('unusable', read.error.message.replaceAll(place.staging, 'what was fetched')));
  }
  const moved = await moveIntoPlace(place);
  if (!moved.ok) {
    return moved;
  }
  const digests = Object.fromEntries(files.map(({ path, sha256 }) => [keyOf(manifest, path), sha256]));
  const path = digestsPath(directory, manifest.name);
  try {
    await writeKnownDigests(path, { ...known, ...digests });
  } catch (error) {
    return fail(diskFailure(error, path));
  }
  return ok({ folder: place.folder, files });
}

function keyOf({ name, revision }: ModelManifest, path: string): string {
  return `${name}@${revision}/${path}`;
}

function badName(name: string): Result<never, FetchFailure> {
  const example = 'Xenova/bge-small-en-v1.5';
  return fail(failure('bad-name', `"${name.slice(0, 100)}" names no model; write ORG/NAME, for example ${example}.`));
}

function changed(
  { path, name }: { readonly path: string; readonly name: string },
  digests: readonly [then: string, now: string],
  kept: string,
): FetchFailure {
  const [then, now] = digests.map((digest) => `${digest.slice(0, 12)}…`);
  const problem = `${path} of ${name} is another file than at its first download (${then} then, ${now} now)`;
  return failure('changed', `${problem}; make sure that this is meant, remove ${kept}, and fetch it again.`);
}
