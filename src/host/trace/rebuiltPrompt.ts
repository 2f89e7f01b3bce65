import { createHash } from 'node:crypto';
import { failure, type Failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { rebuildRequests } from '../../core/agents/rebuildRequest.ts';
import { messageText } from '../../core/models/contextAssembly.ts';
import type { TraceEvent } from '../../core/trace/traceEvent.ts';
import type { TraceFile } from './openTrace.ts';

/** A request to a model, made again from the trace. */
export interface RebuiltPrompt {
  readonly json: string;
  readonly messages: readonly { readonly role: string; readonly text: string }[];
  readonly tools: readonly string[];
  readonly estimatedTokens: number;
  /** Its bytes are those that were kept when it was sent. */
  readonly same: boolean;
}

/** The request of this number, counted from 1; a failure says how many there are. */
export async function rebuiltPrompt(trace: TraceFile, wanted: number): Promise<Result<RebuiltPrompt, Failure>> {
  const events: TraceEvent[] = [];
  const read = await trace.read(async (page) => {
    events.push(...page);
    return true;
  });
  if (!read.ok) {
    return read;
  }
  let number = 0;
  for await (const { asked, request } of rebuildRequests(events, (sha256) => trace.artifact(sha256))) {
    number += 1;
    if (number !== wanted) {
      continue;
    }
    if (!request.ok) {
      return request;
    }
    const json = JSON.stringify(request.value);
    return ok({
      json,
      messages: request.value.messages.map((message) => ({
        role: message.role === 'tool' ? `tool ${message.tool}` : message.role,
        text: messageText(message).trim(),
      })),
      tools: request.value.tools.map((tool) => tool.name),
      estimatedTokens: asked.estimatedTokens,
      same: createHash('sha256').update(json).digest('hex') === asked.request.sha256,
    });
  }
  return fail(failure('no-such-prompt', `The task has asked its model ${number} times; name one of these prompts.`));
}
