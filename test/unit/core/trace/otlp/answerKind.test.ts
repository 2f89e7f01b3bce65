import { describe, expect, test } from 'vitest';
import { answerKind, retryPause } from '../../../../../src/core/trace/otlp/answerKind.ts';

const now = Date.parse('2026-01-05T21:00:00Z');
const kind = (status: number, body = '', retryAfter: string | null = null) =>
  answerKind({ status, body, retryAfter }, now);

describe('the answer of a receiver', () => {
  test.each([200, 202, 204])('%i takes the spans', (status) => {
    expect(kind(status, '{}')).toEqual({ kind: 'accepted', rejected: 0, message: '' });
  });

  test('may take a part, counted as text or as a number, and a body that is something else is no reason to doubt', () => {
    expect(kind(200, '{"partialSuccess":{"rejectedSpans":"3","errorMessage":"old"}}')).toMatchObject({
      rejected: 3,
      message: 'old',
    });
    expect(kind(200, '{"partialSuccess":{"rejectedSpans":3}}')).toMatchObject({ rejected: 3 });
    expect(kind(200, '{"partialSuccess":{"errorMessage":"a warning"}}')).toMatchObject({ rejected: 0 });
    expect(kind(200, '<html>')).toMatchObject({ kind: 'accepted', rejected: 0 });
  });

  test.each([429, 502, 503, 504])('%i is tried again', (status) => expect(kind(status).kind).toBe('later'));
  test.each([400, 413, 422])('%i is about the spans', (status) => expect(kind(status).kind).toBe('unwanted'));
  test.each([301, 307, 401, 403, 404, 405, 500, 501])('%i is about the address', (status) =>
    expect(kind(status).kind).toBe('refused'),
  );

  test('says when to come again, in seconds or as a date', () => {
    expect(kind(503, '', '7')).toMatchObject({ afterMs: 7_000 });
    expect(kind(503, '', 'Mon, 05 Jan 2026 21:00:30 GMT')).toMatchObject({ afterMs: 30_000 });
    expect(kind(503, '', 'Mon, 05 Jan 2026 20:00:00 GMT')).toMatchObject({ afterMs: 0 });
    expect(kind(503, '', 'soon')).not.toHaveProperty('afterMs');
  });
});

describe('the pause before another attempt', () => {
  test('doubles up to five minutes, spread by chance', () => {
    expect([0, 1, 2, 3].map((attempt) => retryPause(attempt, undefined, 1))).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(retryPause(3, undefined, 0)).toBe(4_000);
    expect(retryPause(1_000, undefined, 1)).toBe(300_000);
  });

  test('is what the receiver asked for, up to an hour', () => {
    expect(retryPause(9, 30_000, 0.5)).toBe(30_000);
    expect(retryPause(0, 86_400_000, 0.5)).toBe(3_600_000);
  });
});
