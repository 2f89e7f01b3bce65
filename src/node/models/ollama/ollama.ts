import type { ChatRequest as OllamaChatRequest } from 'ollama/browser';
import { type Clock, systemClock } from '../../../base/clock.ts';
import { type Logger, nullLogger } from '../../../base/logger.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import type {
  ChatOptions,
  ChatRequest,
  LanguageModel,
  ModelFailure,
  ModelId,
  ModelInfo,
  Turn,
} from '../../../core/models/languageModel.ts';
import { keptLoadedMs } from '../../../core/models/endpointSlots.ts';
import { checkAnswerLines } from './answerLines.ts';
import { HttpFault } from '../http/httpFault.ts';
import { chatTimeouts, type HttpTimeouts } from '../http/httpFetch.ts';
import { TurnCollector } from '../http/turnCollector.ts';
import { loadedWindow, probeOllama } from './ollamaCatalog.ts';
import { withOllama } from './ollamaClient.ts';
import { badHost } from './ollamaFailure.ts';
import { defaultOllamaHost, parseOllamaHost, shownHost } from './ollamaHost.ts';
import { addAnswerChunk } from './ollamaTurn.ts';
import { answerChunkSchema, toOllamaMessage, toOllamaTool } from './ollamaWire.ts';

export interface OllamaModelOptions {
  /** As `ollama list` shows it, for example `qwen3:8b`. */
  readonly name: string;
  readonly host?: string;
  readonly clock?: Clock;
  readonly timeouts?: Partial<HttpTimeouts>;
  readonly logger?: Logger;
}

/**
 * A model behind an Ollama server. Always streams, and always names the window and how long to keep the model; asks the server to refuse a prompt that is
 * too long (`truncate`, `shift`; old servers ignore both) where it would else drop the oldest messages. A server that refuses
 * these two fields is asked once more without them, and from then on; the prompt count then is the only sign of a cut.
 */
export function createOllamaModel(options: OllamaModelOptions): LanguageModel {
  const id: ModelId = { driver: 'ollama', name: options.name };
  const host = parseOllamaHost(options.host ?? defaultOllamaHost);
  const clock = options.clock ?? systemClock;
  const logger = options.logger ?? nullLogger;
  const timeouts = { ...chatTimeouts, ...options.timeouts };
  let refusesLongPrompts = true;

  async function answer(base: string, request: ChatRequest, { signal, onProgress }: ChatOptions, guarded: boolean) {
    const started = clock.monotonic();
    const asked = { host: shownHost(base), model: id.name };
    return withOllama(
      { host: base, asked, signal, timeouts, filter: checkAnswerLines },
      async (client): Promise<Turn> => {
        const collector = new TurnCollector(request, onProgress);
        for await (const line of await client.chat(toOllamaRequest(id.name, request, guarded))) {
          const chunk = answerChunkSchema.safeParse(line);
          if (!chunk.success) {
            const issue = chunk.error.issues[0];
            throw new HttpFault('malformed', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unexpected'}`);
          }
          const over = addAnswerChunk(collector, chunk.data);
          // A listener may have aborted; chunks that already lie in memory would come all the same.
          if (signal.aborted) {
            throw new HttpFault('aborted', 'cancelled');
          }
          if (over) {
            break;
          }
        }
        return collector.turn(clock.monotonic() - started);
      },
    );
  }

  async function chat(request: ChatRequest, chatOptions: ChatOptions): Promise<Result<Turn, ModelFailure>> {
    if (!host.ok) {
      return fail(badHost(host.error));
    }
    const first = await answer(host.value, request, chatOptions, refusesLongPrompts);
    if (first.ok || !refusesLongPrompts || first.error.reason !== 'rejected' || !namesGuard(first.error.message)) {
      return first;
    }
    refusesLongPrompts = false;
    logger.warn(
      `${first.error.message} Asking without truncate and shift; a prompt that is too long may be cut silently.`,
    );
    return answer(host.value, request, chatOptions, false);
  }

  async function probe(signal: AbortSignal): Promise<Result<ModelInfo, ModelFailure>> {
    if (!host.ok) {
      return fail(badHost(host.error));
    }
    const found = await probeOllama(host.value, id.name, signal, options.timeouts);
    return found.ok ? ok({ id, replay: false, ...found.value }) : found;
  }

  async function servedWindow(signal: AbortSignal): Promise<number | undefined> {
    return host.ok ? loadedWindow(host.value, id.name, signal, options.timeouts) : undefined;
  }

  return { id, probe, chat, servedWindow };
}

/** The two guard fields are on the wire but not in the package's type, which forwards what it does not know. */
function toOllamaRequest(model: string, request: ChatRequest, guarded: boolean): OllamaChatRequest & { stream: true } {
  return {
    model,
    messages: request.messages.map(toOllamaMessage),
    ...(request.tools.length === 0 ? {} : { tools: request.tools.map(toOllamaTool) }),
    ...(request.format === undefined ? {} : { format: { ...request.format } }),
    stream: true,
    keep_alive: keptLoadedMs / 1_000,
    options: {
      num_ctx: request.contextTokens,
      num_predict: request.maxOutputTokens,
      seed: request.seed,
      temperature: request.temperature,
    },
    ...(guarded ? { truncate: false, shift: false } : {}),
  };
}

function namesGuard(message: string): boolean {
  return /\b(truncate|shift)\b|unknown field/i.test(message);
}
