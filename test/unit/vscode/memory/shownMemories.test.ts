import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { failure } from '../../../../src/base/failure.ts';
import { fail, ok } from '../../../../src/base/result.ts';
import { ShownMemories } from '../../../../src/vscode/memory/shownMemories.ts';
import { MemoryEditor } from '../../../fakes/editor/memoryEditor.ts';
import { memoryStatus, sampleEpisode } from '../../../fakes/sampleMemory.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function shown() {
  const editor = new MemoryEditor();
  editor.host.answers = { episodes: () => ok({ episodes: [sampleEpisode()] }) };
  const memories = new ShownMemories(editor.context);
  const times: number[] = [];
  memories.onDidChange(() => void times.push(Date.now()));
  const asked = (): number => editor.host.requests.length;
  return { editor, memories, times, asked };
}

describe('what the Memory view shows', () => {
  test('is nothing without a memory, and asks and starts nothing for it', async () => {
    const { editor, memories, asked } = shown();
    await memories.refreshEpisodes();
    expect([memories.present, asked(), editor.host.connects]).toEqual([[], 0, []]);
  });

  test('follows a memory that tells of itself all the time, a few times a second, to its last word', () => {
    const { editor, memories, times } = shown();
    for (let chunks = 1; chunks <= 100; chunks += 1) {
      editor.host.remember(memoryStatus({ chunks }));
      vi.advanceTimersByTime(20);
    }
    vi.advanceTimersByTime(5_000);
    expect(times.length).toBeGreaterThanOrEqual(4);
    expect(times.length).toBeLessThanOrEqual(6);
    expect(memories.present[0]?.status.chunks).toBe(100);
    const before = times.length;
    vi.advanceTimersByTime(60_000);
    expect(times.length).toBe(before);
  });

  test('fetches episodes once, and again when the index is ready with something new', async () => {
    const { editor, memories, asked } = shown();
    editor.host.remember(memoryStatus());
    editor.host.become({ kind: 'connected' });
    await memories.refreshEpisodes();
    await memories.refreshEpisodes();
    expect([asked(), memories.present[0]?.episodes.length]).toEqual([1, 1]);
    editor.host.remember(memoryStatus({ state: 'indexing', chunks: 9_000 }));
    await memories.refreshEpisodes();
    expect(asked()).toBe(1);
    editor.host.remember(memoryStatus({ chunks: 9_000 }));
    await memories.refreshEpisodes();
    expect(asked()).toBe(2);
  });

  test('asks again after an answer that failed', async () => {
    const { editor, memories } = shown();
    editor.host.answers = { episodes: () => fail(failure('disconnected', 'Gone.')) };
    editor.host.remember(memoryStatus());
    editor.host.become({ kind: 'connected' });
    await memories.refreshEpisodes();
    editor.host.answers = { episodes: () => ok({ episodes: [sampleEpisode()] }) };
    await memories.refreshEpisodes();
    expect(memories.present[0]?.episodes).toHaveLength(1);
  });

  test('is nothing while the memory is off', () => {
    const { editor, memories } = shown();
    editor.host.remember(memoryStatus());
    editor.memorySettings = { ...editor.memorySettings, enabled: false };
    expect(memories.present).toEqual([]);
  });
});
