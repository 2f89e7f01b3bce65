import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findBrowser } from '../../../scripts/provision/browser.ts';
import type { TaskView } from '../../../src/protocol/taskView.ts';
import type { TimelineRow } from '../../../src/protocol/timeline.ts';
import type { Badge, ToTaskPage } from '../../../src/vscode/taskPage/taskPageMessages.ts';
import { launchBrowser } from '../../e2e/harness/browser.ts';
import { queuedTask, readyTask } from '../../fakes/sampleTasks.ts';
import { sampleTimeline } from '../../fakes/sampleTimeline.ts';
import { measureTimeline } from './measureTimeline.ts';
import { bundledScript, type OpenedPage, openedPage } from './openedPage.ts';

const whole: Badge = { kind: 'whole', text: 'Trace verified: 31 events' };
const about = (task: TaskView, badge = whole): ToTaskPage => ({ type: 'task', task, badge });
const rows = (list: readonly TimelineRow[], from = 0): ToTaskPage => ({ type: 'rows', from, rows: [...list] });

/** Text of everything that has the focus, or nothing. */
const focused = (opened: OpenedPage): Promise<string | null> =>
  opened.page.locator(':focus').textContent({ timeout: 2_000 });

describe.skipIf(findBrowser() === undefined)('the page of a task', () => {
  let browser: Browser;
  let script: string;
  let opened: OpenedPage;

  beforeAll(async () => {
    script = await bundledScript();
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
  });
  beforeEach(async () => {
    opened = await openedPage(browser, script);
  });
  afterEach(async () => {
    expect(opened.errors).toEqual([]);
    await opened.page.close();
  });
  const drawn = (count: number): Promise<unknown> =>
    expect.poll(() => opened.page.locator('[data-seq]').count(), { timeout: 20_000 }).toBe(count);

  test('says what the task is, how it stands, what came of it and what it used', async () => {
    await opened.show(about(readyTask({ plan: ['Look', 'Mend'] })), rows(sampleTimeline(14)));
    await drawn(14);
    const { page } = opened;
    expect(await page.locator('h1').textContent()).toBe('Fix the failing test in sum.js');
    expect(await page.locator('.facts').textContent()).toMatch(
      /Ready for reviewreplay:.* \(a recording\).*shared kernel.*took 12 s.*Trace verified: 31 events/,
    );
    expect(await page.locator('#side h2').allTextContents()).toEqual([
      'Changes+3 −1',
      'Prooftests green',
      'Votes',
      'Budget4,920 tokens in all',
      'Plan2 steps',
      'Sandbox',
    ]);
    expect(await page.locator('[role="meter"]').evaluateAll((all) => all.map((each) => each.ariaValueText))).toEqual([
      '5 of 40',
      '1,834 of 50,000',
      '11 s of 30 min',
    ]);
    expect(await page.locator('table').innerText()).toMatch(/Without the changes\s+9\s+1\s+0\s+With the changes\s+10/);
    expect(await page.locator('.not li').allTextContents()).toEqual([
      'May not reach any network: there is none in the box',
    ]);
    expect(await page.locator('#amount').textContent()).toBe('14 events');
  });

  test('what others wrote is text and nothing else, wherever it stands', async () => {
    const bad = '<img src=x onerror=alert(1)><script>alert(2)</script>';
    const ready = readyTask();
    const task = readyTask({
      goal: bad,
      summary: bad,
      model: bad,
      plan: [bad],
      warnings: [bad],
      refused: [{ path: bad, rule: bad, message: bad }],
      excluded: [{ path: bad, reason: bad }],
      votes: [{ agent: bad, vote: 'reject', hash: bad, reason: bad }],
      changeset: {
        hash: bad,
        files: [{ path: bad, status: 'added', additions: 1, deletions: 0, binary: false, applied: false }],
      },
      ...(ready.proof === undefined
        ? {}
        : {
            proof: {
              ...ready.proof,
              reason: bad,
              command: [bad],
              tests: [{ name: bad, status: 'failed' as const, message: bad }],
            },
          }),
    });
    const list = sampleTimeline(10).map((row) => ({ ...row, text: bad, label: bad, tool: bad, ts: bad }));
    await opened.show(about(task), rows(list));
    await drawn(10);
    await opened.page.locator('summary.row').first().click();
    await opened.show({ type: 'detail', seq: 0, detail: bad }, { type: 'problem', message: bad });
    await opened.page.locator('#problem').waitFor();
    expect(await opened.page.locator('.detail').textContent()).toBe(bad);
    expect(await opened.page.locator('#problem').textContent()).toBe(bad);
    expect(await opened.page.locator('img, iframe, script:not([nonce])').count()).toBe(0);
    expect(await opened.page.locator('h1').textContent()).toContain('<img src=x');
  });

  test('asks for the rest of an entry when it is opened, once', async () => {
    await opened.show(about(readyTask()), rows(sampleTimeline(10)));
    await drawn(10);
    const entry = opened.page.locator('summary.row', { hasText: 'read_file {"path":"src/part1.js"}' });
    await entry.click();
    await opened.page.locator('.detail', { hasText: 'Reading…' }).waitFor();
    await opened.show({ type: 'detail', seq: 8, detail: '{\n  "path": "src/part1.js"\n}' });
    await opened.page.locator('.detail', { hasText: '"src/part1.js"' }).waitFor();
    await entry.click();
    await entry.click();
    expect(await opened.sent()).toEqual([{ type: 'ready' }, { type: 'detail', seq: 8 }]);
  });

  test('is used with the keyboard alone', async () => {
    await opened.show(about(readyTask()), rows(sampleTimeline(14)));
    await drawn(14);
    const { keyboard } = opened.page;
    await keyboard.press('Tab');
    expect(await focused(opened)).toBe('Review Changes');
    await keyboard.press('Enter');
    for (let presses = 0; (await focused(opened))?.startsWith('+0.0 s') !== true; presses += 1) {
      expect(presses).toBeLessThan(20);
      await keyboard.press('Tab');
    }
    await keyboard.press('ArrowDown');
    expect(await focused(opened)).toContain('snapshot');
    await keyboard.press('End');
    expect(await focused(opened)).toMatch(/result.*40 lines/);
    await keyboard.press('ArrowUp');
    await keyboard.press('ArrowRight');
    await opened.page.locator('.detail').waitFor();
    await keyboard.press('ArrowLeft');
    await opened.page.locator('.detail').waitFor({ state: 'hidden' });
    await keyboard.press('Home');
    expect(await focused(opened)).toContain('Fix the failing test');
    // Out of the timeline in one step, however long it is: nothing of the page comes after it.
    await keyboard.press('Shift+Tab');
    expect(await focused(opened)).toBe('Jump to Latest');
    expect((await opened.sent()).slice(0, 2)).toEqual([{ type: 'ready' }, { type: 'action', action: 'review' }]);
  });

  test('follows a task at work without taking focus, place or what is opened away', async () => {
    const working = queuedTask({ state: 'working', activity: 'Step 1' });
    const all = sampleTimeline(400);
    await opened.show(about(working, { kind: 'later', text: 'Later' }), rows(all.slice(0, 200)));
    await drawn(200);
    const { page } = opened;
    await page.locator('button', { hasText: 'Cancel' }).focus();
    await page.locator('summary.row').nth(3).click();
    await page.locator('button', { hasText: 'Cancel' }).focus();
    await page.evaluate('window.scrollTo(0, 300)');
    const usage = { newTokens: 10, tokens: 10, steps: 2, seconds: 3 };
    await opened.show(about({ ...working, activity: 'Step 2', usage }), rows(all.slice(200), 200));
    await drawn(400);
    expect(await focused(opened)).toBe('Cancel');
    expect(await page.evaluate('window.scrollY')).toBe(300);
    expect(await page.locator('details[open]').count()).toBe(1);
    await opened.show(about(readyTask()));
    await expect.poll(() => page.locator('#status').textContent()).toBe('The task is ready for review.');
    expect(await page.locator('#head button').first().textContent()).toBe('Review Changes');
  });

  test('goes back to where the reader was when the window is back', async () => {
    await opened.page.close();
    opened = await openedPage(browser, script, { root: '/app', task: 'task-1', scroll: 2_000 });
    await opened.show(about(readyTask()), rows(sampleTimeline(400)));
    await drawn(400);
    expect(await opened.page.evaluate('window.scrollY')).toBe(2_000);
    await opened.page.evaluate('window.scrollTo(0, 120)');
    await expect.poll(() => opened.page.evaluate('window.kept')).toEqual({ root: '/app', task: 'task-1', scroll: 120 });
  });

  test('a message that is none is said, and what is shown stays', async () => {
    await opened.show(about(readyTask()));
    await opened.page.evaluate(`window.postMessage({ type: 'task', task: 7 }, '*')`);
    await opened.page.locator('#problem', { hasText: 'cannot be read' }).waitFor();
    expect(await opened.page.locator('h1').textContent()).toBe('Fix the failing test in sum.js');
  });

  test('stays smooth at 5,000 events: drawn in small pieces, and new ones come while one scrolls', async () => {
    const { drawn: took, pieces, longest, frames } = await measureTimeline(opened, 5_000);
    const p95 = frames.toSorted((a, b) => a - b)[Math.floor(frames.length * 0.95)] ?? Number.POSITIVE_INFINITY;
    console.log(
      `task page, 5,000 events: ${took.toFixed(0)} ms, longest ${longest.toFixed(0)} ms, frames p95 ${p95.toFixed(0)} ms`,
    );
    // Times are those of a machine with much else to do; the benchmark has the figures of a quiet one.
    expect(took).toBeLessThan(20_000);
    expect(longest).toBeLessThan(2_000);
    expect(p95).toBeLessThan(1_000);
    expect(pieces).toBeGreaterThanOrEqual(5);
    expect(frames).toHaveLength(60);
  });
});
