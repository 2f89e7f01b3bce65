import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';

import type Docker from 'dockerode';
import { pack } from 'tar-stream';

import { followEngineProgress } from './engineProgress.ts';
import { contentLabel, managedLabel, recipeVersion, repositoryName } from './imageSettings.ts';

/** The key of the image that this Dockerfile makes. */
export function dockerfileKey(dockerfile: string): string {
  return createHash('sha256').update(`${recipeVersion}\n${dockerfile}`).digest('hex').slice(0, 16);
}

/**
 * Lets the engine build the base image from the Dockerfile's text; this needs a registry. The context holds that one file.
 * Throws when the build fails or `signal` is aborted.
 */
export async function buildBaseImage(
  docker: Docker,
  dockerfile: string,
  options: { readonly signal: AbortSignal; readonly onProgress: (line: string) => void },
): Promise<void> {
  const key = dockerfileKey(dockerfile);
  const context = pack();
  context.entry({ name: 'Dockerfile', mtime: new Date(0) }, dockerfile);
  context.finalize();
  const progress = await docker.buildImage(Readable.from(context, { objectMode: false }), {
    t: `${repositoryName}:${key}`,
    labels: { [managedLabel]: '1', [contentLabel]: key },
    rm: true,
    forcerm: true,
    abortSignal: options.signal,
  });
  await followEngineProgress(docker, progress, options.onProgress);
}
