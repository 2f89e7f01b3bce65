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
import { HttpFault } from '../http/httpFault.ts';
import { chatTimeouts, type HttpTimeouts } from '../http/httpFetch.ts';
import { TurnCollector } from '../http/turnCollector.ts';
import { answerEvents } from './answerEvents.ts';
import { CallPieces } from './callPieces.ts';
import { windowOf } from './openaiCatalog.ts';
import { askStream } from './openaiClient.ts';
import { openaiFailure } from './openaiFailure.ts';
import { afterRefusal, type Asking, chatBody, firstAsking } from './openaiRequest.ts';
import { addAnswerEvent } from './openaiTurn.ts';

export interface OpenaiModelOptions {
  /** As `GET /models` of the server names it. */
  readonly name: string;
  /** Base address, as `parseOpenaiBase` gives it. */
  readonly base: string;
  /** Asked at each request, so that a key that was set meanwhile counts. Sent to the server of `base` and nowhere else. */
  readonly key?: () => string | undefined;
  readonly clock?: Clock;
  readonly timeouts?: Partial<HttpTimeouts>;
  readonly logger?: Logger;
}

/**
 * A model behind a server of OpenAI's chat API: vLLM, llama.cpp, LM Studio, Ollama. Always streams. The window is the server's
 * own and is in no request; a server that cuts a prompt in silence shows it in the prompt count alone. What a server refuses to be
 * asked for (counts, a schema) it is asked once more without, and from then on.
 */
export function createOpenaiModel(options: OpenaiModelOptions): LanguageModel {
  const { name, base } = options;
  const id: ModelId = { driver: 'openai', name };
  const clock = options.clock ?? systemClock;
  const logger = options.logger ?? nullLogger;
  const timeouts = { ...chatTimeouts, ...options.timeouts };
  const keyNow = (): string | undefined => options.key?.() || undefined;
  let asking = firstAsking;

  function answer(
    request: ChatRequest,
    { signal, onProgress }: ChatOptions,
    wanted: Asking,
    key: string | undefined,
  ): Promise<Result<Turn, HttpFault>> {
    const started = clock.monotonic();
    const stopped = new AbortController();
    const call = {
      url: `${base}/chat/completions`,
      key,
      signal: AbortSignal.any([signal, stopped.signal]),
      timeouts,
    };
    return askStream(call, chatBody(name, request, wanted), async (bytes) => {
      const collector = new TurnCollector(request, onProgress);
      const pieces = new CallPieces();
      for await (const event of answerEvents(bytes)) {
        const tooLong = addAnswerEvent(collector, pieces, event);
        // A listener may have aborted; events that already lie in memory would come all the same.
        if (signal.aborted) {
          throw new HttpFault('aborted', 'cancelled');
        }
        if (tooLong) {
          stopped.abort();
          break;
        }
      }
      for (const given of pieces.finished(collector.isCut)) {
        collector.call(given);
      }
      return collector.turn(clock.monotonic() - started);
    });
  }

  async function chat(request: ChatRequest, chatOptions: ChatOptions): Promise<Result<Turn, ModelFailure>> {
    for (let wanted = asking; ;) {
      const key = keyNow();
      const answered = await answer(request, chatOptions, wanted, key);
      if (answered.ok) {
        return answered;
      }
      const error = openaiFailure(answered.error, { base, model: name, key });
      const next = error.reason === 'rejected' ? afterRefusal(wanted, request, answered.error.message) : undefined;
      if (next === undefined) {
        return fail(error);
      }
      logger.warn(`${error.message} Asking without that from now on.`);
      wanted = next;
      asking = next;
    }
  }

  async function probe(signal: AbortSignal): Promise<Result<ModelInfo, ModelFailure>> {
    const timeoutsOfQuery = options.timeouts === undefined ? {} : { timeouts: options.timeouts };
    const window = await windowOf(name, { base, key: keyNow(), signal, ...timeoutsOfQuery });
    // No server says whether its model can call tools; one that cannot refuses the first request that offers some.
    return window.ok
      ? ok({ id, tools: true, replay: false, ...(window.value === undefined ? {} : { contextTokens: window.value }) })
      : window;
  }

  return { id, probe, chat };
}
