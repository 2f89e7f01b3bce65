import type { SandboxFailure } from '../sandbox/sandbox.ts';
import type { ToolOutcome } from './tool.ts';

/** A request that failed as a tool's answer: the guest's own reason for a refusal, the box's reason otherwise. */
export function toolFailure(error: SandboxFailure): ToolOutcome {
  const reason = error.reason === 'request-refused' ? (error.detail ?? 'failed') : error.reason;
  return { ok: false, reason, message: error.message };
}
