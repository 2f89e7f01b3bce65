import { describe, expect, test } from 'vitest';
import { runCli } from '../../../src/cli/runCli.ts';
import { memoryCliIo } from '../../fakes/memoryCliIo.ts';

describe('what `recall` refuses before it asks', () => {
  test.each([
    [['--since', '5'], /--since 5 is no date; write it as 2026-01-31/],
    [['--until', 'Foo 2030'], /--until Foo 2030 is no date/],
    [['--until', '2026-02-31'], /--until 2026-02-31 is no date/],
  ])('%j', async (options, message) => {
    const io = memoryCliIo(['recall', 'cart', ...options], { cwd: '/' });
    expect([await runCli(io), io.err()]).toEqual([2, expect.stringMatching(message)]);
  });
});
