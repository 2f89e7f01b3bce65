import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Dialogue } from '../../../../src/vscode/window/dialogue.ts';
import { patiently } from '../../../../src/vscode/window/patiently.ts';

const shown: (readonly [title: string, fixed: boolean | undefined])[] = [];
let person: AbortController;
const dialogue: Pick<Dialogue, 'withProgress'> = {
  withProgress: (title, work, fixed) => {
    shown.push([title, fixed]);
    return work(person.signal, () => undefined);
  },
};

beforeEach(() => {
  vi.useFakeTimers();
  person = new AbortController();
  shown.length = 0;
});
afterEach(() => vi.useRealTimers());

describe('work that is mostly over at once', () => {
  test('shows nothing where it is, and leaves no timer', async () => {
    expect(await patiently(dialogue, 'Accepting', async () => 'accepted')).toBe('accepted');
    await expect(patiently(dialogue, 'Accepting', async () => Promise.reject(new Error('broken')))).rejects.toThrow(
      'broken',
    );
    expect(shown).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('is shown where it takes longer, and what it came to is answered', async () => {
    let end: (answer: string) => void = () => undefined;
    const answer = patiently(dialogue, 'Accepting', () => new Promise<string>((resolve) => (end = resolve)));
    await vi.advanceTimersByTimeAsync(600);
    expect(shown).toEqual([]);
    await vi.advanceTimersByTimeAsync(200);
    expect(shown).toEqual([['Accepting', false]]);
    end('accepted');
    expect(await answer).toBe('accepted');
  });

  test('is stopped by its person, and says itself what became of it', async () => {
    const answer = patiently(
      dialogue,
      'Accepting',
      (signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve('nothing was changed'))),
    );
    await vi.advanceTimersByTimeAsync(800);
    person.abort();
    expect(await answer).toBe('nothing was changed');
  });

  test('is not offered to be stopped where it cannot be, and a failure of it is told once', async () => {
    let end: (error: Error) => void = () => undefined;
    const answer = patiently(dialogue, 'Forgetting', () => new Promise((_, reject) => (end = reject)), true);
    const failed = expect(answer).rejects.toThrow('broken');
    await vi.advanceTimersByTimeAsync(800);
    expect(shown).toEqual([['Forgetting', true]]);
    end(new Error('broken'));
    await failed;
  });
});
