import type { LimitName } from './engineLimits.ts';
import type { SandboxSpec, TmpfsSpec } from './sandboxSpec.ts';

/** `name` is that of a volume, or a path of the engine's machine. */
export interface InspectedMount {
  readonly kind: string;
  readonly name: string;
  readonly target: string;
  readonly writable: boolean;
}

/** A running box as the engine describes it. */
export interface InspectedBox {
  readonly user: string;
  readonly runtime: string;
  readonly networkMode: string;
  readonly capAdd: readonly string[];
  readonly privileged: boolean;
  readonly readonlyRoot: boolean;
  readonly securityOptions: readonly string[];
  /** Bytes, processes and billionths of a processor; 0 and less mean none. */
  readonly memory: number;
  readonly memorySwap: number;
  readonly pids: number;
  readonly nanoCpus: number;
  readonly tmpfs: Readonly<Record<string, string>>;
  /** What of the engine's machine is in the box, beside tmpfs. */
  readonly mounts: readonly InspectedMount[];
  readonly devices: readonly string[];
  /** Namespaces that may be shared with the host: `host` where they are. */
  readonly namespaces: Readonly<Record<'pid' | 'ipc' | 'uts' | 'userns', string>>;
}

/** The same box as a process of the agent's user finds it, and what came of trying. */
export interface BoxFromInside {
  readonly uid: number;
  /** The three sets of capabilities of PID 1, hexadecimal. */
  readonly capabilities: readonly string[];
  /** Of PID 1; null where the kernel does not tell. */
  readonly noNewPrivs: number | null;
  readonly seccomp: number | null;
  readonly interfaces: readonly string[];
  /** Folders that took a file. */
  readonly writable: readonly string[];
  /** Those of them from which that file ran. */
  readonly executable: readonly string[];
  /** Bytes; null where the box does not see its own limit. */
  readonly memoryLimit: number | null;
}

export interface BoxVerdict {
  /** Flags of the spec that this box is looser than, with what was found; none in a sound box. */
  readonly looser: readonly string[];
  readonly unenforced: readonly LimitName[];
}

/** Compares a box with its spec, by the engine's word and by its own eyes. `processors` is what the engine has. */
export function judgeBox(spec: SandboxSpec, box: InspectedBox, inside: BoxFromInside, processors: number): BoxVerdict {
  return {
    looser: [...looserByInspection(spec, box), ...looserFromInside(spec, inside)],
    unenforced: unenforcedIn(spec, box, inside, processors),
  };
}

function looserByInspection(spec: SandboxSpec, box: InspectedBox): readonly string[] {
  const shared = Object.entries(box.namespaces).filter(([, mode]) => /^(host|container:)/.test(mode));
  const open = box.securityOptions.filter((option) => /unconfined|disable|=false/.test(option));
  // Podman says `oci` for whichever runtime it has.
  const otherRuntime = box.runtime !== spec.runtime && box.runtime !== 'oci' && !isDefault(spec, box);
  return [
    ...when(box.user !== spec.user, `--user: ${box.user || 'root'}`),
    ...when(otherRuntime, `--runtime: ${box.runtime}`),
    ...when(box.networkMode !== 'none', `--network: ${box.networkMode}`),
    ...when(box.capAdd.length > 0, `--cap-add: ${box.capAdd.join(' ')}`),
    ...when(box.privileged, '--privileged'),
    ...when(!box.readonlyRoot, '--read-only: the root can be written'),
    ...when(
      !box.securityOptions.some((option) => /^no-new-privileges(?:[:=]true)?$/.test(option)),
      '--security-opt no-new-privileges: not set',
    ),
    ...open.map((option) => `--security-opt: ${option}`),
    ...spec.tmpfs.flatMap((mount) => looserMount(mount, box.tmpfs[mount.path])),
    ...box.mounts.filter((mount) => !isGranted(spec, mount)).map(({ target }) => `--volume: ${target}`),
    ...box.devices.map((device) => `--device: ${device}`),
    ...shared.map(([name, mode]) => `--${name}: ${mode}`),
  ];
}

function isGranted(spec: SandboxSpec, mount: InspectedMount): boolean {
  const { kind, name, target, writable } = mount;
  const granted = spec.mounts?.some((each) => each.kind === kind && each.source === name && each.target === target);
  return granted === true && !writable;
}

/** An engine that was asked for no runtime by name gave its own. */
function isDefault(spec: SandboxSpec, box: InspectedBox): boolean {
  return spec.runtime === 'runc' && (box.runtime === '' || box.runtime === 'crun');
}

function looserMount(mount: TmpfsSpec, found: string | undefined): readonly string[] {
  const options = new Set(found?.split(','));
  const needed = ['nosuid', 'nodev', `size=${mount.bytes}`, ...(mount.exec ? [] : ['noexec'])];
  return needed.filter((option) => !options.has(option)).map((option) => `--tmpfs ${mount.path}: no ${option}`);
}

function looserFromInside(spec: SandboxSpec, inside: BoxFromInside): readonly string[] {
  const declared = new Map(spec.tmpfs.map((mount) => [mount.path, mount]));
  const strange = inside.writable.filter((path) => !declared.has(path));
  const executable = inside.executable.filter((path) => declared.get(path)?.exec !== true);
  // gVisor's own kernel enforces both and shows neither.
  const hasFilter = spec.runtime === 'runsc' || inside.seccomp === 2;
  const isHeld = spec.runtime === 'runsc' || inside.noNewPrivs === 1;
  return [
    ...when(String(inside.uid) !== spec.user.split(':')[0], `--user: the guest has the id ${inside.uid}`),
    ...when(
      inside.capabilities.length === 0 || inside.capabilities.some((set) => !/^0+$/.test(set)),
      `--cap-drop: the guest has ${inside.capabilities.join(' ') || 'unknown capabilities'}`,
    ),
    ...when(!isHeld, '--security-opt no-new-privileges: not in force'),
    ...when(!hasFilter, '--security-opt seccomp: no filter in force'),
    ...when(
      inside.interfaces.some((name) => name !== 'lo'),
      `--network: the guest sees ${inside.interfaces.join(' ')}`,
    ),
    ...strange.map((path) => `--read-only: ${path} can be written`),
    ...executable.map((path) => `--tmpfs ${path}: files there can be executed`),
  ];
}

function unenforcedIn(
  spec: SandboxSpec,
  box: InspectedBox,
  inside: BoxFromInside,
  processors: number,
): readonly LimitName[] {
  const within = (value: number, limit: number): boolean => value > 0 && value <= limit;
  const memory = within(box.memory, spec.memoryBytes) && (inside.memoryLimit ?? 0) <= spec.memoryBytes;
  return [
    ...(memory ? [] : ['memory' as const]),
    ...(memory && within(box.memorySwap, spec.memoryBytes) ? [] : ['swap' as const]),
    ...(within(box.pids, spec.pids) ? [] : ['processes' as const]),
    ...(within(box.nanoCpus, Math.min(spec.cpus, processors) * 1e9) ? [] : ['processors' as const]),
  ];
}

function when(looser: boolean, flag: string): readonly string[] {
  return looser ? [flag] : [];
}
