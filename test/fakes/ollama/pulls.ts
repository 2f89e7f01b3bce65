import type http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** A model of the library, and how its pull goes. */
export interface FakePull {
  /** Bytes of its parts. */
  readonly parts: readonly number[];
  /** Between two lines. */
  readonly stepMs?: number;
  /** Lines that each part is told in. */
  readonly steps?: number;
  /** The server's words for what it fails of, after the first half of the first part; every time. */
  readonly error?: string;
}

/** Fetches models as the server does: part by part, keeping what it has when the client leaves, and going on from there. */
export class Pulls {
  private readonly library: Readonly<Record<string, FakePull>>;
  private readonly onPulled: (name: string) => void;
  /** Bytes that are there, by part. */
  private readonly fetched = new Map<string, number>();

  constructor(library: Readonly<Record<string, FakePull>>, onPulled: (name: string) => void) {
    this.library = library;
    this.onPulled = onPulled;
  }

  async serve(body: unknown, response: http.ServerResponse, gone: AbortSignal): Promise<void> {
    const name = typeof body === 'object' && body !== null && 'model' in body ? String(body.model) : '';
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    const tell = (line: object): void => void response.write(`${JSON.stringify(line)}\n`);
    tell({ status: 'pulling manifest' });
    const pull = this.library[name];
    if (pull === undefined) {
      tell({ error: 'pull model manifest: file does not exist' });
      response.end();
      return;
    }
    const { steps = 4, stepMs = 1 } = pull;
    for (const [at, total] of pull.parts.entries()) {
      const hex = `${at}${name.replace(/\W/g, '')}`.padEnd(12, 'a').slice(0, 12);
      const digest = `sha256:${hex.padEnd(64, '0')}`;
      for (let done = this.fetched.get(digest) ?? 0; done < total;) {
        await sleep(stepMs, undefined, { signal: gone });
        done = Math.min(total, done + Math.ceil(total / steps));
        this.fetched.set(digest, done);
        tell({ status: `pulling ${hex}`, digest, total, completed: done });
        if (pull.error !== undefined && done >= total / 2) {
          tell({ error: pull.error });
          response.end();
          return;
        }
      }
      tell({ status: `pulling ${hex}`, digest, total, completed: total });
    }
    for (const status of ['verifying sha256 digest', 'writing manifest', 'success']) {
      tell({ status });
    }
    this.onPulled(name);
    response.end();
  }
}
