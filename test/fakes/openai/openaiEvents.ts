import { countTokens } from '../ollama/chatBody.ts';
import type { OpenaiBody } from './openaiBody.ts';
import type { Dialect, OpenaiFakeTurn } from './openaiFakeTurn.ts';

interface WireCall {
  readonly index: number;
  readonly id?: string;
  readonly type?: 'function';
  readonly function: { readonly name?: string; readonly arguments?: unknown };
}

/** The events of one answer as a server of the dialect makes them, without `[DONE]`. `fault` bends what the model said. */
export function openaiEvents(body: OpenaiBody, turn: OpenaiFakeTurn, dialect: Dialect, promptCount: number): unknown[] {
  const { text, calls } = bend(body, turn);
  const thinking = turn.fault === 'emptyTurn' ? '' : (turn.thinking ?? '');
  const size = turn.chunkSize ?? (turn.fault === 'hugeOutput' ? 64 * 1024 : 12);
  const thoughts = dialect === 'vllm' || dialect === 'ollama' ? 'reasoning' : 'reasoning_content';
  const deltas = [
    // Ollama says the role with the first words; the others say it first and alone.
    ...(dialect === 'ollama' ? [] : [{ role: 'assistant', content: dialect === 'llamacpp' ? null : '' }]),
    ...pieces(thinking, size).map((piece) => ({ ...(dialect === 'ollama' ? { content: '' } : {}), [thoughts]: piece })),
    ...pieces(text, size).map((piece) => ({ content: piece })),
    ...(turn.fault === 'wrongTypes' ? [{ content: 42 }] : []),
    ...callDeltas(calls, turn, dialect),
  ];
  const finish =
    turn.fault === 'lengthCut' || turn.finish === 'length' ? 'length' : calls.length > 0 ? 'tool_calls' : 'stop';
  const output = countTokens(thinking + text + JSON.stringify(calls));
  const usage = usageOf(turn, promptCount, output);
  return [
    ...deltas.map((delta, at) =>
      event(body, dialect === 'ollama' && at === 0 ? { role: 'assistant', ...delta } : delta, null),
    ),
    {
      ...event(body, {}, finish),
      ...(dialect === 'llamacpp' ? { timings: { prompt_n: 1, predicted_n: output } } : {}),
    },
    ...(body.stream_options === undefined || usage === undefined
      ? []
      : [{ ...event(body, {}, null), choices: [], usage }]),
  ];
}

export function event(body: OpenaiBody, delta: object, finish: string | null) {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_793_000_000,
    model: body.model,
    choices: [{ index: 0, delta, finish_reason: finish }],
  };
}

function usageOf(turn: OpenaiFakeTurn, promptCount: number, outputCount: number): object | undefined {
  if (turn.fault === 'missingCounts') {
    return undefined;
  }
  const wild = turn.fault === 'wildCounts';
  const prompt = wild ? Number.MAX_SAFE_INTEGER : (turn.usage?.prompt ?? promptCount);
  const output = wild ? -1 : (turn.usage?.output ?? outputCount);
  return { prompt_tokens: prompt, completion_tokens: output, total_tokens: prompt + output };
}

interface Spoken {
  readonly text: string;
  readonly calls: readonly { readonly name: string; readonly arguments: string }[];
}

function bend(body: OpenaiBody, turn: OpenaiFakeTurn): Spoken {
  const said = turn.text ?? '';
  const calls = (turn.calls ?? []).map((call) => ({ name: call.name, arguments: JSON.stringify(call.arguments) }));
  switch (turn.fault) {
    case 'emptyTurn':
      return { text: '', calls: [] };
    case 'hugeOutput':
      return { text: 'The quick brown fox jumps over the lazy dog.\n'.repeat(233_017), calls: [] };
    case 'textualToolCall':
      return {
        text: said + (turn.calls ?? []).map((call) => `<tool_call>\n${JSON.stringify(call)}\n</tool_call>`).join('\n'),
        calls: [],
      };
    case 'malformedArgs':
      return { text: said, calls: calls.map((call) => ({ ...call, arguments: '{"path": "a.js' })) };
    case 'unknownTool':
      return { text: said, calls: calls.map((call) => ({ ...call, name: `frobnicate_${call.name}` })) };
    case 'duplicateCall':
      return { text: said, calls: [...calls, ...calls.slice(0, 1)] };
    case 'hugeCall':
      return {
        text: said,
        calls: calls.map((call) => ({ ...call, arguments: JSON.stringify({ path: 'x'.repeat(8 * 1024 * 1024) }) })),
      };
    case 'manyCalls':
      return { text: said, calls: calls.flatMap((call) => Array.from({ length: 500 }, () => call)) };
    default:
      return { text: said, calls: body.tools === undefined ? [] : calls };
  }
}

/** vLLM and llama.cpp send a call's name first and its arguments in pieces after it, the others each call whole. */
function callDeltas(calls: Spoken['calls'], turn: OpenaiFakeTurn, dialect: Dialect): object[] {
  const inPieces =
    turn.fault === 'fragments' || turn.fault === 'repeatedNames' || dialect === 'vllm' || dialect === 'llamacpp';
  const size = turn.fault === 'hugeCall' ? 64 * 1024 : 5;
  return calls.flatMap((call, at): object[] => {
    const index = turn.fault === 'zeroIndexes' ? 0 : at;
    // A repeated call is a copy, its id as well.
    const number = turn.fault === 'duplicateCall' && at === calls.length - 1 ? 0 : at;
    const named = turn.fault === 'namelessCall' ? {} : { name: call.name };
    const first = {
      index,
      ...(turn.fault === 'missingIds' ? {} : { id: `call_${number}` }),
      type: 'function' as const,
      function: named,
    };
    if (turn.fault === 'missingArguments') {
      return [{ tool_calls: [first] }];
    }
    if (!inPieces) {
      return [{ tool_calls: [{ ...first, function: { ...named, arguments: call.arguments } }] }];
    }
    const later = turn.fault === 'repeatedNames' ? first : { index, function: {} };
    const all: WireCall[] = [
      { ...first, function: { ...named, arguments: '' } },
      ...pieces(call.arguments, size).map((piece) => ({ ...later, function: { ...later.function, arguments: piece } })),
    ];
    return all.map((piece) => ({ tool_calls: [piece] }));
  });
}

function pieces(text: string, size: number): string[] {
  return Array.from({ length: Math.ceil(text.length / size) }, (_, at) => text.slice(at * size, (at + 1) * size));
}
