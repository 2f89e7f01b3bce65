import { type Clock, systemClock } from '../../../base/clock.ts';
import { failure } from '../../../base/failure.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import type {
  ChatOptions,
  ChatRequest,
  LanguageModel,
  Message,
  ModelFailure,
  ModelId,
  ModelInfo,
  ToolCall,
  Turn,
} from '../../../core/models/languageModel.ts';
import type { WindowModels, WindowQuestion } from '../../../core/models/windowModels.ts';
import type { WindowMessage } from '../../../protocol/modelLending.ts';

/**
 * A model that a window of the editor lends. Temperature, seed, length and window of a request are not passed on: `vscode.lm` takes
 * none of them, and does not tell an answer that was cut from one that ended.
 */
export function createWindowModel(
  name: string,
  windows: WindowModels,
  { clock = systemClock }: { readonly clock?: Clock } = {},
): LanguageModel {
  const id: ModelId = { driver: 'vscode', name };

  async function probe(signal: AbortSignal): Promise<Result<ModelInfo, ModelFailure>> {
    if (signal.aborted) {
      return cancelled();
    }
    const found = await windows.find(name, signal);
    return found.ok
      ? ok({ id, contextTokens: found.value.maxInputTokens, tools: true, schema: false, replay: false })
      : found;
  }

  async function chat(request: ChatRequest, { signal, onProgress }: ChatOptions): Promise<Result<Turn, ModelFailure>> {
    if (signal.aborted) {
      return cancelled();
    }
    if (request.format !== undefined) {
      const message = `Models of VS Code cannot be held to a schema, so ${name} was not asked for one.`;
      return fail(failure('format-unsupported', message));
    }
    const started = clock.monotonic();
    const answer = await windows.chat(name, toQuestion(request), {
      signal,
      onPiece: (text) => onProgress?.({ type: 'text', text }),
    });
    if (!answer.ok) {
      return answer;
    }
    const calls = withOwnIds(request, answer.value.calls);
    return ok({
      text: answer.value.text,
      thinking: '',
      calls,
      finish: calls.length === 0 ? 'stop' : 'calls',
      usage: answer.value.usage,
      milliseconds: clock.monotonic() - started,
    });
  }

  const access = {
    missing: () => windows.missing(name),
    contextTokens: () => windows.room(name),
    onDidChange: windows.onDidChange,
  };
  return { id, access, probe, chat };
}

function cancelled(): Result<never, ModelFailure> {
  return fail(failure('aborted', 'The request to the model was cancelled before it went out.'));
}

function toQuestion({ messages, tools }: ChatRequest): WindowQuestion {
  return {
    messages: messages.map(toWindowMessage),
    tools: tools.map((tool) => ({ ...tool, parameters: { ...tool.parameters } })),
  };
}

function toWindowMessage(message: Message): WindowMessage {
  switch (message.role) {
    case 'assistant':
      return { role: 'assistant', content: message.content, calls: (message.calls ?? []).map((call) => ({ ...call })) };
    case 'tool':
      return { role: 'tool', callId: message.callId, content: message.content };
    case 'system':
    case 'user':
      break;
  }
  return { role: message.role, content: message.content };
}

/** Ids pair calls with results within the whole run; providers promise neither that there is one nor that it is new. */
function withOwnIds(request: ChatRequest, calls: readonly ToolCall[]): readonly ToolCall[] {
  const taken = new Set(
    request.messages
      .flatMap((message) => (message.role === 'assistant' ? (message.calls ?? []) : []))
      .map(({ id }) => id),
  );
  return calls.map((call, at) => {
    let { id } = call;
    for (let n = at; id === '' || taken.has(id); n += 1) {
      id = `call_${request.messages.length}_${n}`;
    }
    taken.add(id);
    return { ...call, id };
  });
}
