import { existsSync, rmSync, writeFileSync } from 'node:fs';

import { availablePackages, canInstallPackages, installPackages, missingPackages } from './debianPackages.ts';
import type { PartStatus, ProgressLog } from './partStatus.ts';

/** Rootless Podman, and both ends of an SSH connection: engines that tests reach in other ways than by Docker's socket. */
const packages = ['podman', 'uidmap', 'slirp4netns', 'openssh-server', 'openssh-client', 'openssl'];
/** Asked by Debian's package scripts before they start a service: 101 forbids it. */
const servicePolicy = '/usr/sbin/policy-rc.d';

/** Only tests need these; they start what they need themselves, so no service is started here. */
export async function provisionOtherEngines(log: ProgressLog): Promise<PartStatus> {
  if (!canInstallPackages()) {
    return status(
      'missing',
      'rootless Podman and an SSH server are only set up on Debian as root',
      'run the tests there',
    );
  }
  const needed = await missingPackages(packages);
  if (needed.length === 0) return status('ready', packages.join(', '), '');
  const ownPolicy = !existsSync(servicePolicy);
  if (ownPolicy) writeFileSync(servicePolicy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    const failure = await installPackages(await availablePackages(needed, log), log);
    const absent = await missingPackages(packages);
    return absent.length === 0
      ? status('installed', needed.join(', '), '')
      : status('missing', failure ?? `no package ${absent.join(', ')}`, `apt-get install ${absent.join(' ')}`);
  } finally {
    if (ownPolicy) rmSync(servicePolicy);
  }
}

function status(word: PartStatus['status'], detail: string, fix: string): PartStatus {
  return { name: 'otherEngines', status: word, detail, fix };
}
