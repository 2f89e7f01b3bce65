import type { ChatBody } from './chatBody.ts';
import { countTokens } from './chatBody.ts';
import type { FakeTurn, ServerPath } from './fakeTurn.ts';

export interface Answer {
  readonly chunks: readonly unknown[];
  /** Instead of an answer, when nothing was sent yet; else the last line. */
  readonly error?: string;
}

interface WireCall {
  readonly id?: string;
  readonly function: { readonly index: number; readonly name: string; readonly arguments?: unknown };
}

/** The lines of one answer as the server's path makes them, counts included. `fault` bends what the model said. */
export function answerChunks(body: ChatBody, turn: FakeTurn, path: ServerPath, promptCount: number): Answer {
  const spoken = bend(body, turn, path);
  if (spoken.error !== undefined) {
    return { chunks: textChunks(body, turn, 'content', spoken.text), error: spoken.error };
  }
  const { calls } = spoken;
  const thinking = turn.fault === 'emptyTurn' ? '' : (turn.thinking ?? '');
  const output = countTokens(thinking + spoken.text + JSON.stringify(calls));
  const last = {
    ...line(body, { content: '', ...(path === 'native' && calls.length > 0 ? { tool_calls: calls } : {}) }, true),
    done_reason: turn.fault === 'lengthCut' || turn.finish === 'length' ? 'length' : 'stop',
    total_duration: 1_500_000_000,
    load_duration: 20_000_000,
    prompt_eval_duration: 300_000_000,
    eval_duration: 1_100_000_000,
    ...counts(turn, promptCount, output),
  };
  return {
    chunks: [
      ...textChunks(body, turn, 'thinking', thinking),
      ...textChunks(body, turn, 'content', spoken.text),
      ...(path === 'rendered' ? calls.map((call) => line(body, { content: '', tool_calls: [call] }, false)) : []),
      ...(turn.fault === 'wrongTypes' ? [{ ...line(body, { content: 42 }, false), done: 'yes' }] : []),
      last,
    ],
  };
}

export function line(body: ChatBody, message: Readonly<Record<string, unknown>>, done: boolean) {
  return { model: body.model, created_at: new Date().toISOString(), message: { role: 'assistant', ...message }, done };
}

function counts(turn: FakeTurn, prompt: number, output: number): Readonly<Record<string, unknown>> {
  switch (turn.fault) {
    case 'missingCounts':
      return {};
    case 'wildCounts':
      return { prompt_eval_count: Number.MAX_SAFE_INTEGER, eval_count: -1 };
    default:
      return { prompt_eval_count: turn.usage?.prompt ?? prompt, eval_count: turn.usage?.output ?? output };
  }
}

interface Spoken {
  readonly text: string;
  readonly calls: readonly WireCall[];
  readonly error?: string;
}

function bend(body: ChatBody, turn: FakeTurn, path: ServerPath): Spoken {
  const said = turn.text ?? '';
  const given = turn.calls ?? [];
  const offered = new Set((body.tools ?? []).map((tool) => tool.function.name));
  switch (turn.fault) {
    case 'emptyTurn':
      return { text: '', calls: [] };
    case 'hugeOutput':
      return { text: 'The quick brown fox jumps over the lazy dog.\n'.repeat(233_017), calls: [] };
    case 'textualToolCall':
      return {
        text: said + given.map((call) => `<tool_call>\n${JSON.stringify(call)}\n</tool_call>`).join('\n'),
        calls: [],
      };
    case 'malformedArgs': {
      const name = given[0]?.name ?? 'read_file';
      return path === 'native'
        ? {
            text: said,
            calls: [],
            error: `llama-server returned invalid tool call arguments for "${name}": unexpected end of JSON input`,
          }
        : { text: `${said}{"name":"${name}","arguments":{"path": "a.js`, calls: [] };
    }
    default: {
      const named = given.map((call) =>
        turn.fault === 'unknownTool' ? { ...call, name: `frobnicate_${call.name}` } : call,
      );
      const known = path === 'native' ? named : named.filter((call) => offered.has(call.name));
      const unparsed = named.filter((call) => !known.includes(call)).map((call) => JSON.stringify(call));
      const calls = known.flatMap((call, at) =>
        Array.from({ length: turn.fault === 'manyCalls' ? 500 : 1 }, (_, copy) =>
          wireCall(call, at + copy, body.messages.length, turn.fault),
        ),
      );
      const first = calls[0];
      return {
        text: said + unparsed.join('\n'),
        calls: turn.fault === 'duplicateCall' && first !== undefined ? [...calls, first] : calls,
      };
    }
  }
}

/** An id of the server's shape, `call_` and 8 of [a-z0-9]; the same for the same request. */
function wireCall(
  call: { name: string; arguments: unknown },
  index: number,
  messages: number,
  fault: FakeTurn['fault'],
): WireCall {
  const id = `call_${(messages * 1_000 + index).toString(36).padStart(8, '0')}`;
  const given = fault === 'hugeCall' ? { path: 'a.js', content: 'x'.repeat(8 * 1024 * 1024) } : call.arguments;
  return {
    ...(fault === 'missingIds' ? {} : { id }),
    function: { index, name: call.name, ...(fault === 'missingArguments' ? {} : { arguments: given }) },
  };
}

function textChunks(body: ChatBody, turn: FakeTurn, field: 'content' | 'thinking', text: string): unknown[] {
  const size = turn.chunkSize ?? (turn.fault === 'hugeOutput' ? 64 * 1024 : 12);
  const pieces: unknown[] = [];
  for (let at = 0; at < text.length; at += size) {
    const piece = text.slice(at, at + size);
    pieces.push(line(body, field === 'content' ? { content: piece } : { content: '', thinking: piece }, false));
  }
  return pieces;
}
