import { maxFrameBytes } from '../../protocol/guestLimits.ts';
import type { ToolOutcome } from './tool.ts';

const envelopeBytes = 1024;

/** A refusal for text that does not fit one request to the guest; undefined when it fits. */
export function refuseOversized(...texts: readonly string[]): ToolOutcome | undefined {
  const bytes = new TextEncoder().encode(JSON.stringify(texts)).length;
  return bytes + envelopeBytes <= maxFrameBytes
    ? undefined
    : { ok: false, reason: 'too-large', message: 'The text is over 1 MB; make the change with several small edits.' };
}
