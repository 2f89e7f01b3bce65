import type { Readable } from 'node:stream';
import { setImmediate as immediate, setTimeout as delay } from 'node:timers/promises';
import { Serializer } from '../base/async.ts';
import { encodeMessage, type Frame, FrameDecoder } from '../protocol/frames.ts';
import { type GuestMethod, guestRequestSchema, type GuestResult } from '../protocol/guest.ts';
import { guestSchemas, isGuestMethod } from '../protocol/guestSchemas.ts';
import type { GuestRequests } from './guestMethods.ts';
import { type Answer, refuse, refuseErrno } from './refusal.ts';

/** Bytes of frames that wait before the host is held back. */
const maxQueuedBytes = 4 * 2 ** 20;

/**
 * Serves requests from `input` one after another until it ends or breaks. Resolves then, even while a request is still at work:
 * the host is gone and the box goes with it.
 */
export async function serveGuest(
  input: Readable,
  write: (frame: Uint8Array) => void,
  requests: GuestRequests,
): Promise<void> {
  const decoder = new FrameDecoder();
  const turns = new Serializer();
  let queuedBytes = 0;
  await new Promise<void>((resolve, reject) => {
    prepare(requests).catch(reject);
    input.on('data', (chunk: Buffer) => {
      const decoded = decoder.push(chunk);
      if (!decoded.ok) {
        reject(new Error(decoded.error.message));
        return;
      }
      for (const frame of decoded.value) {
        queuedBytes += frame.body.length;
        const serve = async (): Promise<void> => {
          await serveFrame(frame, write, requests);
          queuedBytes -= frame.body.length;
          if (queuedBytes < maxQueuedBytes && input.isPaused()) {
            input.resume();
          }
        };
        turns.run(serve).catch(reject);
      }
      if (queuedBytes >= maxQueuedBytes) {
        input.pause();
      }
    });
    input.once('end', resolve);
    input.once('close', resolve);
    input.once('error', reject);
  });
}

/** Milliseconds after the start: whoever asks at once goes first. */
const preparedAfter = 30;

/**
 * The first request of its kind waits for code to be loaded and schemas to be built, several milliseconds each. A box that waits for
 * its task does that meanwhile, a bit at a time, so that no request waits for more than one.
 */
async function prepare(requests: GuestRequests): Promise<void> {
  await delay(preparedAfter);
  for (const { params, result } of Object.values(guestSchemas)) {
    params.safeParse({});
    result.safeParse({});
    await immediate();
  }
  for (const load of requests.code) {
    await load();
    await immediate();
  }
}

async function serveFrame(frame: Frame, write: (frame: Uint8Array) => void, requests: GuestRequests): Promise<void> {
  if (frame.kind === 'data') {
    await requests.receive(frame.body);
    return;
  }
  const request = guestRequestSchema.parse(JSON.parse(new TextDecoder().decode(frame.body)));
  const answer = await answerRequest(request.method, request.params, requests);
  const { id } = request;
  const encoded = encodeMessage(answer.ok ? { id, result: answer.value } : { id, error: answer.error });
  if (encoded.ok) {
    write(encoded.value);
    return;
  }
  const refusal = encodeMessage({
    id,
    error: refuse('too-large', 'The answer is over 1 MiB; ask for less at once.').error,
  });
  if (refusal.ok) {
    write(refusal.value);
  }
}

/** Parameters and result are both checked: what leaves here is what the protocol says, or an error of the protocol. */
async function answerRequest(method: string, params: unknown, requests: GuestRequests): Promise<Answer<unknown>> {
  if (!isGuestMethod(method)) {
    return refuse('unknown-method', `"${method}" is no method of this guest.`);
  }
  try {
    return await callMethod(method, params, requests);
  } catch (error) {
    const target = pathOf(params) ?? method;
    return refuseErrno(error, target);
  }
}

async function callMethod<M extends GuestMethod>(
  method: M,
  params: unknown,
  requests: GuestRequests,
): Promise<Answer<GuestResult<M>>> {
  const schema = guestSchemas[method];
  const parsed = schema.params.safeParse(params);
  if (!parsed.success) {
    return refuse('invalid-request', `${method}: ${describeIssue(parsed.error.issues[0])}`);
  }
  const answer = await requests.methods[method](parsed.data);
  if (!answer.ok) {
    return answer;
  }
  const checked = schema.result.safeParse(answer.value);
  return checked.success ? answer : refuse('failed', `${method}: ${describeIssue(checked.error.issues[0])}`);
}

function describeIssue(issue: { readonly path: readonly PropertyKey[]; readonly message: string } | undefined): string {
  return issue === undefined
    ? 'the request is invalid'
    : `${issue.path.map(String).join('.') || 'parameters'}: ${issue.message}`;
}

function pathOf(params: unknown): string | undefined {
  return typeof params === 'object' && params !== null && 'path' in params && typeof params.path === 'string'
    ? params.path
    : undefined;
}
