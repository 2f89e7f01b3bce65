import type { Failure } from '../../base/failure.ts';
import type { Result } from '../../base/result.ts';
import type { GuestMethod, GuestParams, GuestResult } from '../../protocol/guest.ts';
import type { LimitName } from './engineLimits.ts';
import type { SandboxEndCause } from './sandboxEnd.ts';
import type { SandboxSpec } from './sandboxSpec.ts';
import type { BoxTerminal, TerminalSize } from './terminal.ts';

export type SandboxFailureReason =
  | 'engine-unavailable'
  | 'runtime-unavailable'
  | 'image-missing'
  | 'start-failed'
  | 'sandbox-died'
  | 'protocol-violation'
  | 'request-refused'
  | 'timeout'
  | 'aborted';

/**
 * `request-refused` carries the guest's own reason (for example `not-found`) in `detail`; `sandbox-died` its `cause`, unless the box was
 * destroyed by its owner.
 */
export interface SandboxFailure extends Failure<SandboxFailureReason> {
  readonly detail?: string;
  readonly cause?: SandboxEndCause;
}

/** One file of a tree on its way into a sandbox. `mode` as git knows it. */
export interface TreeFile {
  readonly path: string;
  readonly mode: '100644' | '100755' | '120000';
  /** The content, or the target of a symbolic link. */
  readonly bytes: Uint8Array;
}

export interface CallOptions {
  readonly signal: AbortSignal;
  /** Host-side deadline; the method's own default otherwise. */
  readonly deadlineMs?: number;
}

/** What an agent's tools get: requests only. It can neither destroy the box nor learn where it runs. */
export interface RestrictedSandbox {
  request<M extends GuestMethod>(
    method: M,
    params: GuestParams<M>,
    options: CallOptions,
  ): Promise<Result<GuestResult<M>, SandboxFailure>>;
}

export interface Sandbox extends RestrictedSandbox {
  readonly id: string;
  readonly spec: SandboxSpec;
  /** Milliseconds from the start call to the guest's first typed reply. */
  readonly startMs: number;
  /** Settles once, when the box is gone for whatever reason; never rejects. */
  readonly died: Promise<SandboxFailure>;
  /** Streams a tree into `/workspace/repo`; the guest keeps its manifest for `list_changes`. */
  putTree(files: AsyncIterable<TreeFile>, options: CallOptions): Promise<Result<{ files: number }, SandboxFailure>>;
  /** Opens a shell for a person, with the rights of the box; `variables` beside those that it has. */
  openTerminal(
    size: TerminalSize,
    variables: Readonly<Record<string, string>>,
    options: CallOptions,
  ): Promise<Result<BoxTerminal, SandboxFailure>>;
  /** Kills and removes the box. Idempotent; bounded by its own deadlines. */
  destroy(): Promise<void>;
}

export interface RuntimeInfo {
  readonly name: 'runsc' | 'runc';
  /** True when the box has its own kernel (gVisor). */
  readonly isolatedKernel: boolean;
  /** Limits that its boxes do not have; absent when they have all. Only where the user allowed it. */
  readonly unenforced?: readonly LimitName[];
  /** How its boxes are spoken with, where the user wished for a socket, and why not so. */
  readonly channel?: { readonly over: 'socket' } | { readonly over: 'stdio'; readonly why: string };
}

export interface RuntimeWish {
  readonly requireGvisor: boolean;
  readonly preferred?: 'runsc' | 'runc';
  /** The user's own leave to run boxes whose limits the engine does not keep. */
  readonly allowUnlimited?: boolean;
}

export interface EngineInfo {
  readonly endpoint: string;
  readonly version: string;
  readonly apiVersion: string;
  readonly runtimes: readonly string[];
  /** Processors and bytes of memory of the engine's machine. */
  readonly cpus?: number;
  readonly memoryBytes?: number;
  /** Limits of boxes that it does not keep. */
  readonly unenforced?: readonly LimitName[];
  /** What a person should know of it, each with its way out. */
  readonly remarks?: readonly string[];
}

export interface SandboxEngine {
  /** Asks the engine what it is; cheap. */
  info(signal: AbortSignal): Promise<Result<EngineInfo, SandboxFailure>>;
  /** The runtime to use: gVisor where a probe box passes, else runc, else a failure when gVisor is required. Cached per process. */
  chooseRuntime(options: RuntimeWish, signal: AbortSignal): Promise<Result<RuntimeInfo, SandboxFailure>>;
  /** Finds or assembles the base image and answers its immutable id and tag. */
  ensureBaseImage(
    signal: AbortSignal,
    onProgress?: (line: string) => void,
  ): Promise<Result<{ image: string; id: string }, SandboxFailure>>;
  start(spec: SandboxSpec, signal: AbortSignal): Promise<Result<Sandbox, SandboxFailure>>;
  /** Removes boxes whose owner no longer lives; answers how many. Touches only boxes with our labels. */
  reap(signal: AbortSignal): Promise<Result<number, SandboxFailure>>;
}
