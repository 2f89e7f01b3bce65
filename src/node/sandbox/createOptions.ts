import { createHash } from 'node:crypto';
import type { ContainerCreateOptions, MountSettings } from 'dockerode';
import { labelNames } from '../../core/sandbox/profiles.ts';
import type { MountSpec, SandboxSpec, TmpfsSpec } from '../../core/sandbox/sandboxSpec.ts';
import { lentGuestCommand } from '../../core/sandbox/toolbox.ts';
import { guestBootstrap, guestEntrypoint } from './guestBootstrap.ts';

/** Heap of the guest itself, MiB; the rest of the box's memory is for files and commands. */
const guestHeap = 256;

export interface CreateContext {
  readonly name: string;
  /** Processors of the engine: it refuses a limit above them. */
  readonly engineCpus: number;
  /** Podman, which mounts folders of its own where the root is read-only, and names runtimes in its own way. */
  readonly podman?: boolean;
}

/** Places that Podman makes writable, executable and endless beside a read-only root; empty and read-only when they are named. */
const podmanScratch = ['/run', '/var/tmp', '/dev/shm'];
const closed = 'ro,noexec,nosuid,nodev,size=65536,notmpcopyup';

/**
 * The spec as the engine's create request. Nothing of the host is in it: no bind, no device, no environment, and what an image
 * could bring along to start by itself (entry point, health check) is replaced.
 */
export function toCreateOptions(spec: SandboxSpec, context: CreateContext): ContainerCreateOptions {
  const [uid, gid] = spec.user.split(':');
  const owner = context.podman === true ? '' : `,uid=${uid},gid=${gid}`;
  return {
    name: context.name,
    Image: spec.image,
    User: spec.user,
    WorkingDir: '/workspace',
    Entrypoint: [...(lentGuestCommand(spec) ?? guestEntrypoint)],
    Cmd: [`--max-old-space-size=${guestHeap}`, '-e', guestBootstrap, ...channelWords(spec), spec.profile],
    Env: ['HOME=/workspace', 'NODE_OPTIONS='],
    Labels: { ...spec.labels, [labelNames.spec]: specHash(spec) },
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    NetworkDisabled: true,
    Healthcheck: { Test: ['NONE'] },
    StopTimeout: 1,
    HostConfig: {
      // Without a name Podman takes the one that its own configuration knows to work, runc or crun.
      ...(context.podman === true && spec.runtime === 'runc' ? {} : { Runtime: spec.runtime }),
      NetworkMode: 'none',
      CapDrop: ['ALL'],
      Privileged: false,
      ReadonlyRootfs: true,
      SecurityOpt: ['no-new-privileges'],
      Tmpfs: {
        ...(context.podman === true ? Object.fromEntries(podmanScratch.map((path) => [path, closed])) : {}),
        ...Object.fromEntries(spec.tmpfs.map((mount) => [mount.path, tmpfsOptions(mount, owner)])),
      },
      PidsLimit: spec.pids,
      Memory: spec.memoryBytes,
      // Equal to the memory: no swap on top.
      MemorySwap: spec.memoryBytes,
      NanoCpus: Math.round(Math.min(spec.cpus, context.engineCpus) * 1e9),
      IpcMode: spec.runtime === 'runc' && context.podman !== true ? 'none' : 'private',
      LogConfig: { Type: 'none', Config: {} },
      AutoRemove: true,
      Binds: [],
      ...(spec.mounts === undefined ? {} : { Mounts: spec.mounts.map(toMount) }),
    },
  };
}

/** Tells the guest to dial the host where a socket is mounted. */
function channelWords({ mounts }: SandboxSpec): readonly string[] {
  return mounts?.some(({ kind }) => kind === 'bind') === true ? ['socket'] : [];
}

/** SHA-256 of the rights alone: two boxes with the same hash may do the same, whoever owns them. */
export function specHash(spec: SandboxSpec): string {
  const { profile, runtime, image, user, tmpfs, memoryBytes, cpus, pids } = spec;
  // Each box has a socket of its own.
  const mounts = spec.mounts?.map((mount) => (mount.kind === 'bind' ? { ...mount, source: '' } : mount));
  return createHash('sha256')
    .update(JSON.stringify({ profile, runtime, image, user, tmpfs, memoryBytes, cpus, pids, mounts }))
    .digest('hex');
}

/** Of a volume nothing of the image is copied into it. A folder that is not there is an error, and is not made. */
function toMount({ kind, source, target }: MountSpec): MountSettings {
  const mount = { Type: kind, Source: source, Target: target, ReadOnly: true };
  return kind === 'bind'
    ? mount
    : { ...mount, VolumeOptions: { NoCopy: true, Labels: {}, DriverConfig: { Name: '', Options: {} } } };
}

/**
 * The owner is named because runc gives a tmpfs the mode of the folder that it finds in the image, or that the engine made there for root.
 * Podman knows no such option, and keeps the mode.
 */
function tmpfsOptions(mount: TmpfsSpec, owner: string): string {
  return `rw,${mount.exec ? 'exec' : 'noexec'},nosuid,nodev,size=${mount.bytes},mode=1777${owner}`;
}
