import * as z from 'zod';
import { failure } from '../../../base/failure.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import type { ModelFailure } from '../../../core/models/languageModel.ts';
import { HttpFault } from '../http/httpFault.ts';
import { createHttpFetch, type HttpTimeouts } from '../http/httpFetch.ts';
import { recordLines } from './answerLines.ts';
import { badHost, ollamaFailure } from './ollamaFailure.ts';
import { parseOllamaHost, shownHost } from './ollamaHost.ts';

export interface PullProgress {
  /** What the server does now, in its words. */
  readonly status: string;
  /** Bytes of all parts that were told of so far; absent while none was. */
  readonly completed?: number;
  readonly total?: number;
}

/** Milliseconds. A server that fetches says something every second; checking what it fetched takes it a while in silence. */
const pullTimeouts: HttpTimeouts = { connect: 5_000, firstByte: 60_000, idle: 600_000 };

/** A part that the server does not speak of sensibly counts nothing. */
const bytes = z.number().nonnegative().optional().catch(undefined);
const statusSchema = z.object({ status: z.string(), digest: z.string().optional(), total: bytes, completed: bytes });

/**
 * Lets the server fetch a model, with what is told on the way. An abort ends the request, upon which the server stops; what it has
 * it keeps, and the next pull goes on from there. Ends well only at the server's own `success`.
 */
export async function pullOllamaModel(
  hostText: string,
  name: string,
  options: {
    readonly signal: AbortSignal;
    readonly onProgress: (progress: PullProgress) => void;
    readonly timeouts?: Partial<HttpTimeouts>;
  },
): Promise<Result<void, PullFailure>> {
  const host = parseOllamaHost(hostText);
  if (!host.ok) {
    return fail(badHost(host.error));
  }
  const asked = { host: shownHost(host.value), name };
  const { signal } = options;
  if (signal.aborted) {
    return fail(pullFailure(new HttpFault('aborted', 'cancelled'), asked));
  }
  const ask = createHttpFetch({ signal, timeouts: { ...pullTimeouts, ...options.timeouts } });
  const parts = new Map<string, { readonly total: number; readonly completed: number }>();
  try {
    const answer = await ask(`${host.value}/api/pull`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: name, stream: true }),
    });
    for await (const record of recordLines(chunksOf(answer))) {
      const line = statusSchema.safeParse(record);
      if (!line.success) {
        throw new HttpFault('malformed', 'a line of the answer has no status');
      }
      const { status, digest, total, completed = 0 } = line.data;
      if (status === 'success') {
        return ok(undefined);
      }
      if (digest !== undefined && total !== undefined) {
        parts.set(digest, { total, completed: Math.min(completed, total) });
      }
      options.onProgress({ status, ...sums([...parts.values()]) });
    }
    throw new HttpFault('interrupted', 'it ended before the model was there');
  } catch (error) {
    if (error instanceof HttpFault) {
      return fail(pullFailure(error, asked));
    }
    throw error;
  }
}

export type PullFailure = ModelFailure | { readonly reason: 'disk-full' | 'no-network'; readonly message: string };

async function* chunksOf({ body }: Response): AsyncGenerator<Uint8Array> {
  if (body !== null) {
    yield* body;
  }
}

function sums(parts: readonly { readonly total: number; readonly completed: number }[]): Omit<PullProgress, 'status'> {
  return parts.length === 0
    ? {}
    : {
        completed: parts.reduce((sum, part) => sum + part.completed, 0),
        total: parts.reduce((sum, part) => sum + part.total, 0),
      };
}

/** The server's words for what a pull alone can fail of. */
const pullFaults = [
  {
    words: /file does not exist|manifest unknown|manifest for .* not found|pull model manifest: (404|file)/i,
    reason: 'model-missing',
    way: 'no library has a model of that name; look it up at https://ollama.com/library',
  },
  {
    words: /no space left|disk quota|not enough (disk )?space|ENOSPC/i,
    reason: 'disk-full',
    way: 'its disk is full: remove a model with `ollama rm NAME`, or set OLLAMA_MODELS to another disk, and pull again',
  },
  {
    words:
      /dial tcp|no such host|lookup .*: |network is unreachable|i\/o timeout|tls handshake|connection (refused|reset)|proxyconnect/i,
    reason: 'no-network',
    way: 'its server does not reach the library: see its network or proxy (HTTPS_PROXY), and pull again; what it has it keeps',
  },
] as const;

function pullFailure(fault: HttpFault, { host, name }: { readonly host: string; readonly name: string }): PullFailure {
  if (fault.reason === 'aborted') {
    return failure(
      'aborted',
      `The pull of ${name} was stopped; what was fetched is kept, and the next pull goes on from there.`,
    );
  }
  const known = pullFaults.find(({ words }) => words.test(fault.message));
  if (known !== undefined && (fault.reason === 'reported' || fault.reason === 'status')) {
    return failure(known.reason, `Ollama at ${host} cannot pull ${name}: ${known.way}.`);
  }
  return ollamaFailure(fault, { host });
}
