import type { SandboxFailureReason } from './sandbox.ts';

/** Reasons that are about the box or the run and not about a call: the host acts on them, a model cannot. */
export const sandboxReasons = [
  'engine-unavailable',
  'runtime-unavailable',
  'image-missing',
  'start-failed',
  'sandbox-died',
  'protocol-violation',
  'timeout',
  'aborted',
] as const satisfies readonly SandboxFailureReason[];

export type SandboxReason = (typeof sandboxReasons)[number];

export function isSandboxReason(reason: string): reason is SandboxReason {
  return sandboxReasons.some((known) => known === reason);
}

/** Failures of one box that say nothing about the next: another one may be tried. */
const ofOneBox: ReadonlySet<string> = new Set<SandboxReason>([
  'sandbox-died',
  'protocol-violation',
  'start-failed',
  'timeout',
]);

export function isReplaceable(reason: string): boolean {
  return ofOneBox.has(reason);
}

/** A box that dies is replaced this often in one stage before the stage gives up. */
export const maxReplacements = 2;

/** Ends the message of a stage that gave up, after what happened to the last box. */
export const replacedInVain = `It was replaced ${maxReplacements} times; \`nightshift doctor\` checks the engine.`;
