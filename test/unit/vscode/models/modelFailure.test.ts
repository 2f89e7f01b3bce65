import { expect, test } from 'vitest';
import { modelFailure } from '../../../../src/vscode/models/modelFailure.ts';

/** As the editor's `LanguageModelError` looks from outside. */
function thrown(code: string, message: string, cause?: Error): Error {
  return Object.assign(new Error(message, cause === undefined ? {} : { cause }), { code });
}

test.each([
  [thrown('NoPermissions', 'not allowed'), 'not-lent'],
  [thrown('NotFound', 'gone'), 'model-missing'],
  [thrown('Blocked', 'You have used up your quota.'), 'rejected'],
  [thrown('Unknown', 'Request failed', new Error('429 Too Many Requests')), 'busy'],
  [thrown('Unknown', 'x', new Error('prompt token count of 9000 exceeds the limit of 8000')), 'context-exceeded'],
  [new Error('Rate limit reached.'), 'busy'],
  [new Error('monthly quota is used up'), 'rejected'],
  [new Error('401 Unauthorized'), 'rejected'],
  [new Error('socket hang up'), 'crashed'],
  ['a text', 'crashed'],
])('%s is %s', (error, reason) => {
  const failed = modelFailure('acme/one', error);
  expect(failed.reason).toBe(reason);
  expect(failed.message).toMatch(/^[^\n]*acme\/one[^\n]*\.$/);
});

test('a message keeps to its length whatever a provider says', () => {
  expect(modelFailure('acme/one', new Error('x'.repeat(100_000))).message.length).toBeLessThan(1_000);
});
