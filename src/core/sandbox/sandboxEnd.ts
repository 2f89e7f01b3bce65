import { failure } from '../../base/failure.ts';
import type { SandboxFailure } from './sandbox.ts';

/** Why a box that nobody destroyed is gone. */
export type SandboxEndCause =
  /** Its memory was used up, and the kernel ended all of it. */
  | 'out-of-memory'
  /** Ended by a signal of somebody else. */
  | 'killed'
  /** The guest in it ended by itself. */
  | 'exited'
  /** The engine that ran it went away; the box with it, or soon after. */
  | 'engine-lost'
  /** The engine answers and does not know. */
  | 'unknown';

/** What could be learned of a box's end. */
export interface SandboxEndFacts {
  /** Of its first process, where the engine told. */
  readonly exitCode?: number;
  readonly outOfMemory: boolean;
  /** False when no engine answers, or one that does not know of the end: then the box's own one went away. */
  readonly engineKnows: boolean;
  readonly memoryBytes: number;
  /** What the guest wrote to its error stream last, or empty. */
  readonly lastWords: string;
}

/** 128 and SIGKILL: the exit code of a box that somebody ended, or that used up its memory. */
export const killedExitCode = 137;

/** The end of a box as a failure that names its cause and the way out. */
export function sandboxEnd(facts: SandboxEndFacts): SandboxFailure {
  const cause = causeOf(facts);
  return { ...failure('sandbox-died', describe(cause, facts)), cause };
}

function causeOf({ exitCode, outOfMemory, engineKnows }: SandboxEndFacts): SandboxEndCause {
  if (outOfMemory) {
    return 'out-of-memory';
  }
  if (!engineKnows) {
    return 'engine-lost';
  }
  if (exitCode === undefined) {
    return 'unknown';
  }
  // From 129 on it names the signal.
  return exitCode > 128 ? 'killed' : 'exited';
}

function describe(cause: SandboxEndCause, { exitCode, memoryBytes, lastWords }: SandboxEndFacts): string {
  const words = lastWords === '' ? '' : ` Its last words: ${lastWords}`;
  switch (cause) {
    case 'out-of-memory':
      return `The sandbox used up its ${memoryBytes / 2 ** 30} GiB of memory and was ended; let it do less at once.`;
    case 'killed':
      return `The sandbox was killed (exit code ${exitCode}), and not by Nightshift; see who else manages the engine's containers.${words}`;
    case 'exited':
      return `The sandbox ended by itself with exit code ${exitCode}; \`nightshift doctor\` checks its image.${words}`;
    case 'engine-lost':
      return 'The Docker engine went away while the sandbox ran; start it again.';
    case 'unknown':
    default:
      return `The sandbox is gone and the engine does not say why; its own log may.${words}`;
  }
}
