import * as z from 'zod';
import type { Message, ToolCall } from './languageModel.ts';

const positions = z.array(z.int().nonnegative());

/** What of a conversation is left out of a request, as places in its paired history. */
export const elisionSchema = z.object({
  /** Answers without their thoughts. */
  thoughts: positions,
  /** Results of tools that became one line. */
  results: positions,
  /** Answers whose calls keep no text but paths. */
  arguments: positions,
  /** Messages at the start that are not there at all; a step is left out as a whole. */
  dropped: z.int().nonnegative(),
});

export type Elision = Readonly<z.infer<typeof elisionSchema>>;

export const nothingElided: Elision = { thoughts: [], results: [], arguments: [], dropped: 0 };

/** Elisions grow by this many at a time, so that the start of the prompt, which servers cache, changes seldom. */
const stride = 4;

/** A text shorter than its stub is left alone. */
const worthEliding = 160;

const resultStub = '[old output left out; call the tool again if you need it]';
const argumentStub = '[left out]';

/** A call without a result gets one that says so; a result without a call is left out. Strict servers refuse either. */
export function pairCalls(history: readonly Message[]): readonly Message[] {
  const paired: Message[] = [];
  let open: ToolCall[] = [];
  const close = (): void => {
    for (const call of open) {
      paired.push({ role: 'tool', callId: call.id, tool: call.name, content: 'No result: the call was interrupted.' });
    }
    open = [];
  };
  for (const message of history) {
    if (message.role === 'tool') {
      const answered = open.findIndex((call) => call.id === message.callId);
      if (answered !== -1) {
        open = open.toSpliced(answered, 1);
        paired.push(message);
      }
      continue;
    }
    close();
    paired.push(message);
    open = message.role === 'assistant' ? [...(message.calls ?? [])] : [];
  }
  close();
  return paired;
}

/** The paired history without what an elision names. What it says does not depend on how long the texts were. */
export function elide(history: readonly Message[], elision: Elision): readonly Message[] {
  if (elision === nothingElided) {
    return history;
  }
  const thoughts = new Set(elision.thoughts);
  const results = new Set(elision.results);
  const shortened = new Set(elision.arguments);
  return history.slice(elision.dropped).map((message, from) => {
    const at = from + elision.dropped;
    if (message.role === 'tool') {
      return results.has(at) ? { ...message, content: resultStub } : message;
    }
    if (message.role !== 'assistant' || !(thoughts.has(at) || shortened.has(at))) {
      return message;
    }
    const { thinking, calls, ...rest } = message;
    return {
      ...rest,
      ...(thinking === undefined || thoughts.has(at) ? {} : { thinking }),
      ...(calls === undefined ? {} : { calls: shortened.has(at) ? calls.map(withoutTexts) : calls }),
    };
  });
}

/**
 * Elisions of a paired history, each leaving out more than the one before: thoughts, tool results, long call arguments, whole steps,
 * each oldest first; and last, of the last answer, its thoughts and all results but the newest. Lazy, so that a caller stops at the
 * first that fits; deterministic, so that a replay assembles the same bytes.
 */
export function* elisions(history: readonly Message[]): Generator<Elision, void, void> {
  yield nothingElided;
  const last = history.findLastIndex((message) => message.role === 'assistant');
  let current = nothingElided;
  for (const [kind, has] of kinds) {
    const found = history.flatMap((message, at) => (at < last && has(message) ? [at] : []));
    for (let count = stride; count < found.length + stride; count += stride) {
      current = { ...current, [kind]: found.slice(0, count) };
      yield current;
    }
  }
  const starts = history.flatMap((message, at) => (message.role === 'assistant' && at > 0 && at <= last ? [at] : []));
  for (const dropped of starts) {
    current = withoutDropped({ ...current, dropped });
    yield current;
  }
  const ofLast = history.flatMap((message, at) => (at > last && hasLongResult(message) ? [at] : []));
  current = hasThoughts(history[last]) ? { ...current, thoughts: [...current.thoughts, last] } : current;
  for (let count = 0; count < Math.max(1, ofLast.length); count += 1) {
    yield { ...current, results: [...current.results, ...ofLast.slice(0, count)] };
  }
}

/** How many parts of a history an elision leaves out. */
export function elidedParts(elision: Elision): number {
  return elision.thoughts.length + elision.results.length + elision.arguments.length + elision.dropped;
}

const kinds = [
  ['thoughts', (message: Message) => hasThoughts(message)],
  ['results', (message: Message) => hasLongResult(message)],
  ['arguments', (message: Message) => hasLongArguments(message)],
] as const;

/** What is not there at all need not be named. */
function withoutDropped({ dropped, ...places }: Elision): Elision {
  const kept = (at: number): boolean => at >= dropped;
  return {
    thoughts: places.thoughts.filter(kept),
    results: places.results.filter(kept),
    arguments: places.arguments.filter(kept),
    dropped,
  };
}

function hasThoughts(message: Message | undefined): boolean {
  return message?.role === 'assistant' && message.thinking !== undefined && message.thinking !== '';
}

function hasLongResult(message: Message | undefined): boolean {
  return message?.role === 'tool' && message.content.length >= worthEliding;
}

function hasLongArguments(message: Message | undefined): boolean {
  return message?.role === 'assistant' && (message.calls ?? []).some((call) => hasLongText(call.arguments));
}

function hasLongText(value: unknown): boolean {
  return typeof value === 'string'
    ? value.length >= worthEliding
    : typeof value === 'object' && value !== null && Object.values(value).some(hasLongText);
}

function withoutTexts(call: ToolCall): ToolCall {
  return { ...call, arguments: emptied(call.arguments) };
}

/** The path says what the call was about; numbers and truths cost nothing. */
function emptied(value: unknown, key?: string): unknown {
  if (typeof value === 'string') {
    return key === 'path' ? value : argumentStub;
  }
  if (Array.isArray(value)) {
    return value.map((item: unknown) => emptied(item));
  }
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([name, item]) => [name, emptied(item, name)]))
    : value;
}
