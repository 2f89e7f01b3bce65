import type Docker from 'dockerode';

import { followEngineProgress } from './engineProgress.ts';
import { imageArchive } from './imageArchive.ts';
import { type ImageRecipe, recipeEntries } from './imageRecipe.ts';
import { imageInstructions, repositoryName } from './imageSettings.ts';

/**
 * Puts an image together from this machine's own files, without a registry, and hands it to the engine under the
 * recipe's tag. Throws when a file cannot be read, the engine refuses, or `signal` is aborted.
 */
export async function assembleBaseImage(
  docker: Docker,
  recipe: ImageRecipe,
  options: { readonly signal: AbortSignal; readonly onProgress: (line: string) => void },
): Promise<void> {
  const entries = await recipeEntries(recipe);
  const size = entries.reduce((sum, entry) => sum + (entry.kind === 'file' ? entry.size : 0), 0);
  options.onProgress(
    `assembling the sandbox image from ${entries.length} files of this machine (${Math.round(size / 1e6)} MB)`,
  );

  const archive = imageArchive(entries);
  // An unreadable file ends the archive, not the request it is piped into: that one has to be ended here.
  const archiveFailure = new AbortController();
  archive.once('error', (error) => archiveFailure.abort(error));
  try {
    const progress = await docker.importImage(archive, {
      // Podman reads the tag here and nowhere else.
      repo: `${repositoryName}:${recipe.key}`,
      // One parameter each: Docker also takes them as one text with line breaks, Podman does not.
      changes: imageInstructions(recipe.key),
      abortSignal: AbortSignal.any([options.signal, archiveFailure.signal]),
    });
    await followEngineProgress(docker, progress, () => undefined);
  } catch (error) {
    throw archiveFailure.signal.aborted ? archiveFailure.signal.reason : error;
  } finally {
    archive.destroy();
  }
}
