import type { SandboxFailure, SandboxFailureReason } from '../sandbox/sandbox.ts';
import type { ToolOutcome } from './tool.ts';

/** Reasons that are about the box or the run and not about the call: the loop acts on them, the model cannot. */
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

/** A request that failed as a tool's answer: the guest's own reason for a refusal, the box's reason otherwise. */
export function toolFailure(error: SandboxFailure): ToolOutcome {
  const reason = error.reason === 'request-refused' ? (error.detail ?? 'failed') : error.reason;
  return { ok: false, reason, message: error.message };
}
