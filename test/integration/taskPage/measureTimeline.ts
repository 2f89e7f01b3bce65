import { sampleTimeline } from '../../fakes/sampleTimeline.ts';
import { readyTask } from '../../fakes/sampleTasks.ts';
import type { OpenedPage } from './openedPage.ts';

export interface TimelineFigures {
  /** Milliseconds from the first message to the last row on the page. */
  readonly drawn: number;
  /** Pieces that it was drawn in. */
  readonly pieces: number;
  /** Milliseconds of the longest piece of work meanwhile and after; 0 where none took 50 ms. */
  readonly longest: number;
  /** Milliseconds between frames while one scrolls and new events come. */
  readonly frames: readonly number[];
}

const pageRows = 500;

/** Gives a page a trace of `count` events, a multiple of 500, then scrolls through it while more come. */
export async function measureTimeline({ page, show }: OpenedPage, count: number): Promise<TimelineFigures> {
  const all = sampleTimeline(count + 60);
  await page.evaluate(`
    window.tasks = [];
    new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map(({ duration }) => duration)))
      .observe({ type: 'longtask' });
    window.pieces = 0;
    new MutationObserver(() => {
      window.drawnAt = performance.now();
      window.pieces += 1;
    })
      .observe(document.querySelector('#amount'), { childList: true });
    window.began = performance.now();`);
  await show(
    { type: 'task', task: readyTask(), badge: { kind: 'whole', text: 'Trace verified' } },
    ...Array.from({ length: count / pageRows }, (_, at) => ({
      type: 'rows' as const,
      from: at * pageRows,
      rows: all.slice(at * pageRows, (at + 1) * pageRows),
    })),
  );
  await page.locator('#amount', { hasText: `${count.toLocaleString('en-US')} events` }).waitFor();
  const drawn = Number(await page.evaluate('window.drawnAt - window.began'));
  const pieces = Number(await page.evaluate('window.pieces'));
  const frames = await page.evaluate(`(async () => {
    const more = ${JSON.stringify(all.slice(count))};
    const frames = [];
    let last = performance.now();
    for (let at = 0; at < 60; at += 1) {
      window.scrollBy(0, 1500);
      window.postMessage({ type: 'rows', from: ${count} + at, rows: [more[at]] }, '*');
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const now = performance.now();
      frames.push(now - last);
      last = now;
    }
    return frames;
  })()`);
  await page.locator('#amount', { hasText: `${(count + 60).toLocaleString('en-US')} events` }).waitFor();
  const tasks = await page.evaluate('window.tasks');
  return { drawn, pieces, longest: Math.max(0, ...numbers(tasks)), frames: numbers(frames) };
}

function numbers(value: unknown): readonly number[] {
  return Array.isArray(value) ? value.map(Number) : [];
}
