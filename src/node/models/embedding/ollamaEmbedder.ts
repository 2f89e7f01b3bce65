import * as z from 'zod';
import { failure } from '../../../base/failure.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import type { EmbedFailure, Embedder } from '../../../core/memory/embedder.ts';
import { embeddingManner } from '../../../core/memory/embedding/embeddingManner.ts';
import { unitVector } from '../../../core/memory/embedding/unitVector.ts';
import type { ModelFailure } from '../../../core/models/languageModel.ts';
import { HttpFault } from '../http/httpFault.ts';
import { type HttpTimeouts, noLongerThan } from '../http/httpFetch.ts';
import { withOllama } from '../ollama/ollamaClient.ts';
import { probeOllama } from '../ollama/ollamaCatalog.ts';
import { parseOllamaHost, shownHost } from '../ollama/ollamaHost.ts';

export interface OllamaEmbedderOptions {
  /** Address of the server, as a person writes it. */
  readonly host: string;
  readonly model: string;
  readonly timeouts?: Partial<HttpTimeouts>;
}

/** Texts in one request: a graphics card likes some, and a question waits for no more than these. */
const batch = 16;

/** How long the server keeps the model loaded after a request: the next save of a file comes soon. */
const keepAlive = '10m';

/** Tokens; of a model whose server does not say, and the most of one that takes whole documents. */
const usualTokens = 512;
const mostTokens = 2_048;

/** Milliseconds. A cold model loads within the first byte's time. */
const usualTimeouts: HttpTimeouts = { connect: 5_000, firstByte: 300_000, idle: 60_000 };

/** Bytes of an answer. A batch of the longest vectors that models give is a hundredth of it. */
const longestAnswer = 64 * 1024 * 1024;

const answerSchema = z.object({ embeddings: z.array(z.array(z.number())) });

/** A model of an Ollama server. Asks the server what it has, and for one vector, before it is taken. */
export async function openOllamaEmbedder(
  options: OllamaEmbedderOptions,
  signal: AbortSignal,
): Promise<Result<Embedder, EmbedFailure>> {
  const host = parseOllamaHost(options.host);
  if (!host.ok) {
    return fail(failure('model-unusable', host.error.message));
  }
  const server: Server = { ...options, host: host.value, timeouts: { ...usualTimeouts, ...options.timeouts } };
  const probed = await probeOllama(host.value, options.model, signal, options.timeouts);
  if (!probed.ok) {
    return fail(meaningOf(probed.error, server));
  }
  const trial = await ask(server, ['dimensions'], signal);
  const dimensions = trial.ok ? (trial.value[0]?.length ?? 0) : 0;
  if (!trial.ok) {
    return trial;
  }
  const { query, passage } = embeddingManner(options.model);
  const prefixes: Readonly<Record<'query' | 'passage', string>> = { query, passage };
  const { digest = 'unknown', contextTokens = usualTokens } = probed.value;

  async function embed(
    texts: readonly string[],
    use: 'query' | 'passage',
    stop: AbortSignal,
  ): Promise<Result<readonly Float32Array[], EmbedFailure>> {
    const vectors: Float32Array[] = [];
    for (let at = 0; at < texts.length; at += batch) {
      const some = texts.slice(at, at + batch).map((text) => `${prefixes[use]}${text}`);
      const answer = await ask(server, some, stop);
      if (!answer.ok) {
        return answer;
      }
      const other = answer.value.find((vector) => vector.length !== dimensions);
      if (other !== undefined) {
        return fail(otherDimension(server, other.length, dimensions));
      }
      vectors.push(...answer.value);
    }
    return ok(vectors);
  }

  return ok({
    identity: `ollama:${options.model} ${digest}${query === '' && passage === '' ? '' : ' prefixed'}`,
    dimensions,
    maxTokens: Math.min(contextTokens, mostTokens),
    batch,
    embed,
    // Nothing is held between requests.
    close: () => Promise.resolve(),
  });
}

interface Server {
  /** Already parsed. */
  readonly host: string;
  readonly model: string;
  readonly timeouts: HttpTimeouts;
}

/** One vector of length 1 per text. */
async function ask(
  server: Server,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<Result<readonly Float32Array[], EmbedFailure>> {
  const { host, model, timeouts } = server;
  const asked = { host: shownHost(host), model };
  const answer = await withOllama(
    { host, asked, signal, timeouts, filter: noLongerThan(longestAnswer) },
    async (client) => {
      const said: unknown = await client.embed({ model, input: [...texts], truncate: true, keep_alive: keepAlive });
      const parsed = answerSchema.safeParse(said);
      if (!parsed.success || parsed.data.embeddings.length !== texts.length) {
        throw new HttpFault('malformed', `its answer is not one vector for each of ${texts.length} texts`);
      }
      return parsed.data.embeddings;
    },
  );
  if (!answer.ok) {
    return fail(meaningOf(answer.error, server));
  }
  const vectors = answer.value.map(unitVector);
  const usable = vectors.filter((vector) => vector !== undefined);
  return usable.length === texts.length
    ? ok(usable)
    : fail(
        failure(
          'rejected',
          `${model} of Ollama at ${asked.host} gave a vector of zeros for a text; choose another embedding model.`,
        ),
      );
}

/** What a failure of the server means for whoever embeds: try again later, leave the text out, or stop. */
function meaningOf({ reason, message }: ModelFailure, { host, model }: Server): EmbedFailure {
  if (/(does not|doesn't) support (embed|generat)|not support embeddings/i.test(message)) {
    const wayOut = 'choose an embedding model, for example nomic-embed-text';
    return failure('model-unusable', `${model} of Ollama at ${shownHost(host)} makes no embeddings; ${wayOut}.`);
  }
  switch (reason) {
    case 'aborted':
    case 'model-missing':
      return failure(reason, message);
    case 'unreachable':
    case 'busy':
    case 'timeout':
    case 'interrupted':
      return failure('unreachable', message);
    case 'context-exceeded':
    case 'rejected':
      return failure('rejected', message);
    default:
      return failure('failed', message);
  }
}

function otherDimension({ host, model }: Server, got: number, wanted: number): EmbedFailure {
  const problem = `gives vectors of ${got} numbers now and gave ${wanted} before`;
  const message = `${model} of Ollama at ${shownHost(host)} ${problem}: it was replaced; restart the index to embed with the new one.`;
  return failure('model-unusable', message);
}
