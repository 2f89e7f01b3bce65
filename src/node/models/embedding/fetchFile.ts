import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorText, failure } from '../../../base/failure.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import type { ModelFile } from '../../../core/memory/embedding/modelManifest.ts';
import { diskFailure, type FetchFailure } from './fetchFailure.ts';
import { askHub, type HubAnswer } from './hubRequest.ts';

export interface FetchFileOptions {
  readonly address: string;
  readonly file: ModelFile;
  /** Where the whole file comes to lie; the part of it beside it, with `.part`. */
  readonly path: string;
  readonly signal: AbortSignal;
  /** Bytes that are there, and of how many where that is known. */
  readonly onProgress: (bytes: number, total: number | undefined) => void;
  /** Milliseconds without a byte after which a connection is given up. */
  readonly idleMs: number;
  /** Milliseconds before a broken connection is made anew; doubled each time. */
  readonly againMs: number;
}

/** A connection that brings nothing new so many times in a row is given up. */
const mostTries = 5;

/** Bytes. No model for a processor is larger. */
const mostBytes = 4 * 1024 ** 3;

/**
 * Fetches a file, from where an earlier try ended when the server can do that and still has the same file. Answers its SHA-256, or
 * undefined where there is none and it may be missing.
 */
export async function fetchFile(options: FetchFileOptions): Promise<Result<string | undefined, FetchFailure>> {
  const { path, file, signal, againMs } = options;
  if (await exists(path)) {
    const digest = await digestOf(path);
    if (file.sha256 === undefined || file.sha256 === digest) {
      return ok(digest);
    }
    await rm(path, { force: true });
  }
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (error) {
    return fail(diskFailure(error, dirname(path)));
  }
  let had = -1;
  let problem: FetchFailure = failure('interrupted', `${options.address} was not fetched; try again.`);
  for (let tries = 0; tries < mostTries; tries += 1) {
    const bytes = await sizeOf(`${path}.part`);
    // What is getting on is not given up.
    tries = had >= 0 && bytes > had ? 0 : tries;
    had = bytes;
    const answer = await fetchRest(options);
    if (answer.ok) {
      return answer;
    }
    if (signal.aborted) {
      return fail(
        failure('aborted', 'The download was stopped; what was fetched is kept, and the next one goes on from there.'),
      );
    }
    problem = answer.error;
    if (problem.reason !== 'interrupted' && problem.reason !== 'unreachable') {
      return answer;
    }
    await new Promise((resolve) => setTimeout(resolve, againMs * 2 ** tries));
  }
  return fail(problem);
}

async function fetchRest(options: FetchFileOptions): Promise<Result<string | undefined, FetchFailure>> {
  const { address, file, path, signal, idleMs } = options;
  const part = `${path}.part`;
  const had = await sizeOf(part);
  const tag = had > 0 ? await readFile(`${part}.tag`, 'utf8').catch(() => '') : '';
  const idle = new AbortController();
  const timer = setTimeout(() => idle.abort(), idleMs);
  try {
    // Without the name of what was fetched before there is no telling whether the rest belongs to it.
    const headers: Record<string, string> = tag === '' ? {} : { range: `bytes=${had}-`, 'if-range': tag };
    const asked = await askHub(address, headers, AbortSignal.any([signal, idle.signal]));
    if (!asked.ok) {
      return asked;
    }
    const { response } = asked.value;
    const start = startOf(response, had);
    if (response.status === 416 || (response.status === 206 && start === undefined)) {
      await response.body?.cancel();
      await rm(part, { force: true });
      return fail(failure('interrupted', `${address}: the rest does not fit what is there; it is fetched anew.`));
    }
    const refusal = refusalOf(response, options);
    if (refusal !== undefined) {
      await response.body?.cancel();
      return refusal;
    }
    const total = totalOf(asked.value, file, start ?? 0);
    if ((total ?? 0) > mostBytes) {
      await response.body?.cancel();
      return fail(failure('refused', `${address} is larger than ${mostBytes / 1024 ** 3} GiB and is not fetched.`));
    }
    const saved = await save(response, options, start ?? 0, total, () => timer.refresh());
    return saved.ok ? await finish(options, asked.value, total) : saved;
  } finally {
    clearTimeout(timer);
  }
}

/** Where the answer's bytes belong: 0 for a whole file; undefined for a part that was not asked for. */
function startOf(response: Response, had: number): number | undefined {
  if (response.status !== 206) {
    return 0;
  }
  const start = Number(/^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1] ?? Number.NaN);
  return start === had ? start : undefined;
}

function refusalOf(response: Response, options: FetchFileOptions): Result<undefined, FetchFailure> | undefined {
  const { status } = response;
  const { address, file } = options;
  if (status === 200 || status === 206) {
    return undefined;
  }
  if (status === 404 || status === 410) {
    return file.optional === true
      ? ok(undefined)
      : fail(
          failure(
            'not-found',
            `${address} is not there (${status}); look at the name of the model and the address of the hub.`,
          ),
        );
  }
  if (status === 401 || status === 403) {
    const message = `${address} is not for everybody (${status}), or there is no such model; choose one that is free to fetch.`;
    return file.optional === true ? ok(undefined) : fail(failure('refused', message));
  }
  if (status === 429 || status >= 500) {
    return fail(failure('interrupted', `${address} cannot be had now (${status}); try again later.`));
  }
  return fail(failure('refused', `${address} answers with ${status}; look at the address of the hub.`));
}

function totalOf({ response, bytes }: HubAnswer, file: ModelFile, start: number): number | undefined {
  const length = Number(response.headers.get('content-length') ?? Number.NaN);
  return file.bytes ?? (Number.isSafeInteger(length) ? start + length : bytes);
}

async function save(
  response: Response,
  { path, onProgress, address, signal }: FetchFileOptions,
  start: number,
  total: number | undefined,
  onBytes: () => void,
): Promise<Result<void, FetchFailure>> {
  const part = `${path}.part`;
  let bytes = start;
  let file: Awaited<ReturnType<typeof open>> | undefined;
  try {
    file = await open(part, start === 0 ? 'w' : 'a');
    await writeFile(`${part}.tag`, strongTag(response));
    for await (const chunk of chunksOf(response)) {
      onBytes();
      bytes += chunk.byteLength;
      if (bytes > mostBytes) {
        return fail(failure('refused', `${address} is larger than ${mostBytes / 1024 ** 3} GiB and is not fetched.`));
      }
      await file.appendFile(chunk);
      onProgress(bytes, total);
    }
    return ok(undefined);
  } catch (error) {
    return error instanceof BrokenBody || signal.aborted
      ? fail(failure('interrupted', `${address} broke off (${errorText(error)}); what was fetched is kept, try again.`))
      : fail(diskFailure(error, part));
  } finally {
    await file?.close();
  }
}

class BrokenBody extends Error {}

async function* chunksOf({ body }: Response): AsyncGenerator<Uint8Array> {
  const reader = body?.getReader();
  for (;;) {
    const next = await reader?.read().catch((error: unknown) => {
      throw new BrokenBody(errorText(error instanceof Error && error.cause !== undefined ? error.cause : error));
    });
    if (next?.value === undefined) {
      return;
    }
    yield next.value;
  }
}

/** What names exactly these bytes; empty where the server says nothing of that sort. */
function strongTag({ headers }: Response): string {
  const tag = headers.get('etag') ?? '';
  return /^"[^"]+"$/.test(tag) ? tag : '';
}

async function finish(
  { path, file, address }: FetchFileOptions,
  told: HubAnswer,
  total: number | undefined,
): Promise<Result<string, FetchFailure>> {
  const part = `${path}.part`;
  const bytes = await sizeOf(part);
  if (total !== undefined && bytes < total) {
    return fail(failure('interrupted', `${address} broke off after ${bytes} of ${total} bytes; try again.`));
  }
  const digest = await digestOf(part);
  const wanted = file.sha256 ?? told.sha256;
  if ((wanted !== undefined && digest !== wanted) || (total !== undefined && bytes > total)) {
    await rm(part, { force: true });
    const got =
      wanted === undefined ? `${bytes} bytes in place of ${total}` : `SHA-256 ${digest} in place of ${wanted}`;
    return fail(
      failure(
        'wrong-content',
        `${address} is not what it should be (${got}); it was thrown away, try another address.`,
      ),
    );
  }
  await rename(part, path);
  await rm(`${part}.tag`, { force: true });
  return ok(digest);
}

export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 512 * 1024 })) {
    hash.update(chunk);
  }
  return hash.digest('hex');
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
