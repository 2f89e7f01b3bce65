import type { Readable } from 'node:stream';
import { failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { RepositoryFailure } from '../../core/repository/repository.ts';
import { streamGit } from './git.ts';
import type { GitStore } from './gitStore.ts';

/** Thrown out of a stream of files, which has no other way to say that it failed. */
export class RepositoryReadError extends Error {
  readonly failure: RepositoryFailure;

  constructor(reason: RepositoryFailure) {
    super(reason.message);
    this.name = 'RepositoryReadError';
    this.failure = reason;
  }
}

const streamDeadlineMs = 15 * 60 * 1000;

/**
 * The contents of objects in the order asked, from one Git process. Git is read only as fast as the consumer takes. Throws
 * `RepositoryReadError` when an object is missing or Git fails.
 */
export async function* streamBlobs(
  store: GitStore,
  ids: readonly string[],
  signal: AbortSignal,
  quarantine?: string,
): AsyncGenerator<Buffer> {
  if (ids.length === 0) {
    return;
  }
  const input = Buffer.from(`${ids.join('\n')}\n`, 'latin1');
  const call = store.describe({
    arguments: ['cat-file', '--batch', '--buffer'],
    input,
    deadlineMs: streamDeadlineMs,
    ...(quarantine === undefined ? {} : { quarantine }),
  });
  const stream = streamGit(call, signal);
  const reader = new ByteReader(stream.stdout);
  try {
    for (const id of ids) {
      const header = await reader.line();
      const size = /^[0-9a-f]+ blob (\d+)$/.exec(header ?? '')?.[1];
      const content = size === undefined ? undefined : await reader.take(Number(size));
      if (content === undefined || (await reader.take(1)) === undefined) {
        throw new RepositoryReadError(await whyEnded(id, header, stream.ended));
      }
      yield content;
    }
  } finally {
    stream.stop();
    await stream.ended;
  }
}

/** All of them at once, by id; for few and small ones. */
export async function readBlobs(
  store: GitStore,
  ids: readonly string[],
  signal: AbortSignal,
  quarantine?: string,
): Promise<Result<ReadonlyMap<string, Uint8Array>, RepositoryFailure>> {
  const wanted = [...new Set(ids)];
  const blobs = new Map<string, Uint8Array>();
  try {
    for await (const content of streamBlobs(store, wanted, signal, quarantine)) {
      blobs.set(wanted[blobs.size] ?? '', content);
    }
    return ok(blobs);
  } catch (error) {
    if (error instanceof RepositoryReadError) {
      return fail(error.failure);
    }
    throw error;
  }
}

async function whyEnded(
  id: string,
  header: string | undefined,
  ended: Promise<Result<unknown, RepositoryFailure>>,
): Promise<RepositoryFailure> {
  if (header !== undefined && !/ blob \d+$/.test(header)) {
    return failure('unreadable', `Object ${id} is missing from the repository (${header}). Run "git fsck" there.`);
  }
  const outcome = await ended;
  return outcome.ok ? failure('git-failed', `Git ended before it gave object ${id}. Try again.`) : outcome.error;
}

/** Takes a stream apart by counts of bytes; holds no more than one chunk beyond what was asked. */
class ByteReader {
  private readonly chunks: AsyncIterator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(source: Readable) {
    this.chunks = source[Symbol.asyncIterator]();
  }

  async take(count: number): Promise<Buffer | undefined> {
    const parts = [this.rest];
    let held = this.rest.byteLength;
    while (held < count) {
      const chunk = await this.next();
      if (chunk === undefined) {
        return undefined;
      }
      parts.push(chunk);
      held += chunk.byteLength;
    }
    const all = parts.length === 1 ? this.rest : Buffer.concat(parts);
    this.rest = all.subarray(count);
    return all.subarray(0, count);
  }

  async line(): Promise<string | undefined> {
    let end = this.rest.indexOf(10);
    while (end === -1) {
      const chunk = await this.next();
      if (chunk === undefined) {
        return undefined;
      }
      this.rest = Buffer.concat([this.rest, chunk]);
      end = this.rest.indexOf(10);
    }
    const text = this.rest.toString('latin1', 0, end);
    this.rest = this.rest.subarray(end + 1);
    return text;
  }

  private async next(): Promise<Buffer | undefined> {
    try {
      const { done, value } = await this.chunks.next();
      return done === true ? undefined : value;
    } catch {
      // A stream cut by an abort or a deadline ends here; Git's own end says why.
      return undefined;
    }
  }
}
