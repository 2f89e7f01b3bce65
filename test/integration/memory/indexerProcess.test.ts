import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import type { Logger } from '../../../src/base/logger.ts';
import { Indexer, type IndexerOptions } from '../../../src/host/memory/indexer.ts';
import type { MemoryStatus } from '../../../src/protocol/memory.ts';
import { ScriptedIndexer } from '../../fakes/scriptedIndexer.ts';

let folder = '';
let program: ScriptedIndexer;
let indexer: Indexer;
let told: MemoryStatus[] = [];
let logged: string[] = [];

const log = (message: string): void => void logged.push(message);
const logger: Logger = { debug: log, info: log, warn: log, error: log };
const settings = { directory: '/d', embedding: { by: 'none' as const }, exclude: [], windowWatches: false };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nightshift-indexer-'));
  program = new ScriptedIndexer(folder);
  told = [];
  logged = [];
});

afterEach(async () => {
  await indexer.close();
  rmSync(folder, { recursive: true, force: true });
});

function start(options: Partial<IndexerOptions> = {}): Indexer {
  indexer = new Indexer({
    script: program.script,
    environment: process.env,
    settings: () => ({ ...settings, root: '/r', paused: false }),
    episodes: () => [],
    clock: systemClock,
    logger,
    pauses: [30, 30],
    ...options,
  });
  indexer.onStatus((status) => told.push(status));
  return indexer;
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

async function die(): Promise<void> {
  const { pid } = indexer;
  process.kill(pid ?? -1, 'SIGKILL');
  await vi.waitFor(() => expect(indexer.pid).not.toBe(pid), 5_000);
}

describe('the process of an indexer', () => {
  it('is started with the first request and no sooner, once for many, with the settings and the episodes', async () => {
    start();
    await delay(60);
    expect(program.starts()).toEqual([]);
    const answers = await Promise.all([1, 2, 3].map(() => indexer.request('status', {})));
    expect(answers.map(({ ok }) => ok)).toEqual([true, true, true]);
    expect(program.starts()).toEqual([indexer.pid]);
    expect(program.asked('open')).toEqual([{ ...settings, root: '/r', paused: false }]);
    expect(program.asked('setEpisodes')).toEqual([{ episodes: [] }]);
  });

  it('is started again by itself after a death, and what only asked is asked again', async () => {
    start({ pauses: [400, 400] });
    await indexer.request('status', {});
    await die();
    await delay(100);
    expect(program.starts()).toHaveLength(1);
    await vi.waitFor(() => expect(program.starts()).toHaveLength(2), 5_000);

    program.answer({ diesOf: 'settle', once: true });
    expect(await indexer.request('settle', { vectors: false })).toMatchObject({ ok: true });
    expect(program.asked('settle')).toHaveLength(2);
  });

  it('does not make a change twice where it died of it', async () => {
    start();
    await indexer.request('status', {});
    program.answer({ diesOf: 'rebuild' });
    expect(await indexer.request('rebuild', {})).toMatchObject({ ok: false, error: { reason: 'indexer-ended' } });
    expect(program.asked('rebuild')).toHaveLength(1);
  });

  it('stays down when it died too often, says why and the way out, and is tried again where a rebuild is wanted', async () => {
    start();
    await indexer.request('status', {});
    program.answer({ diesOf: 'open' });
    await die();
    await vi.waitFor(() => expect(indexer.status().state).toBe('failed'), 10_000);
    expect(program.starts()).toHaveLength(3);
    const message = /^The indexer ended 3 times \(exit code 1: Error: it met open\)\. Rebuild .*--rebuild/;
    expect(told.at(-1)).toMatchObject({
      state: 'failed',
      problems: [{ part: 'indexer', message: expect.stringMatching(message) }],
    });
    expect(await indexer.request('status', {})).toMatchObject({ ok: false, error: { reason: 'indexer-down' } });
    await delay(100);
    expect(program.starts()).toHaveLength(3);
    expect(logged.filter((line) => line.startsWith('The indexer ended'))).toHaveLength(3);

    program.answer({});
    expect(await indexer.request('rebuild', {})).toMatchObject({ ok: true });
    expect(indexer.status().state).not.toBe('failed');
    expect(await indexer.request('status', {})).toMatchObject({ ok: true });
  });

  it('forgives deaths that are long ago', async () => {
    let now = 0;
    start({ clock: { ...systemClock, monotonic: () => now }, patienceMs: 1_000 });
    await indexer.request('status', {});
    for (let death = 1; death <= 5; death += 1) {
      now += 600;
      await die();
      await vi.waitFor(() => expect(program.starts()).toHaveLength(death + 1), 5_000);
      await indexer.request('status', {});
    }
    expect(indexer.status().state).not.toBe('failed');
  });

  it('that lives and refuses is ended, and tried anew with the next request', async () => {
    start();
    program.answer({ refuses: 'The folder cannot be written.' });
    expect(await indexer.request('status', {})).toMatchObject({ ok: false, error: { reason: 'refused' } });
    expect(program.starts().filter(isAlive)).toEqual([]);
    expect(logged).toEqual([]);
    const problem = { part: 'indexer', message: 'The folder cannot be written.' };
    expect(told).toMatchObject([{ state: 'failed', problems: [problem] }]);
    expect(indexer.status()).toEqual(told[0]);
    program.answer({});
    expect(await indexer.request('status', {})).toMatchObject({ ok: true });
    expect(indexer.status()).toMatchObject({ state: 'starting', problems: [] });
    expect(program.starts()).toHaveLength(2);
  });

  it('is gone when it is closed, also where it does not want to, and is not started again', async () => {
    program.answer({ stays: true });
    start();
    await indexer.request('status', {});
    const before = performance.now();
    await indexer.close();
    expect(performance.now() - before).toBeGreaterThan(1_500);
    expect(program.starts().filter(isAlive)).toEqual([]);
    expect(await indexer.request('status', {})).toMatchObject({ ok: false, error: { reason: 'memory-off' } });
    await delay(100);
    expect(program.starts()).toHaveLength(1);
  });
});
