import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { listOllamaModels } from '../../node/models/ollamaCatalog.ts';
import { defaultOllamaHost } from '../../node/models/ollamaHost.ts';
import { createDockerEngine } from '../../node/sandbox/dockerEngine.ts';
import { ensureBaseImage } from '../../node/sandbox/image/ensureBaseImage.ts';
import { stateHome } from '../paths.ts';
import { type DoctorCheck, type DoctorOptions, runChecks } from './doctorChecks.ts';

/** The checks with the real engine, models and tools. `installation` is the folder that holds `dist` and `media`. */
export function openDoctor(
  options: Pick<DoctorOptions, 'repository' | 'ollamaHost' | 'signal'> & { readonly installation: string },
): AsyncIterable<DoctorCheck> {
  const { installation, ...asked } = options;
  return runChecks({
    ...asked,
    engine: openEngine(installation),
    gitVersion: async () => (await promisify(execFile)('git', ['--version'], { timeout: 5_000 })).stdout.trim(),
    models: (host, signal) => listOllamaModels(host?.trim() || defaultOllamaHost, signal),
    stateHome: stateHome(),
    nodeVersion: process.versions.node,
  });
}

function openEngine(installation: string): DoctorOptions['engine'] {
  try {
    const guestSource = readFileSync(join(installation, 'dist', 'guest.cjs'), 'utf8');
    const dockerfile = join(installation, 'media', 'sandbox', 'Dockerfile');
    return createDockerEngine({
      guestSource,
      ensureImage: (docker, request) => ensureBaseImage(docker, { ...request, dockerfile }),
    });
  } catch {
    return undefined;
  }
}
