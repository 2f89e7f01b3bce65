import { type Failure, failure } from '../../../base/failure.ts';
import type { ModelFailure, ModelFailureReason } from '../../../core/models/languageModel.ts';
import type { HttpFault } from '../http/httpFault.ts';
import { serverWords, someNames } from '../http/serverWords.ts';

export interface Asked {
  /** The server's address without credentials. */
  readonly host: string;
  readonly model?: string;
}

/** What a fault means for the person: a reason code acts on, and one line with the way out. */
export function ollamaFailure(fault: HttpFault, asked: Asked): ModelFailure {
  const { retryAfterMs } = fault;
  return { ...meaningOf(fault, asked), ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

function meaningOf(fault: HttpFault, asked: Asked): ModelFailure {
  const { host } = asked;
  const said = serverWords(fault.message);
  switch (fault.reason) {
    case 'aborted':
      return failure('aborted', `The request to the model at ${host} was cancelled.`);
    case 'unreachable':
      return failure(
        'unreachable',
        `No Ollama server answers at ${host}: ${said}; start it with \`ollama serve\`, or set the address of yours (OLLAMA_HOST).`,
      );
    case 'timeout':
      return failure('timeout', `Ollama at ${host}: ${said}; see its log, or try a smaller model or window.`);
    case 'interrupted':
      return failure(
        'interrupted',
        `The answer of Ollama at ${host} broke off: ${said}; try again, and see its log if it repeats.`,
      );
    case 'malformed':
      return failure(
        'malformed',
        `Ollama at ${host} sent what cannot be read: ${said}; check that the address is an Ollama server, and update it.`,
      );
    case 'reported':
      return (
        byText(said, asked) ??
        failure(
          'crashed',
          `Ollama at ${host} gave up while answering: ${said}; see its log (\`ollama ps\` shows what is loaded).`,
        )
      );
    case 'status':
      break;
  }
  return byText(said, asked) ?? byStatus(fault.status ?? 0, said, asked);
}

const patterns: readonly { readonly words: RegExp; readonly reason: ModelFailureReason; readonly wayOut: string }[] = [
  {
    words: /does not support tools/i,
    reason: 'tools-unsupported',
    wayOut: 'choose a model that can call tools, for example qwen3:8b',
  },
  {
    words: /longer than the context|exceeds? the (available )?context|context length exceeded/i,
    reason: 'context-exceeded',
    wayOut: 'ask for a larger window, or send less',
  },
  {
    words: /tool call arguments|error parsing tool call|parse tool call/i,
    reason: 'malformed-call',
    wayOut: 'ask again, or choose a model that is better at tool calls',
  },
  { words: /server busy|maximum pending requests/i, reason: 'busy', wayOut: 'wait, or raise OLLAMA_NUM_PARALLEL' },
  {
    words: /runner|unexpectedly stopped|out of memory|requires more system memory/i,
    reason: 'crashed',
    wayOut: 'free memory, or use a smaller model or window',
  },
];

function byText(said: string, { host }: Asked): ModelFailure | undefined {
  const known = patterns.find(({ words }) => words.test(said));
  return known === undefined ? undefined : failure(known.reason, `Ollama at ${host} says: ${said}; ${known.wayOut}.`);
}

function byStatus(status: number, said: string, { host, model }: Asked): ModelFailure {
  if (status === 404 && model !== undefined && /not found/i.test(said) && /model/i.test(said)) {
    return missingModel(host, model);
  }
  if (status >= 300 && status < 400) {
    return failure('rejected', `${host} ${said}, which is not followed; set the final address of the Ollama server.`);
  }
  if (status === 401 || status === 403) {
    return failure(
      'rejected',
      `${host} refuses access (${status}): ${said}; check the address and OLLAMA_ORIGINS or the proxy before it.`,
    );
  }
  if (status === 404 || status === 405) {
    return failure(
      'rejected',
      `${host} answers but has no Ollama API (${status}); check the address of the Ollama server.`,
    );
  }
  if (status === 408 || status === 429 || status === 503) {
    return failure(
      'busy',
      `Ollama at ${host} is busy (${status}): ${said}; wait, or lower the number of parallel tasks.`,
    );
  }
  if (status === 502 || status === 504) {
    return failure(
      'unreachable',
      `A proxy at ${host} cannot reach Ollama (${status}); start it with \`ollama serve\`, or set its own address.`,
    );
  }
  if (status >= 500) {
    return failure('crashed', `Ollama at ${host} failed (${status}): ${said}; see its log.`);
  }
  return failure(
    'rejected',
    `Ollama at ${host} refused the request (${status}): ${said}; update Ollama if it is older than 0.8.`,
  );
}

export function missingModel(host: string, model: string, installed: readonly string[] = []): ModelFailure {
  const have = installed.length === 0 ? '' : ` Installed: ${someNames(installed)}.`;
  return failure(
    'model-missing',
    `Ollama at ${host} has no model ${model}; get it with \`ollama pull ${model}\`.${have}`,
  );
}

export function badHost(error: Failure): ModelFailure {
  return failure('unreachable', error.message);
}
