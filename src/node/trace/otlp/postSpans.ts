import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { errorText } from '../../../base/failure.ts';
import { answerKind, type PostOutcome } from '../../../core/trace/otlp/answerKind.ts';

/** Where the user wants spans to be sent. */
export interface OtlpDestination {
  /** Whole address, path included. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly compress: boolean;
}

/** Milliseconds for one request and its answer. */
const postMs = 10_000;
/** What is read of an answer, characters. */
const answerLimit = 64 * 1024;

const compressed = promisify(gzip);

/** Sends one request body. Follows no redirect: nothing goes where the user did not want it. Rejects only when `signal` aborts. */
export async function postSpans(
  { url, headers, compress }: OtlpDestination,
  body: string,
  signal: AbortSignal,
): Promise<PostOutcome> {
  const deadline = AbortSignal.timeout(postMs);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        ...headers,
        'content-type': 'application/json',
        ...(compress ? { 'content-encoding': 'gzip' } : {}),
      },
      body: compress ? new Uint8Array(await compressed(body)) : body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, deadline]),
    });
    const answer = {
      status: response.status,
      retryAfter: response.headers.get('retry-after'),
      body: await beginning(response),
    };
    return answerKind(answer, Date.now());
  } catch (error) {
    signal.throwIfAborted();
    if (causeText(error) === 'bad port') {
      return {
        kind: 'refused',
        message: 'its port is one that no request is ever sent to; give a receiver another, such as 4318',
      };
    }
    const message = deadline.aborted ? `no answer within ${postMs / 1_000} s` : `no connection (${causeText(error)})`;
    return { kind: 'later', message };
  }
}

/** A fault while the answer comes is thrown: whether the spans were taken is then not known. */
async function beginning(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > answerLimit) {
      break;
    }
  }
  return text;
}

/** `fetch` says only that it failed; why is in the cause. */
function causeText(error: unknown): string {
  return errorText(error instanceof Error && error.cause !== undefined ? error.cause : error);
}
