import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BodyMessage } from './chatBody.ts';

export interface SeenRequest {
  /** `/api/chat (trial)` for a question of a model's trial, which is answered by the model's `trial` and not by the script. */
  readonly path: string;
  readonly body: unknown;
  readonly authorization?: string | undefined;
  /** What of a chat's messages the model got to see. */
  kept?: readonly BodyMessage[];
}

interface SeenClose {
  readonly path: string;
  /** False when the client left, or the server broke off, before the answer was out. */
  readonly complete: boolean;
  /** `performance.now()` of it. */
  readonly at: number;
}

/** What tests see of a fake model server. */
export interface FakeModelServer {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  /** Each request's end, in order of ending. */
  readonly closed: readonly SeenClose[];
  /** What clients did wrong; tests expect it empty. */
  readonly violations: readonly string[];
  /** Open connections now. */
  connections(): Promise<number>;
  close(): Promise<void>;
}

/** A server on a real socket that writes down who came, who left and what was wrong. */
export abstract class FakeListener implements FakeModelServer {
  readonly requests: SeenRequest[] = [];
  readonly closed: SeenClose[] = [];
  readonly violations: string[] = [];
  /** Paths of requests that are to be told from others on the same route. */
  protected readonly shownPaths = new WeakMap<http.IncomingMessage, string>();
  private readonly server = http.createServer((request, response) => {
    const gone = new AbortController();
    response.on('close', () => {
      const path = this.shownPaths.get(request) ?? request.url ?? '';
      this.closed.push({ path, complete: response.writableFinished, at: performance.now() });
      gone.abort();
    });
    this.serve(request, response, gone.signal).catch((error: unknown) => this.failed(response, error));
  });

  protected abstract serve(
    request: http.IncomingMessage,
    response: http.ServerResponse,
    gone: AbortSignal,
  ): Promise<void>;

  get url(): string {
    const address: AddressInfo | string | null = this.server.address();
    return typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '';
  }

  listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, '127.0.0.1', resolve);
    });
  }

  connections(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
    });
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  /** A client that left is normal; anything else is a defect of the fake and must not pass unseen. */
  private failed(response: http.ServerResponse, error: unknown): void {
    if (!response.destroyed && !response.writableEnded) {
      this.violations.push(`the fake failed: ${String(error)}`);
      response.destroy();
    }
  }
}
