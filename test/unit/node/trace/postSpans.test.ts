import { expect, test } from 'vitest';
import { postSpans } from '../../../../src/node/trace/otlp/postSpans.ts';

test('a port that no request is ever sent to is refused for good, not waited for', async () => {
  const destination = { url: 'http://127.0.0.1:1/v1/traces', headers: {}, compress: false };
  const outcome = await postSpans(destination, '{}', new AbortController().signal);
  expect(outcome).toMatchObject({ kind: 'refused', message: expect.stringContaining('its port') });
});
