import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LatestSearch } from '../../../../src/vscode/window/latestSearch.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function search(takes = 10) {
  const asked: { readonly text: string; readonly signal: AbortSignal }[] = [];
  const shown: string[] = [];
  const busy: boolean[] = [];
  const faults: string[] = [];
  const made = new LatestSearch<string>({
    restMs: 100,
    find: async (text, signal) => {
      asked.push({ text, signal });
      await new Promise((resolve) => setTimeout(resolve, takes));
      if (text === 'bad') {
        throw new Error('no');
      }
      return text.toUpperCase();
    },
    show: (answer) => shown.push(answer),
    onBusy: (value) => busy.push(value),
    onFault: (message) => faults.push(message),
  });
  return { made, asked, shown, busy, faults };
}

describe('a search that follows what is typed', () => {
  test('asks once after a rest, not for each key', async () => {
    const { made, asked, shown, busy } = search();
    for (const text of ['c', 'ca', 'car']) {
      made.follow(text);
      await vi.advanceTimersByTimeAsync(50);
    }
    expect(asked).toEqual([]);
    await vi.advanceTimersByTimeAsync(60);
    expect([asked.map(({ text }) => text), shown, busy.at(-1)]).toEqual([['car'], ['CAR'], false]);
  });

  test('asks for the same text again only where nothing is asked at the moment', async () => {
    const { made, asked, shown } = search(500);
    made.again('a');
    await vi.advanceTimersByTimeAsync(100);
    made.again('a');
    await vi.advanceTimersByTimeAsync(5_000);
    made.again('a');
    await vi.advanceTimersByTimeAsync(5_000);
    expect([asked.length, shown]).toEqual([2, ['A', 'A']]);
  });

  test('ends an older question and never shows its answer', async () => {
    const { made, asked, shown } = search(500);
    made.follow('old', true);
    await vi.advanceTimersByTimeAsync(400);
    made.follow('new');
    expect(asked[0]?.signal.aborted).toBe(true);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(shown).toEqual(['NEW']);
  });

  test('shows nothing after its end', async () => {
    const { made, shown, asked } = search();
    made.follow('a', true);
    made.follow('b');
    made.dispose();
    await vi.advanceTimersByTimeAsync(5_000);
    expect([shown, asked.map(({ text }) => text)]).toEqual([[], ['a']]);
  });

  test('says what was thrown, and is ready for the next text', async () => {
    const { made, shown, faults, busy } = search();
    made.follow('bad', true);
    await vi.advanceTimersByTimeAsync(100);
    expect([faults, busy.at(-1)]).toEqual([['no'], false]);
    made.follow('good', true);
    await vi.advanceTimersByTimeAsync(100);
    expect(shown).toEqual(['GOOD']);
  });
});
