import type { SandboxReport } from '../../protocol/timeline.ts';
import { sandboxSpec } from './profiles.ts';
import type { ProfileName } from './sandboxSpec.ts';

/** A box as its start was recorded. */
export interface StartedBox {
  readonly profile: ProfileName;
  readonly runtime: string;
  readonly isolatedKernel: boolean;
  readonly unenforced?: readonly string[] | undefined;
  readonly image: string;
}

const nobody = { owner: '', workspace: '', task: '', run: '' };

/** The rights of a box in words, taken from the one place that decides them. */
export function sandboxReport({ profile, runtime, isolatedKernel, unenforced = [], image }: StartedBox): SandboxReport {
  const spec = sandboxSpec(profile, { image, runtime: runtime === 'runsc' ? 'runsc' : 'runc', owner: nobody });
  const workspace = spec.tmpfs.find(({ path }) => path === '/workspace');
  const runs = workspace?.exec === true;
  return {
    profile,
    runtime,
    isolatedKernel,
    unenforced: [...unenforced],
    image,
    may: [
      'read and change a copy of the repository, in memory only',
      ...(runs ? ['run programs of the repository, its tests among them'] : []),
      `write up to ${sizeText(workspace?.bytes ?? 0)} of files`,
      `use ${sizeText(spec.memoryBytes)} of memory, ${spec.cpus} CPU${spec.cpus === 1 ? '' : 's'} and ${spec.pids} processes`,
    ],
    mayNot: [
      'reach any network: there is none in the box',
      'see or change files of this machine',
      ...(runs ? [] : ['run programs that it wrote']),
      'change its own system: the image is read-only',
      'gain rights: no capabilities, an unprivileged user, no new privileges',
    ],
  };
}

function sizeText(bytes: number): string {
  const mebibytes = bytes / 2 ** 20;
  return mebibytes < 1_024 ? `${mebibytes} MiB` : `${mebibytes / 1_024} GiB`;
}
