import { describe, expect, it } from 'vitest';
import { engineCall } from '../../../../src/node/sandbox/engineCall.ts';

const signal = new AbortController().signal;
const call = { what: 'Starting a sandbox', deadline: 20, signal, reason: 'start-failed' as const };
const throwing = (fields: object) => () => Promise.reject(Object.assign(new Error('(HTTP code 500) boom\n'), fields));

describe('a call of the engine', () => {
  it('ends at its deadline even when the engine never answers, and tells the work', async () => {
    let told = false;
    const outcome = await engineCall(call, (inner) => {
      inner.addEventListener('abort', () => (told = true));
      return new Promise(() => undefined);
    });
    expect(outcome).toMatchObject({
      ok: false,
      error: { reason: 'timeout', message: expect.stringContaining('Starting a sandbox') },
    });
    expect(told).toBe(true);
  });

  it.each([
    [{ code: 'ECONNREFUSED' }, 'engine-unavailable', 'DOCKER_HOST'],
    [{ code: 'ENOENT' }, 'engine-unavailable', 'start it'],
    [{ code: 'EACCES' }, 'engine-unavailable', 'docker group'],
    [{ statusCode: 500 }, 'start-failed', 'boom'],
    [{ statusCode: 404, message: 'No such image: x' }, 'image-missing', 'doctor'],
    [{}, 'start-failed', 'boom'],
  ])('turns %j into a value', async (fields, reason, text) => {
    const outcome = await engineCall(call, throwing(fields));
    expect(outcome).toMatchObject({ ok: false, error: { reason, message: expect.stringContaining(text) } });
    expect(outcome.ok || outcome.error.message.includes('\n')).toBe(false);
  });

  it('is not begun when it was cancelled before', async () => {
    const controller = new AbortController();
    controller.abort();
    const outcome = await engineCall({ ...call, signal: controller.signal }, () => Promise.reject(new Error('begun')));
    expect(outcome).toMatchObject({ ok: false, error: { reason: 'aborted' } });
  });
});
