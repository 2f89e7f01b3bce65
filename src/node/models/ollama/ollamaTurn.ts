import type { TurnCollector } from '../http/turnCollector.ts';
import type { AnswerChunk } from './ollamaWire.ts';

/** Adds one line of an answer; true when the answer is complete or is cut here. */
export function addAnswerChunk(collector: TurnCollector, chunk: AnswerChunk): boolean {
  collector.say('thinking', chunk.message?.thinking ?? '');
  collector.say('text', chunk.message?.content ?? '');
  for (const { id, function: called } of chunk.message?.tool_calls ?? []) {
    collector.call({ id, name: called.name, arguments: called.arguments ?? {} });
  }
  collector.count(chunk.prompt_eval_count, chunk.eval_count);
  if (chunk.done_reason === 'length') {
    collector.cut();
  }
  return chunk.done || collector.isRunaway;
}
