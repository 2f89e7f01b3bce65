import { describe, expect, test } from 'vitest';
import { hostMethods } from '../../../src/protocol/host.ts';

const request = { goal: 'Fix it', origin: { kind: 'cli' }, model: 'auto', settings: {} };
const accepts = (changes: object): boolean =>
  hostMethods.createTask.params.safeParse({ ...request, ...changes }).success;

describe('a request for a task', () => {
  test.each(['', ' ', '\n\t  \n'])('is refused with the goal %j', (goal) => {
    expect(accepts({ goal })).toBe(false);
  });

  test('has a goal without blanks around it, and as long as allowed without them', () => {
    const parsed = hostMethods.createTask.params.safeParse({ ...request, goal: `  ${'x'.repeat(20_000)}\n` });
    expect(parsed.data?.goal).toBe('x'.repeat(20_000));
    expect(accepts({ goal: 'x'.repeat(20_001) })).toBe(false);
  });

  test.each([
    ['newTokens', 100_000_000],
    ['steps', 10_000],
    ['seconds', 7 * 86_400],
  ])('can have a limit of %s up to %i', (name, most) => {
    expect(accepts({ settings: { limits: { [name]: most } } })).toBe(true);
    for (const wrong of [most + 1, 1e15, 0, -1, 1.5]) {
      expect(accepts({ settings: { limits: { [name]: wrong } } })).toBe(false);
    }
  });
});
