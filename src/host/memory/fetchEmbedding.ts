import { stat } from 'node:fs/promises';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { embeddingManifest } from '../../core/memory/embedding/modelManifest.ts';
import type { FetchFailure } from '../../node/models/embedding/fetchFailure.ts';
import {
  fetchModel,
  type FetchProgress,
  importModel,
  type PlacedModel,
} from '../../node/models/embedding/modelFetch.ts';
import { defaultEmbeddingModel } from '../../protocol/embeddingModel.ts';
import type { HostParams, HostResult } from '../../protocol/host.ts';
import { type Environment, modelsDirectory } from '../paths.ts';
import type { HostFailure, RequestContext } from '../rpc/hostService.ts';

/** Milliseconds between two words about the same file: a person reads a few lines a second. */
const calmMs = 200;

/** Failures that mean that something was named wrongly, not that something is missing here. */
const wrongNames: ReadonlySet<FetchFailure['reason']> = new Set(['bad-name', 'unusable', 'not-found']);

/** Fetches an embedding model into the folder of models. `NIGHTSHIFT_MODEL_HUB` is the address of the hub where the request has none. */
export async function fetchEmbedding(
  { name = defaultEmbeddingModel, hub }: HostParams<'fetchEmbedding'>,
  environment: Environment,
  { signal, report }: RequestContext,
): Promise<Result<HostResult<'fetchEmbedding'>, HostFailure>> {
  const address = hub ?? environment['NIGHTSHIFT_MODEL_HUB'];
  let told = Number.NEGATIVE_INFINITY;
  let last = '';
  const onProgress = ({ path, bytes, total }: FetchProgress): void => {
    const now = performance.now();
    if (path !== last || now - told >= calmMs || bytes === total) {
      last = path;
      told = now;
      report({ text: path, completed: bytes, ...(total === undefined ? {} : { total }) });
    }
  };
  const placed = await fetchModel({
    manifest: embeddingManifest(name),
    ...(address === undefined ? {} : { hub: address }),
    directory: modelsDirectory(environment),
    signal,
    onProgress,
  });
  return answer(placed);
}

/** Copies an embedding model of this machine into the folder of models, under the name of its folder. */
export async function importEmbedding(
  { folder }: HostParams<'importEmbedding'>,
  environment: Environment,
): Promise<Result<HostResult<'importEmbedding'>, HostFailure>> {
  if (!isAbsolute(folder)) {
    return fail({ ...failure('bad-name', `${folder} is no absolute path; name the whole path.`), exitCode: 2 });
  }
  const from = resolve(folder);
  return answer(await importModel(from, basename(from), modelsDirectory(environment)));
}

async function answer(
  placed: Result<PlacedModel, FetchFailure>,
): Promise<Result<HostResult<'fetchEmbedding'>, HostFailure>> {
  if (!placed.ok) {
    const { reason, message } = placed.error;
    // Clients offer Ollama's page where a server of models is not reachable; a hub is another thing.
    const told = reason === 'unreachable' ? 'hub-unreachable' : reason;
    return fail({ reason: told, message, exitCode: wrongNames.has(reason) ? 2 : 3 });
  }
  const { folder, files } = placed.value;
  const sizes = await Promise.all(files.map(async ({ path }) => (await stat(join(folder, path))).size));
  return ok({ folder, name: basename(folder), bytes: sizes.reduce((sum, size) => sum + size, 0) });
}
