import { Ollama } from 'ollama/browser';
import type { ModelFailure } from '../../../core/models/languageModel.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import { errorText } from '../../../base/failure.ts';
import { HttpFault } from '../http/httpFault.ts';
import { type BodyFilter, createHttpFetch, type HttpTimeouts } from '../http/httpFetch.ts';
import { type Asked, ollamaFailure } from './ollamaFailure.ts';

export interface OllamaCall {
  readonly host: string;
  readonly asked: Asked;
  readonly signal: AbortSignal;
  readonly timeouts: HttpTimeouts;
  readonly filter?: BodyFilter;
}

/**
 * Runs `work` with a client made for it alone: the package ties neither an abort before headers nor a leaving of its iterator
 * to the connection, so the connection is owned here and ended when the work is. Faults of the server come back as values; an
 * error thrown by our own code inside `work` is thrown on.
 */
export async function withOllama<T>(
  call: OllamaCall,
  work: (client: Ollama) => Promise<T>,
): Promise<Result<T, ModelFailure>> {
  if (call.signal.aborted) {
    return fail(ollamaFailure(new HttpFault('aborted', 'cancelled'), call.asked));
  }
  const ended = new AbortController();
  const client = new Ollama({
    host: call.host,
    fetch: createHttpFetch({
      signal: AbortSignal.any([call.signal, ended.signal]),
      timeouts: call.timeouts,
      ...(call.filter === undefined ? {} : { filter: call.filter }),
    }),
  });
  try {
    return ok(await work(client));
  } catch (error) {
    const fault = asFault(error);
    if (fault === undefined) {
      throw error;
    }
    return fail(ollamaFailure(fault, call.asked));
  } finally {
    ended.abort();
  }
}

/** The package parses JSON answers without a guard; a syntax error there is the server's. */
function asFault(error: unknown): HttpFault | undefined {
  if (error instanceof HttpFault) {
    return error;
  }
  return error instanceof SyntaxError ? new HttpFault('malformed', errorText(error)) : undefined;
}
