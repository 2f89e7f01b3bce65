import { z } from 'zod';

import { availablePackages, canInstallPackages, installPackages, missingPackages } from './debianPackages.ts';
import { connectEngine, pingEngine } from './dockerConnection.ts';
import { configureRuntimes, daemonLog, startDaemon } from './dockerDaemon.ts';
import { findExecutable } from './findExecutable.ts';
import type { PartStatus, ProgressLog } from './partStatus.ts';

/** What the base image is put together from when no registry can be reached, besides Node itself. */
const imageSources = ['busybox-static', 'ripgrep', 'git', 'python3'];
const gvisorGuide = 'install gVisor (gvisor.dev, "Docker Quick Start") for the stronger wall';

const engineInformation = z.object({
  ServerVersion: z.string(),
  Runtimes: z.record(z.string(), z.unknown()).nullish(),
});

/** A Docker engine that answers, with gVisor where it can be had. An engine that already answers is left as it is. */
export async function provisionEngine(log: ProgressLog): Promise<PartStatus> {
  if (await pingEngine()) return describe('ready', '');
  const address = process.env['DOCKER_HOST'];
  if (address) return missing(`nothing answers at DOCKER_HOST=${address}`, 'start that engine, or unset DOCKER_HOST');
  if (!canInstallPackages()) return missing('no Docker engine answers', howToInstall());

  const failure = (await installEngine(log)) ?? (await startDaemon(log));
  if (failure !== undefined)
    return missing(failure, `read ${daemonLog}, or install and start Docker by hand (docs.docker.com/engine/install)`);
  return describe('installed', `, log ${daemonLog}`);
}

async function installEngine(log: ProgressLog): Promise<string | undefined> {
  const wanted = [
    ...(findExecutable('dockerd') === undefined ? ['docker.io'] : []),
    ...(findExecutable('runsc') === undefined ? ['runsc'] : []),
    ...imageSources,
  ];
  const needed = await missingPackages(wanted);
  const available = needed.length === 0 ? [] : await availablePackages(needed, log);
  if (needed.includes('docker.io') && !available.includes('docker.io')) {
    return 'this system offers no package docker.io';
  }
  const willHaveRunsc = findExecutable('runsc') ?? (available.includes('runsc') ? '/usr/bin/runsc' : undefined);
  // Written before the packages are unpacked: where their set-up starts the service, it starts with gVisor known.
  if (willHaveRunsc !== undefined) configureRuntimes(willHaveRunsc);
  return installPackages(available, log);
}

async function describe(status: 'ready' | 'installed', suffix: string): Promise<PartStatus> {
  try {
    const answer: unknown = await connectEngine()?.info();
    const information = engineInformation.parse(answer);
    const hasGvisor = Object.hasOwn(information.Runtimes ?? {}, 'runsc');
    const wall = hasGvisor ? 'gVisor configured' : 'gVisor not configured; sandboxes use runc';
    const detail = `Docker ${information.ServerVersion}, ${wall}${suffix}`;
    return { name: 'engine', status, detail, fix: hasGvisor ? '' : gvisorGuide };
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return missing(`the engine answers a ping and nothing else: ${reason}`, 'restart it');
  }
}

function missing(detail: string, fix: string): PartStatus {
  return { name: 'engine', status: 'missing', detail, fix };
}

function howToInstall(): string {
  switch (process.platform) {
    case 'darwin':
      return 'install and start Docker Desktop or Colima ("brew install colima docker && colima start")';
    case 'win32':
      return 'install and start Docker Desktop with the WSL 2 engine';
    default:
      return `install and start Docker (docs.docker.com/engine/install) and give your user access to its socket; ${gvisorGuide}`;
  }
}
