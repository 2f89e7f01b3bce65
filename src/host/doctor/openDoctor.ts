import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { listOllamaModels } from '../../node/models/ollamaCatalog.ts';
import { defaultOllamaHost } from '../../node/models/ollamaHost.ts';
import { findGit } from '../../node/repository/findGit.ts';
import { createDockerEngine } from '../../node/sandbox/dockerEngine.ts';
import { engineStorage } from '../../node/sandbox/engineStorage.ts';
import { sharedConnection } from '../../node/sandbox/sharedConnection.ts';
import { ensureBaseImage } from '../../node/sandbox/image/ensureBaseImage.ts';
import { measure } from '../../node/tasks/fileStorage.ts';
import { imageCap } from '../housekeeping.ts';
import { ignoredSettings } from '../ignoredSettings.ts';
import { stateHome } from '../paths.ts';
import { boxChannel } from '../boxChannel.ts';
import { preferredRuntime } from '../preferredRuntime.ts';
import { askTraceReceiver } from '../trace/askTraceReceiver.ts';
import { type DoctorCheck, type DoctorOptions, runChecks } from './doctorChecks.ts';

/** The checks with the real engine, models and tools. `installation` is the folder that holds `dist` and `media`. */
export function openDoctor(
  options: Pick<DoctorOptions, 'repository' | 'ollamaHost' | 'signal'> & { readonly installation: string },
): AsyncIterable<DoctorCheck> {
  const { installation, ...asked } = options;
  const connect = sharedConnection(process.env['NIGHTSHIFT_ENGINE']);
  return runChecks({
    ...asked,
    engine: openEngine(installation, connect),
    channel: boxChannel(process.env),
    preferredRuntime: preferredRuntime(process.env),
    gitVersion,
    models: (host, signal) => listOllamaModels(host?.trim() || defaultOllamaHost, signal),
    traceReceiver: (signal) => askTraceReceiver(process.env, signal),
    ignoredSettings: ignoredSettings(process.env),
    storage: {
      engine: (signal) => engineStorage({ connect, exact: true }).list(signal),
      stateBytes: async () => (await measure(stateHome())).bytes,
      policy: { now: Date.now(), began: Date.now(), imageBytes: imageCap(process.env) },
    },
    stateHome: stateHome(),
    nodeVersion: process.versions.node,
  });
}

/** Of the Git that tasks use. Throws where there is none, which the check explains. */
async function gitVersion(): Promise<string> {
  const { stdout } = await promisify(execFile)(findGit() ?? 'git is not on PATH', ['--version'], { timeout: 5_000 });
  return stdout.trim();
}

function openEngine(installation: string, connect: ReturnType<typeof sharedConnection>): DoctorOptions['engine'] {
  try {
    const channel = boxChannel(process.env);
    const guestSource = readFileSync(join(installation, 'dist', 'guest.cjs'), 'utf8');
    const dockerfile = join(installation, 'media', 'sandbox', 'Dockerfile');
    return createDockerEngine({
      guestSource,
      connect,
      channel: channel.ok ? channel.value : undefined,
      ensureImage: (docker, request) => ensureBaseImage(docker, { ...request, dockerfile }),
    });
  } catch {
    return undefined;
  }
}
