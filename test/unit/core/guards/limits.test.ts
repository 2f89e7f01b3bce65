import { afterEach, expect, test, vi } from 'vitest';

const usual = '../../../../src/protocol/host.ts';

afterEach(() => {
  vi.doUnmock(usual);
  vi.resetModules();
});

test('a trace of before there were limits of conduct is read with those of then, whatever the usual ones are now', async () => {
  vi.resetModules();
  vi.doMock(usual, () => ({ usualLimits: { newTokens: 7, steps: 8, seconds: 9 } }));
  const { defaultLimits, limitsSchema } = await import('../../../../src/core/guards/limits.ts');
  const old = {
    newTokens: 50_000,
    totalTokens: 1_000_000,
    steps: 40,
    seconds: 1_800,
    toolFailures: 3,
    malformedCalls: 3,
    silentAnswers: 3,
    commandSeconds: 120,
  };
  expect(limitsSchema.parse(old)).toEqual({
    ...old,
    commandTotalSeconds: 1_800,
    commandTimeouts: 3,
    sameResults: 4,
    sameErrors: 4,
    sameCalls: 5,
    alternations: 6,
    idleSteps: 8,
    contentReturns: 2,
    emptyAnswers: 3,
    runaways: 2,
  });
  expect(defaultLimits).toMatchObject({ newTokens: 7, steps: 8, seconds: 9, commandTotalSeconds: 9 });
});
