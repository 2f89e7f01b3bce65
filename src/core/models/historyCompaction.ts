import type { Message, ToolCall } from './languageModel.ts';

export interface CompactedHistory {
  readonly history: readonly Message[];
  readonly elided: number;
}

/** Stubs grow by this many at a time, so that the start of the prompt, which servers cache, changes seldom. */
const stride = 4;

/** A text shorter than its stub is left alone. */
const worthEliding = 160;

type Edit = (message: Message) => Message;

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

/**
 * The history as it is, then with ever more of its old parts as stubs: thoughts first, then tool results, then long call
 * arguments, each oldest first. The last answer and its results are never touched. Lazy, so a caller stops at the first
 * that fits; deterministic, so a replay assembles the same bytes.
 */
export function* compactions(history: readonly Message[]): Generator<CompactedHistory, void, void> {
  yield { history, elided: 0 };
  const last = history.findLastIndex((message) => message.role === 'assistant');
  let current = [...history];
  let elided = 0;
  for (const edit of [withoutThinking, withoutResult, withoutArguments]) {
    let pending = 0;
    for (let index = 0; index < last; index += 1) {
      const before = current[index];
      const after = before === undefined ? undefined : edit(before);
      if (after === undefined || after === before) {
        continue;
      }
      current = current.with(index, after);
      elided += 1;
      pending += 1;
      if (pending === stride) {
        pending = 0;
        yield { history: current, elided };
      }
    }
    if (pending > 0) {
      yield { history: current, elided };
    }
  }
}

/** Paths that calls named, newest last, at most 50: what survives when the results themselves are stubs. */
export function workedOnFiles(history: readonly Message[]): readonly string[] {
  const paths = new Set<string>();
  for (const message of history) {
    for (const call of message.role === 'assistant' ? (message.calls ?? []) : []) {
      const path = isRecord(call.arguments) ? call.arguments['path'] : undefined;
      if (typeof path === 'string' && path.length <= 300) {
        paths.delete(path);
        paths.add(path);
      }
    }
  }
  return [...paths].slice(-50);
}

const withoutThinking: Edit = (message) => {
  if (message.role !== 'assistant' || message.thinking === undefined || message.thinking === '') {
    return message;
  }
  const { thinking: _thinking, ...rest } = message;
  return rest;
};

const withoutResult: Edit = (message) => {
  if (message.role !== 'tool' || message.content.length < worthEliding) {
    return message;
  }
  return {
    ...message,
    content: `[${message.content.length} characters of old output left out; call the tool again if needed]`,
  };
};

const withoutArguments: Edit = (message) => {
  if (message.role !== 'assistant' || !(message.calls ?? []).some((call) => hasLongText(call.arguments))) {
    return message;
  }
  return {
    ...message,
    calls: (message.calls ?? []).map((call) => ({ ...call, arguments: shortened(call.arguments) })),
  };
};

function hasLongText(value: unknown): boolean {
  return typeof value === 'string'
    ? value.length >= worthEliding
    : isRecord(value) && Object.values(value).some(hasLongText);
}

function shortened(value: unknown): unknown {
  if (typeof value === 'string') {
    return value.length >= worthEliding ? `[${value.length} characters left out]` : value;
  }
  return isRecord(value)
    ? Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, shortened(entry)]))
    : value;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
