/** A sandbox as data. The host alone computes it; nothing from a workspace or a model has a way in. */
export type ProfileName = 'locked' | 'build';

export interface TmpfsSpec {
  readonly path: string;
  readonly bytes: number;
  readonly exec: boolean;
}

/** Something of the engine's machine in a box, always read-only. */
export interface MountSpec {
  readonly kind: 'volume' | 'bind';
  /** Name of the volume, or a folder of the engine's machine. */
  readonly source: string;
  readonly target: string;
}

export interface SandboxSpec {
  readonly profile: ProfileName;
  readonly runtime: 'runsc' | 'runc';
  /** Image id (not a tag), so that what was checked is what is started. */
  readonly image: string;
  readonly user: string;
  readonly tmpfs: readonly TmpfsSpec[];
  /** Bytes; at least the sum of all tmpfs and 512 MiB. No swap on top. */
  readonly memoryBytes: number;
  readonly cpus: number;
  readonly pids: number;
  /** Added by the engine where a box needs one (Node, a socket); absent otherwise. */
  readonly mounts?: readonly MountSpec[];
  readonly labels: Readonly<Record<string, string>>;
}

export interface SandboxOwner {
  readonly workspace: string;
  readonly task: string;
  readonly run: string;
  /** Names one living process: `<pid>:<start time>:<host id>`. */
  readonly owner: string;
}
