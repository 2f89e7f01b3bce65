import { createParser } from 'eventsource-parser';
import { HttpFault } from '../http/httpFault.ts';
import { type AnswerEvent, answerEventSchema } from './openaiWire.ts';

/** Longest event accepted, characters: one event is one piece of an answer, or all calls of a turn. */
const eventLimit = 16 * 1024 * 1024;

/**
 * The events of a streamed answer up to `[DONE]`. Throws on an event that cannot be read, on an error that the server reports in
 * the middle, and on an end without `[DONE]` unless the answer was said to be finished before. Comments count for nothing.
 */
export async function* answerEvents(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<AnswerEvent> {
  const waiting: (string | HttpFault)[] = [];
  const parser = createParser({
    maxBufferSize: eventLimit,
    onEvent: ({ data }) => waiting.push(data),
    onError: ({ type, field, value, line }) => {
      if (field === 'error') {
        // llama.cpp of 2024 and 2025 names the field so, where others send data.
        waiting.push(new HttpFault('reported', value ?? ''));
      } else if (type !== 'invalid-retry') {
        waiting.push(unreadable(line ?? `an event of more than ${eventLimit} characters`));
      }
    },
  });
  const decoder = new TextDecoder();
  let finished = false;
  for await (const chunk of bytes) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    for (const data of waiting.splice(0)) {
      if (data instanceof HttpFault) {
        throw data;
      }
      if (data.trim() === '[DONE]') {
        return;
      }
      const event = readEvent(data);
      finished ||= event.choices?.some(({ finish_reason: reason }) => isSaid(reason)) === true;
      yield event;
    }
  }
  if (!finished) {
    throw new HttpFault('interrupted', 'the answer ended before it was complete');
  }
}

function readEvent(data: string): AnswerEvent {
  const value = parseRecord(data);
  if (value['error'] !== undefined && value['error'] !== null) {
    throw new HttpFault('reported', data);
  }
  const event = answerEventSchema.safeParse(value);
  if (!event.success) {
    const issue = event.error.issues[0];
    throw new HttpFault('malformed', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unexpected'}`);
  }
  return event.data;
}

function parseRecord(data: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(data);
    if (isRecord(value)) {
      return value;
    }
  } catch {
    // Reported below, together with JSON that is no object.
  }
  throw unreadable(data);
}

function unreadable(text: string): HttpFault {
  return new HttpFault(
    'malformed',
    `an event of the answer is not a JSON object: ${JSON.stringify(text.slice(0, 80))}`,
  );
}

function isSaid(reason: string | null | undefined): boolean {
  return reason !== undefined && reason !== null && reason !== '';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
