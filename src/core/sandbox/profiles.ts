import type { ProfileName, SandboxOwner, SandboxSpec, TmpfsSpec } from './sandboxSpec.ts';

const mebibyte = 2 ** 20;
const gibibyte = 2 ** 30;

/** What processes need beside the files: pages of a tmpfs are charged to the box's memory, so both must fit. */
export const memoryBesideTmpfs = 512 * mebibyte;

/** An unprivileged user that no host is likely to have; the base image names it `agent`. */
const sandboxUser = '10001:10001';

interface Profile {
  readonly workspace: TmpfsSpec;
  readonly memoryBytes: number;
  readonly cpus: number;
  readonly pids: number;
  sharedMemory(runtime: SandboxSpec['runtime']): readonly TmpfsSpec[];
}

/**
 * `/tmp` never executes: runners that build and run programs in a scratch folder (`go test`, `cargo`) get one below
 * `/workspace` through TMPDIR instead.
 */
const scratch: TmpfsSpec = { path: '/tmp', bytes: 64 * mebibyte, exec: false };

const profiles: Readonly<Record<ProfileName, Profile>> = {
  locked: {
    workspace: { path: '/workspace', bytes: 512 * mebibyte, exec: false },
    memoryBytes: 1.5 * gibibyte,
    cpus: 1,
    pids: 256,
    /** runc mounts none at all here; gVisor makes its own, writable and without a size, unless one is declared. */
    sharedMemory: (runtime) => (runtime === 'runsc' ? [{ path: '/dev/shm', bytes: mebibyte, exec: false }] : []),
  },
  build: {
    workspace: { path: '/workspace', bytes: 2 * gibibyte, exec: true },
    memoryBytes: 4 * gibibyte,
    cpus: 2,
    pids: 512,
    /** Test suites need POSIX semaphores (Python's multiprocessing among them), and those live in `/dev/shm`. */
    sharedMemory: () => [{ path: '/dev/shm', bytes: 64 * mebibyte, exec: false }],
  },
};

export interface SandboxRequest {
  /** Image id, not a tag. */
  readonly image: string;
  readonly runtime: SandboxSpec['runtime'];
  readonly owner: SandboxOwner;
}

/** The one place where the rights of a box are decided. Total: every input gives a spec that keeps the profile's limits. */
export function sandboxSpec(profile: ProfileName, request: SandboxRequest): SandboxSpec {
  const { workspace, memoryBytes, cpus, pids, sharedMemory } = profiles[profile];
  const tmpfs = [workspace, scratch, ...sharedMemory(request.runtime)];
  const files = tmpfs.reduce((total, mount) => total + mount.bytes, 0);
  return {
    profile,
    runtime: request.runtime,
    image: request.image,
    user: sandboxUser,
    tmpfs,
    memoryBytes: Math.max(memoryBytes, files + memoryBesideTmpfs),
    cpus,
    pids,
    labels: sandboxLabels(profile, request.owner),
  };
}

/** Boxes are found, and reaped, by these and by nothing else. */
export const labelNames = {
  managed: 'nightshift.managed',
  kind: 'nightshift.kind',
  owner: 'nightshift.owner',
  workspace: 'nightshift.workspace',
  task: 'nightshift.task',
  run: 'nightshift.run',
  profile: 'nightshift.profile',
  spec: 'nightshift.spec',
  /** Of images: the key of what they are made of. */
  content: 'nightshift.content',
} as const;

/** Value of the label `kind` of images that the product made for a repository's environment. */
export const dependencyImageKind = 'deps';

function sandboxLabels(profile: ProfileName, owner: SandboxOwner): Readonly<Record<string, string>> {
  return {
    [labelNames.managed]: '1',
    [labelNames.kind]: 'sandbox',
    [labelNames.owner]: owner.owner,
    [labelNames.workspace]: owner.workspace,
    [labelNames.task]: owner.task,
    [labelNames.run]: owner.run,
    [labelNames.profile]: profile,
  };
}
