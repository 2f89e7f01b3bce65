import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { type Failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { recommendModels } from '../../core/models/recommendedModels.ts';
import { absoluteEntries, findGit } from '../../node/repository/findGit.ts';
import { createDockerEngine } from '../../node/sandbox/dockerEngine.ts';
import { engineStorage } from '../../node/sandbox/engineStorage.ts';
import { sharedConnection } from '../../node/sandbox/sharedConnection.ts';
import { ensureBaseImage } from '../../node/sandbox/image/ensureBaseImage.ts';
import { measure } from '../../node/tasks/fileStorage.ts';
import { imageCap } from '../housekeeping.ts';
import { ignoredSettings } from '../ignoredSettings.ts';
import { machineMemory } from '../models/machineMemory.ts';
import { openModelDesk } from '../models/openModelDesk.ts';
import { stateHome } from '../paths.ts';
import { boxChannel } from '../boxChannel.ts';
import { preferredRuntime } from '../preferredRuntime.ts';
import { askTraceReceiver } from '../trace/askTraceReceiver.ts';
import { askModelServer } from './askModelServer.ts';
import { mendingCommand } from './mendingCommand.ts';
import type { DoctorCheck } from '../../protocol/doctorCheck.ts';
import { type DoctorModel, type DoctorOptions, runChecks } from './doctorChecks.ts';

/** The checks with the real engine, models and tools. `installation` is the folder that holds `dist` and `media`. */
export function openDoctor(
  options: Pick<DoctorOptions, 'repository' | 'ollamaHost' | 'openaiBaseUrl' | 'brief' | 'signal'> & {
    readonly installation: string;
  },
): AsyncIterable<DoctorCheck> {
  const { installation, ...asked } = options;
  const connect = sharedConnection(process.env['NIGHTSHIFT_ENGINE']);
  return runChecks({
    ...asked,
    engine: openEngine(installation, connect),
    channel: boxChannel(process.env),
    preferredRuntime: preferredRuntime(process.env),
    gitVersion,
    models: installedModels,
    recommended: recommendModels(machineMemory())[0]?.name ?? 'qwen3:8b',
    modelServer: (address, signal) => askModelServer(address, process.env, signal),
    traceReceiver: (signal) => askTraceReceiver(process.env, signal),
    ignoredSettings: ignoredSettings(process.env),
    storage: {
      engine: (signal) => engineStorage({ connect, exact: true }).list(signal),
      stateBytes: async () => (await measure(stateHome())).bytes,
      policy: { now: Date.now(), began: Date.now(), imageBytes: imageCap(process.env) },
    },
    stateHome: stateHome(),
    nodeVersion: process.versions.node,
    mend: (part) =>
      mendingCommand(part, {
        platform: process.platform,
        has: isOnPath,
        engineAddress: process.env['NIGHTSHIFT_ENGINE'] || process.env['DOCKER_HOST'] || undefined,
        modelAddress: options.ollamaHost,
      }),
  });
}

/** Also where only services are looked for, which a person's path may leave out. */
function isOnPath(program: string): boolean {
  const path = [process.env['PATH'] ?? '', '/usr/sbin', '/sbin'].join(delimiter);
  return absoluteEntries(path).some((folder) => existsSync(join(folder, program)));
}

async function installedModels(
  ollamaHost: string | undefined,
  signal: AbortSignal,
): Promise<Result<readonly DoctorModel[], Failure>> {
  const desk = openModelDesk(process.env);
  const { models, sources } = await desk.list(ollamaHost === undefined ? {} : { ollamaHost }, signal);
  const [problem] = sources.flatMap((source) => (source.problem === undefined ? [] : [source.problem]));
  return models.length === 0 && problem !== undefined
    ? fail(problem)
    : ok(
        models.map(({ name, tools, grade, other }) => ({
          name,
          tools,
          ...(other === undefined ? {} : { other }),
          ...(grade === undefined ? {} : { level: grade.level }),
        })),
      );
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
