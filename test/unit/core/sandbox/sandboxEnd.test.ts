import { describe, expect, it } from 'vitest';
import { sandboxEnd, type SandboxEndFacts } from '../../../../src/core/sandbox/sandboxEnd.ts';

const facts: SandboxEndFacts = {
  outOfMemory: false,
  engineKnows: true,
  memoryBytes: 1.5 * 2 ** 30,
  lastWords: 'guest: out of paper',
};

describe('the end of a box', () => {
  it.each([
    [{ ...facts, exitCode: 137, outOfMemory: true }, 'out-of-memory', 'its 1.5 GiB of memory'],
    [{ ...facts, exitCode: 137 }, 'killed', 'exit code 137'],
    [{ ...facts, exitCode: 129 }, 'killed', 'exit code 129'],
    [{ ...facts, exitCode: 70 }, 'exited', 'exit code 70'],
    [{ ...facts, exitCode: 0 }, 'exited', 'Its last words: guest: out of paper'],
    [{ ...facts, engineKnows: false }, 'engine-lost', 'start it again'],
    [facts, 'unknown', 'does not say why'],
  ] as const)('with %j has the cause %s', (given, cause, text) => {
    const end = sandboxEnd(given);
    expect(end).toMatchObject({ reason: 'sandbox-died', cause });
    expect(end.message).toContain(text);
    expect(end.message).not.toContain('\n');
  });
});
