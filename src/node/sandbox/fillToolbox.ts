import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';
import type { Container } from 'dockerode';
import * as z from 'zod';
import type { Result } from '../../base/result.ts';
import { labelNames } from '../../core/sandbox/profiles.ts';
import type { SandboxFailure } from '../../core/sandbox/sandbox.ts';
import { toolboxContent } from '../../core/sandbox/toolbox.ts';
import { engineErrorOf, waitAnswer } from './engineAnswers.ts';
import { engineCall } from './engineCall.ts';
import { currentOwner } from './owner.ts';
import { removeContainer } from './removeContainer.ts';

/** Raised when the content changes, so that volumes of an older version are not taken for this one. */
const version = 1;
/** Milliseconds for about 130 MB that the engine copies on its own disk. */
const fillMs = 60_000;
const lookAgainMs = 100;
/** Looks at a container in the way that does not run, before it counts as left over. */
const patience = 50;
const taken = 409;
const notFound = 404;
const place = '/toolbox';

/**
 * What fills the volume, in a container of the base image: its own Node, the libraries that this very process has loaded, and the loader,
 * also as a copy that nobody may read. All of it appears at once, under its final name, or not at all.
 */
const filler = `
const fs = require('fs'), path = require('path');
const done = '${place}/${toolboxContent}', work = '${place}/filling';
if (!fs.existsSync(done)) {
  process.report.excludeNetwork = true;
  const loaded = process.report.getReport().sharedObjects.filter((file) => /^\\/.*\\.so(\\.|$)/.test(file));
  const loader = loaded.find((file) => /^ld(64)?[-.]/.test(path.basename(file)));
  if (loader === undefined) throw new Error('this Node needs no loader');
  fs.rmSync(work, { recursive: true, force: true });
  fs.mkdirSync(work + '/lib', { recursive: true });
  const put = (from, name, mode) => {
    fs.copyFileSync(fs.realpathSync(from), work + '/' + name);
    fs.chmodSync(work + '/' + name, mode);
    const file = fs.openSync(work + '/' + name, 'r');
    fs.fsyncSync(file);
    fs.closeSync(file);
  };
  for (const file of loaded) put(file, 'lib/' + path.basename(file), 0o755);
  put(process.execPath, 'node', 0o755);
  put(loader, 'ld.so', 0o755);
  put(loader, 'closed-ld.so', 0o711);
  fs.renameSync(work, done);
}
`;

const volumeAnswer = z.object({ Labels: z.record(z.string(), z.string()).nullish() });
const stateAnswer = z.object({ State: z.object({ Running: z.boolean() }) });

/** What names the volume, and stands in its label. */
function toolboxKey(baseImage: string): string {
  return `${baseImage.replace('sha256:', '').slice(0, 16)}-${version}`;
}

/** Whether the engine has the volume, whatever is in it. */
export async function hasVolume(docker: Docker, name: string): Promise<boolean> {
  try {
    await docker.getVolume(name).inspect();
    return true;
  } catch (error) {
    if (engineErrorOf(error).statusCode === notFound) {
      return false;
    }
    throw error;
  }
}

/** Makes and fills the volume where it is not whole yet; answers its name. Agent hosts that do so at once wait for one another. */
export function fillToolbox(
  docker: Docker,
  baseImage: string,
  runtime: string | undefined,
  signal: AbortSignal,
): Promise<Result<string, SandboxFailure>> {
  return engineCall(
    { what: 'Lending Node to the image', deadline: fillMs, signal, reason: 'start-failed' },
    async (ending) => {
      const key = toolboxKey(baseImage);
      const name = `nightshift-toolbox-${key}`;
      await docker.createVolume({
        Name: name,
        Labels: { [labelNames.managed]: '1', [labelNames.content]: key },
      });
      // An engine answers the one that is there, whosever it is.
      if (volumeAnswer.parse(await docker.getVolume(name).inspect()).Labels?.[labelNames.content] !== key) {
        throw new Error(`the volume ${name} is not ours; remove it`);
      }
      const container = await createFiller(docker, { name, baseImage, runtime }, ending);
      try {
        await container.start();
        const { StatusCode } = waitAnswer.parse(await container.wait());
        if (StatusCode !== 0) {
          throw new Error(`copying Node ended with exit code ${StatusCode}; check free disk space of the engine`);
        }
        return name;
      } finally {
        await removeContainer(container);
      }
    },
  );
}

/** The name of the container is the lock: an engine has it once. */
async function createFiller(
  docker: Docker,
  {
    name,
    baseImage,
    runtime,
  }: { readonly name: string; readonly baseImage: string; readonly runtime: string | undefined },
  ending: AbortSignal,
): Promise<Container> {
  for (let idle = 0; !ending.aborted;) {
    try {
      return await docker.createContainer({
        name,
        Image: baseImage,
        User: '0:0',
        WorkingDir: '/',
        Entrypoint: ['node'],
        Cmd: ['-e', filler],
        Env: ['NODE_OPTIONS='],
        Labels: {
          [labelNames.managed]: '1',
          [labelNames.kind]: 'sandbox',
          [labelNames.owner]: currentOwner(),
        },
        NetworkDisabled: true,
        HostConfig: {
          ...(runtime === undefined ? {} : { Runtime: runtime }),
          NetworkMode: 'none',
          CapDrop: ['ALL'],
          ReadonlyRootfs: true,
          SecurityOpt: ['no-new-privileges'],
          PidsLimit: 64,
          LogConfig: { Type: 'none', Config: {} },
          Binds: [`${name}:${place}:nocopy`],
        },
      });
    } catch (error) {
      if (engineErrorOf(error).statusCode !== taken) {
        throw error;
      }
    }
    const other = docker.getContainer(name);
    idle = (await isRunning(other)) ? 0 : idle + 1;
    if (idle > patience) {
      await removeContainer(other);
    }
    await delay(lookAgainMs);
  }
  throw new Error('nobody waits for it any more');
}

/** One that is gone counts as running: its name is free then. */
async function isRunning(container: Container): Promise<boolean> {
  try {
    return stateAnswer.parse(await container.inspect()).State.Running;
  } catch (error) {
    if (engineErrorOf(error).statusCode === notFound) {
      return true;
    }
    throw error;
  }
}
