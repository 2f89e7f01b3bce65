import { HttpFault } from '../http/httpFault.ts';
import type { TurnCollector } from '../http/turnCollector.ts';
import type { CallPieces } from './callPieces.ts';
import type { AnswerEvent } from './openaiWire.ts';

/** A server says so when it stops an answer in the middle, whatever the reason: none of its calls may be run. */
const cutReasons: ReadonlySet<string> = new Set(['length', 'content_filter']);
const failedReasons: ReadonlySet<string> = new Set(['error', 'abort']);

/** Adds one event of an answer; true when it is so long that it is cut here. */
export function addAnswerEvent(collector: TurnCollector, pieces: CallPieces, event: AnswerEvent): boolean {
  const choice = event.choices?.[0];
  const { content, reasoning, reasoning_content: reasoningContent, tool_calls: calls } = choice?.delta ?? {};
  collector.say('thinking', reasoning ?? reasoningContent ?? '');
  collector.say('text', content ?? '');
  calls?.forEach((piece) => pieces.add(piece));
  const reason = choice?.finish_reason ?? '';
  if (failedReasons.has(reason)) {
    throw new HttpFault('reported', `the answer ended with ${reason}`);
  }
  const tooLong = collector.isRunawayWith(pieces.length);
  if (tooLong || cutReasons.has(reason)) {
    collector.cut();
  }
  if (event.usage !== undefined && event.usage !== null) {
    collector.count(event.usage.prompt_tokens, event.usage.completion_tokens);
  }
  return tooLong;
}
