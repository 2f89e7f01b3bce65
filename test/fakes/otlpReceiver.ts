import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { errorText } from '../../src/base/failure.ts';
import { type OtlpSpan, spansOfRequest } from './otlpSchema.ts';

/** What a receiver does with one request instead of taking it. */
export type OtlpFault =
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: string; readonly body?: string }
  /** The connection is reset before anything is answered; with `taken` the spans were taken all the same. */
  | { readonly kind: 'reset'; readonly taken?: boolean }
  | { readonly kind: 'slow'; readonly milliseconds: number }
  | { readonly kind: 'partial'; readonly rejected: number; readonly message: string };

export interface OtlpReceiver {
  readonly url: string;
  readonly port: number;
  /** Spans in the order in which they were taken; those sent twice are here twice. */
  readonly spans: OtlpSpan[];
  /** Monotonic milliseconds of each request, its headers and the spans in it. */
  readonly requests: { readonly at: number; readonly headers: IncomingMessage['headers']; readonly spans: number }[];
  /** What was not as the protocol has it; such a request is answered with 400. */
  readonly violations: string[];
  /** For the next requests, one each. */
  readonly faults: OtlpFault[];
  /** For every request while it is set. */
  down: OtlpFault | undefined;
  close(): Promise<void>;
}

/** A receiver of OTLP over HTTP in JSON, on a port of this machine; `port` 0 takes a free one. */
export async function startOtlpReceiver(port = 0): Promise<OtlpReceiver> {
  const spans: OtlpSpan[] = [];
  const requests: OtlpReceiver['requests'] = [];
  const violations: string[] = [];
  const faults: OtlpFault[] = [];
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      violations.push(errorText(error));
      response.writeHead(400, { 'content-type': 'application/json' }).end('{"code":3,"message":"invalid"}');
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const read = readRequest(request, await bodyOf(request));
    requests.push({ at: performance.now(), headers: request.headers, spans: read.length });
    const fault = faults.shift() ?? receiver.down;
    switch (fault?.kind) {
      case 'status': {
        const after = fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter };
        response.writeHead(fault.status, after).end(fault.body ?? '');
        return;
      }
      case 'reset':
        if (fault.taken === true) {
          spans.push(...read);
        }
        request.socket.resetAndDestroy();
        return;
      case 'slow':
        await delay(fault.milliseconds);
        break;
      case 'partial': {
        spans.push(...read.slice(fault.rejected));
        const partialSuccess = { rejectedSpans: String(fault.rejected), errorMessage: fault.message };
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ partialSuccess }));
        return;
      }
      default:
    }
    spans.push(...read);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address() as AddressInfo;
  const receiver: OtlpReceiver = {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    spans,
    requests,
    violations,
    faults,
    down: undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}

function readRequest(request: IncomingMessage, bytes: Buffer): OtlpSpan[] {
  if (request.method !== 'POST' || request.url !== '/v1/traces') {
    throw new Error(`${request.method} ${request.url} is no request for traces`);
  }
  if (request.headers['content-type'] !== 'application/json') {
    throw new Error(`content type ${request.headers['content-type']}`);
  }
  const compressed = request.headers['content-encoding'] === 'gzip';
  return spansOfRequest(JSON.parse((compressed ? gunzipSync(bytes) : bytes).toString('utf8')));
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks);
}
