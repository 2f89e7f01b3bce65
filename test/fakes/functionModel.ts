import { ok, type Result } from '../../src/base/result.ts';
import type {
  ChatOptions,
  ChatRequest,
  LanguageModel,
  ModelFailure,
  Turn,
} from '../../src/core/models/languageModel.ts';

export interface Said {
  readonly text?: string;
  readonly thinking?: string;
  readonly calls?: readonly { readonly name: string; readonly arguments: unknown }[];
  readonly finish?: Turn['finish'];
  readonly usage?: Turn['usage'];
}

/** A model whose answers are what a function says; counts from 0. Streams its text word by word, and stops when it is cancelled. */
export function functionModel(
  say: (request: ChatRequest, count: number) => Said | Result<never, ModelFailure>,
): LanguageModel & { readonly requests: ChatRequest[] } {
  const requests: ChatRequest[] = [];
  return {
    requests,
    id: { driver: 'replay', name: 'function' },
    probe: async () => ok({ id: { driver: 'replay', name: 'function' }, tools: true, replay: true }),
    chat: async (request, options) => {
      const count = requests.push(request) - 1;
      const said = say(request, count);
      return 'ok' in said ? said : ok(speak(said, count, options));
    },
  };
}

function speak(said: Said, count: number, { onProgress, signal }: ChatOptions): Turn {
  for (const type of ['thinking', 'text'] as const) {
    for (const text of (said[type] ?? '').match(/\S*\s*/g) ?? []) {
      if (text !== '' && !signal.aborted) onProgress?.({ type, text });
    }
  }
  const { text = '', thinking = '', calls = [], usage = {} } = said;
  return {
    text,
    thinking,
    calls: calls.map((call, at) => ({ id: `call_${count}_${at}`, ...call })),
    finish: said.finish ?? (calls.length > 0 ? 'calls' : 'stop'),
    usage,
    milliseconds: 0,
  };
}
