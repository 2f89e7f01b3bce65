import http from 'node:http';
import https from 'node:https';
import { ReadableStream } from 'node:stream/web';
import { HttpFault, socketFault } from './httpFault.ts';
import { retryAfterMs } from './retryAfter.ts';

/** Milliseconds. A chat has no total limit: a long answer that keeps coming is fine. */
export interface HttpTimeouts {
  readonly connect: number;
  /** From the request to the first byte of the body: a cold model loads in this time. */
  readonly firstByte: number;
  /** Between two chunks of the body. */
  readonly idle: number;
  /** From the request to the end of the body. */
  readonly total?: number;
}

export const chatTimeouts: HttpTimeouts = { connect: 5_000, firstByte: 600_000, idle: 120_000 };
export const queryTimeouts: HttpTimeouts = { connect: 5_000, firstByte: 30_000, idle: 30_000, total: 60_000 };

export type BodyFilter = (chunks: AsyncGenerator<Uint8Array>) => AsyncGenerator<Uint8Array>;

export interface HttpFetchOptions {
  /** Ends the exchange at any moment, also before headers. */
  readonly signal: AbortSignal;
  readonly timeouts: HttpTimeouts;
  /** Sees the body of a successful answer first; when it returns, the rest of the body is read away. */
  readonly filter?: BodyFilter;
}

/** Longest error body kept, bytes. */
const errorBodyLimit = 64 * 1024;

/** How long a finished answer may take to close its connection, milliseconds. */
const lingerLimit = 1_000;

/**
 * A `fetch` for one request, on `node:http`: the global one ends any wait at 300 s and cannot be told otherwise. A connection
 * of its own per request, no redirects, no proxy. Rejects, and errors the body, with `HttpFault`; an answer that is not 2xx
 * rejects too.
 */
export function createHttpFetch(options: HttpFetchOptions): typeof fetch {
  return (input, init) => {
    const url = new URL(typeof input === 'string' ? input : input instanceof URL ? input.href : input.url);
    return new Promise((resolve, reject) => {
      const exchange = new Exchange(url, init ?? {}, options);
      exchange.answer.then(resolve, reject);
    });
  };
}

/** One request and its answer; owns the socket, the timers and the abort listener until either side is through. */
class Exchange {
  readonly answer: Promise<Response>;
  private readonly options: HttpFetchOptions;
  private readonly signal: AbortSignal;
  private readonly request: http.ClientRequest;
  private readonly timers = new Map<keyof HttpTimeouts, ReturnType<typeof setTimeout>>();
  private response: http.IncomingMessage | undefined;
  private fault: HttpFault | undefined;
  private connected = false;

  constructor(url: URL, init: RequestInit, options: HttpFetchOptions) {
    this.options = options;
    this.signal = init.signal ? AbortSignal.any([options.signal, init.signal]) : options.signal;
    const secure = url.protocol === 'https:';
    const transport = secure ? https : http;
    this.request = transport.request(url, {
      method: init.method ?? 'GET',
      headers: Object.fromEntries(new Headers(init.headers)),
      agent: new transport.Agent({ keepAlive: false }),
    });
    this.answer = new Promise((resolve, reject) => {
      this.request.on('error', (error) => {
        this.release();
        reject(this.fault ?? socketFault(error, this.connected));
      });
      // A request can also end without an error or an answer, for example by an upgrade nobody asked for.
      this.request.on('close', () => {
        if (this.response === undefined) {
          this.release();
          reject(this.fault ?? new HttpFault('interrupted', 'the connection closed without an answer'));
        }
      });
      this.request.on('response', (response) => {
        this.response = response;
        // Without a listener an abort before the body is read would end the process.
        response.on('error', () => undefined);
        this.accept(response).then(resolve, reject);
      });
    });
    this.request.on('socket', (socket) => {
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        this.connected = true;
        this.disarm('connect');
      });
    });
    this.arm('connect', 'unreachable', 'no connection');
    this.arm('firstByte', 'timeout', 'no answer');
    this.arm('total', 'timeout', 'no whole answer');
    this.signal.addEventListener('abort', this.onAbort, { once: true });
    if (this.signal.aborted) {
      this.onAbort();
    }
    this.request.end(typeof init.body === 'string' ? init.body : undefined);
  }

  private readonly onAbort = (): void => this.stop(new HttpFault('aborted', 'cancelled'));

  private async accept(response: http.IncomingMessage): Promise<Response> {
    const status = response.statusCode ?? 0;
    if (status >= 300 && status < 400) {
      const fault = new HttpFault('status', `redirects to ${response.headers.location ?? 'elsewhere'}`, status);
      this.stop(fault);
      throw fault;
    }
    const chunks = this.chunks(response);
    if (status < 200 || status >= 300) {
      const wish = retryAfterMs(response.headers['retry-after'], Date.now());
      throw new HttpFault('status', await readText(chunks), status, wish);
    }
    const body = this.options.filter === undefined ? chunks : this.options.filter(chunks);
    // Any success is 200 from here on: a Response with the status 204 or 205 may not have a body, not even an empty one.
    return new Response(ReadableStream.from(body), {
      status: 200,
      headers: { 'content-type': response.headers['content-type'] ?? '' },
    });
  }

  /** The body with its time limits; every error it throws is an `HttpFault`. */
  private async *chunks(response: http.IncomingMessage): AsyncGenerator<Uint8Array> {
    try {
      const iterator: AsyncIterator<Uint8Array> = response.iterator({ destroyOnReturn: false });
      for (;;) {
        const next = await iterator.next();
        this.disarm('firstByte');
        this.disarm('idle');
        if (this.fault !== undefined) {
          throw this.fault;
        }
        if (next.done === true) {
          return;
        }
        yield next.value;
        this.arm('idle', 'timeout', 'the answer stopped');
      }
    } catch (error) {
      throw this.fault ?? socketFault(error, true);
    } finally {
      this.release();
      linger(response);
    }
  }

  private arm(limit: keyof HttpTimeouts, reason: 'unreachable' | 'timeout', what: string): void {
    const milliseconds = this.options.timeouts[limit];
    if (milliseconds === undefined) {
      return;
    }
    const fire = (): void => this.stop(new HttpFault(reason, `${what} for ${milliseconds / 1_000} s`));
    this.timers.set(limit, setTimeout(fire, milliseconds));
  }

  private disarm(limit: keyof HttpTimeouts): void {
    clearTimeout(this.timers.get(limit));
    this.timers.delete(limit);
  }

  private stop(fault: HttpFault): void {
    this.fault ??= fault;
    this.release();
    this.response?.destroy(this.fault);
    this.request.destroy(this.fault);
  }

  private release(): void {
    this.signal.removeEventListener('abort', this.onAbort);
    for (const timer of this.timers.values()) {
      clearTimeout(timer);
    }
    this.timers.clear();
  }
}

/** Lets a server that said all end in peace, so that a finished request never looks like a broken one to it. */
function linger(response: http.IncomingMessage): void {
  if (response.destroyed) {
    return;
  }
  const timer = setTimeout(() => response.destroy(), lingerLimit);
  timer.unref();
  response.once('close', () => clearTimeout(timer));
  response.resume();
}

/** Ends an answer that is longer than `limit` bytes, which a client that reads it whole would keep in memory. */
export function noLongerThan(limit: number): BodyFilter {
  return async function* (chunks) {
    let bytes = 0;
    for await (const chunk of chunks) {
      bytes += chunk.byteLength;
      if (bytes > limit) {
        throw new HttpFault('malformed', `the answer is longer than ${limit / 1024 / 1024} MiB`);
      }
      yield chunk;
    }
  };
}

/** Reads the text of a body; of one that is longer than `limit` bytes its start. */
export async function readText(chunks: AsyncIterable<Uint8Array>, limit = errorBodyLimit): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.byteLength;
    text += decoder.decode(chunk, { stream: true });
    if (bytes > limit) {
      break;
    }
  }
  return text;
}
