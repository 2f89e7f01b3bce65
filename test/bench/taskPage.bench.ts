import { launchBrowser } from '../e2e/harness/browser.ts';
import { measureTimeline } from '../integration/taskPage/measureTimeline.ts';
import { bundledScript, openedPage } from '../integration/taskPage/openedPage.ts';
import { type BenchRow, median, percentile } from './benchRow.ts';

const events = 5_000;
const rounds = 3;

/** The page of a task with 5,000 events in a real browser: beside one of 500, so that what is not linear shows. */
export async function taskPageBench(): Promise<BenchRow[]> {
  const script = await bundledScript();
  const browser = await launchBrowser();
  try {
    const measure = async (count: number): Promise<Awaited<ReturnType<typeof measureTimeline>>> => {
      const opened = await openedPage(browser, script);
      const figures = await measureTimeline(opened, count);
      await opened.page.close();
      return figures;
    };
    const small = [];
    const large = [];
    for (let round = 0; round < rounds; round += 1) {
      small.push(await measure(events / 10));
      large.push(await measure(events));
    }
    const each = (figures: readonly { readonly drawn: number }[]): number => median(figures.map(({ drawn }) => drawn));
    const [value, peerValue] = [each(large) / events, each(small) / (events / 10)];
    const longest = median(large.map((figures) => figures.longest));
    const frame = percentile(
      large.flatMap(({ frames }) => frames),
      0.95,
    );
    return [
      {
        name: 'task page, 5,000 events, drawn, each',
        value,
        unit: 'ms',
        peer: 'of 500 events',
        peerValue,
        ratio: value / peerValue,
        target: '≤ 2× and ≤ 0.6 ms',
        ok: value <= 2 * peerValue && value <= 0.6,
      },
      {
        name: 'task page, 5,000 events, longest piece of work',
        value: longest,
        unit: 'ms',
        target: '≤ 200 ms',
        ok: longest <= 200,
      },
      {
        name: 'task page, 5,000 events, frames while scrolling, p95',
        value: frame,
        unit: 'ms',
        target: '≤ 50 ms',
        ok: frame <= 50,
      },
    ];
  } finally {
    await browser.close();
  }
}
