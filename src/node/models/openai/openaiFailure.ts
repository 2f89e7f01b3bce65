import * as z from 'zod';
import { failure } from '../../../base/failure.ts';
import type { ModelFailure, ModelFailureReason } from '../../../core/models/languageModel.ts';
import type { HttpFault } from '../http/httpFault.ts';
import { serverWords, someNames } from '../http/serverWords.ts';
import { whereToSet } from '../../../protocol/openaiBase.ts';

export interface Asked {
  /** Base address of the server, already parsed. */
  readonly base: string;
  readonly model: string;
  /** Never shown, also where the server repeats it. */
  readonly key: string | undefined;
}

/** What a fault means for the person: a reason code acts on, and one line with the way out. */
export function openaiFailure(fault: HttpFault, asked: Asked): ModelFailure {
  const server = `The model server at ${shownBase(asked.base)}`;
  const said = serverWords(fault.message, asked.key);
  switch (fault.reason) {
    case 'aborted':
      return failure('aborted', `The request to ${lowerFirst(server)} was cancelled.`);
    case 'unreachable':
      return failure(
        'unreachable',
        `No model server answers at ${shownBase(asked.base)}: ${said}; start it, or set the address of yours (${whereToSet}).`,
      );
    case 'timeout':
      return failure('timeout', `${server}: ${said}; see its log, or try a smaller model.`);
    case 'interrupted':
      return failure(
        'interrupted',
        `${server} broke off its answer: ${said}; try again, and see its log if it repeats.`,
      );
    case 'malformed':
      return failure(
        'malformed',
        `${server} sent what cannot be read: ${said}; check that the address is that of its API.`,
      );
    case 'reported':
      return (
        byText(fault, said, asked) ?? failure('crashed', `${server} gave up while answering: ${said}; see its log.`)
      );
    case 'status':
      break;
  }
  return byText(fault, said, asked) ?? byStatus(fault, said, asked);
}

const patterns: readonly { readonly words: RegExp; readonly reason: ModelFailureReason; readonly wayOut: string }[] = [
  {
    words: /enable-auto-tool-choice|tool-call-parser/i,
    reason: 'tools-unsupported',
    wayOut: 'start vLLM with --enable-auto-tool-choice and the --tool-call-parser of the model',
  },
  {
    words: /--jinja/i,
    reason: 'tools-unsupported',
    wayOut: 'start llama-server with --jinja',
  },
  {
    words: /does not support (tools|function)|tools? (is|are) not supported|no .{0,20}tool.{0,20}template/i,
    reason: 'tools-unsupported',
    wayOut: 'choose a model that can call tools',
  },
  {
    words:
      /exceed_context_size|maximum context length|longer than the (maximum )?(model|context)|exceeds? the (available |model'?s? )?context|context.{0,20}overflow|context length exceeded|greater than the context length/i,
    reason: 'context-exceeded',
    wayOut: 'start the server with a larger window, or send less',
  },
  {
    words: /tool call arguments|error parsing tool call|parse tool call|failed to parse (tool|function)/i,
    reason: 'malformed-call',
    wayOut: 'ask again, or choose a model that is better at tool calls',
  },
  {
    words: /out of memory|unexpectedly stopped|runner|has crashed|engine.{0,10}(dead|died)|EngineDeadError/i,
    reason: 'crashed',
    wayOut: 'free memory, or use a smaller model or window, and see its log',
  },
  {
    words: /unexpected endpoint/i,
    reason: 'rejected',
    wayOut: 'check the path of the address, which ends in /v1 as a rule',
  },
];

const windowSchema = z.object({ error: z.object({ n_prompt_tokens: z.int().optional(), n_ctx: z.int() }) });

function byText(fault: HttpFault, said: string, { base }: Asked): ModelFailure | undefined {
  const known = patterns.find(({ words }) => words.test(fault.message));
  if (known === undefined) {
    return undefined;
  }
  const window = known.reason === 'context-exceeded' ? windowWords(fault.message) : '';
  return failure(known.reason, `The model server at ${shownBase(base)} says: ${said}${window}; ${known.wayOut}.`);
}

/** llama.cpp says its window in a field of its own. */
function windowWords(body: string): string {
  const window = windowSchema.safeParse(parseJson(body));
  return window.success ? ` (its window has ${window.data.error.n_ctx} tokens)` : '';
}

function byStatus({ status = 0, retryAfterMs }: HttpFault, said: string, asked: Asked): ModelFailure {
  const at = shownBase(asked.base);
  if (status === 404 && /model/i.test(said) && /not (found|exist)|no such|does(n't| not) exist/i.test(said)) {
    return missingModel(asked);
  }
  if (status >= 300 && status < 400) {
    return failure(
      'rejected',
      `${at} ${said}, which is not followed; set the final address of the server (${whereToSet}).`,
    );
  }
  if (status === 401 || status === 403) {
    const wayOut =
      asked.key === undefined
        ? 'it wants a key: run "Nightshift: Set Model Server Key…" or set NIGHTSHIFT_OPENAI_API_KEY'
        : 'it does not take the key that was set for it: set the right one ("Nightshift: Set Model Server Key…", NIGHTSHIFT_OPENAI_API_KEY)';
    return failure('rejected', `The model server at ${at} refuses access (${status}): ${said}; ${wayOut}.`);
  }
  if (status === 404 || status === 405) {
    const wayOut = 'check the path of the address, which ends in /v1 as a rule';
    return failure('rejected', `${at} answers but has no such API (${status}): ${said}; ${wayOut}.`);
  }
  if (status === 408 || status === 429 || status === 503) {
    const wait = retryAfterMs === undefined ? 'wait' : `wait ${Math.ceil(retryAfterMs / 1_000)} s as it asks`;
    const busy = failure(
      'busy',
      `The model server at ${at} is busy (${status}): ${said}; ${wait}, or lower the number of parallel tasks.`,
    );
    return retryAfterMs === undefined ? busy : { ...busy, retryAfterMs };
  }
  if (status === 502 || status === 504) {
    return failure(
      'unreachable',
      `A proxy at ${at} cannot reach the model server (${status}); start it, or set its own address.`,
    );
  }
  if (status >= 500) {
    return failure('crashed', `The model server at ${at} failed (${status}): ${said}; see its log.`);
  }
  return failure('rejected', `The model server at ${at} refused the request (${status}): ${said}; see its log.`);
}

export function missingModel({ base, model }: Asked, served: readonly string[] = []): ModelFailure {
  const have = served.length === 0 ? 'ask it for the names of those that it has' : `it has ${someNames(served)}`;
  return failure('model-missing', `The model server at ${shownBase(base)} has no model ${model}; ${have}.`);
}

/** The address without a user name or password, for messages. */
export function shownBase(base: string): string {
  const { origin, pathname } = new URL(base);
  return `${origin}${pathname}`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
