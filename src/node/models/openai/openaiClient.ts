import type { z } from 'zod';
import { errorText } from '../../../base/failure.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import { HttpFault } from '../http/httpFault.ts';
import { createHttpFetch, type HttpTimeouts, readText } from '../http/httpFetch.ts';

export interface ServerCall {
  readonly url: string;
  /** Goes with the request and nowhere else; the address decides that it may. */
  readonly key: string | undefined;
  readonly signal: AbortSignal;
  readonly timeouts: HttpTimeouts;
}

/** Lists of models of a gateway are long; nothing that is asked for here is longer, bytes. */
const longestDocument = 16 * 1024 * 1024;

/** Asks for one JSON document that fits `schema`. */
export function askJson<Schema extends z.ZodType>(
  call: ServerCall,
  schema: Schema,
): Promise<Result<z.infer<Schema>, HttpFault>> {
  return exchange(call, undefined, async (response) => {
    const checked = schema.safeParse(parseJson(await readBody(response)));
    if (!checked.success) {
      const issue = checked.error.issues[0];
      throw new HttpFault('malformed', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unexpected'}`);
    }
    return checked.data;
  });
}

/** Posts a body and gives the bytes of the event stream that answers it to `read`. */
export function askStream<T>(
  call: ServerCall,
  body: string,
  read: (bytes: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<Result<T, HttpFault>> {
  return exchange(call, body, async (response) => {
    const type = response.headers.get('content-type') ?? '';
    if (/json|html/.test(type)) {
      const said = await readBody(response);
      // LM Studio answers 200 to what it does not know.
      throw /^\s*\{\s*"error"/.test(said)
        ? new HttpFault('reported', said)
        : new HttpFault('malformed', `the answer is ${type}, not a stream of events`);
    }
    if (response.body === null) {
      throw new HttpFault('interrupted', 'the answer has no body');
    }
    return read(response.body);
  });
}

/** Faults of the server come back as values; an error thrown by our own code inside `use` is thrown on. */
async function exchange<T>(
  { url, key, signal, timeouts }: ServerCall,
  body: string | undefined,
  use: (response: Response) => Promise<T>,
): Promise<Result<T, HttpFault>> {
  if (signal.aborted) {
    return fail(new HttpFault('aborted', 'cancelled'));
  }
  const ended = new AbortController();
  const httpFetch = createHttpFetch({ signal: AbortSignal.any([signal, ended.signal]), timeouts });
  try {
    const response = await httpFetch(url, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      },
      ...(body === undefined ? {} : { body }),
    });
    return ok(await use(response));
  } catch (error) {
    if (error instanceof HttpFault) {
      return fail(error);
    }
    throw error;
  } finally {
    ended.abort();
  }
}

async function readBody(response: Response): Promise<string> {
  return response.body === null ? '' : readText(response.body, longestDocument);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new HttpFault('malformed', errorText(error));
  }
}
