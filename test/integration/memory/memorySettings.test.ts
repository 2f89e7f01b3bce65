import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nullLogger } from '../../../src/base/logger.ts';
import { ok } from '../../../src/base/result.ts';
import { KeptSettings } from '../../../src/host/memory/memorySettings.ts';
import { openMemory, type OpenMemory } from '../../../src/host/memory/openMemory.ts';
import { workspacePaths } from '../../../src/host/paths.ts';
import type { MemoryStatus } from '../../../src/protocol/memory.ts';
import { ScriptedIndexer } from '../../fakes/scriptedIndexer.ts';
import { testProtection } from '../../fakes/traceProtection.ts';

const { signal } = new AbortController();
const context = { signal, gone: signal, report: () => undefined };
const none = { by: 'none' as const };

let folder = '';
let path = '';
let indexer: ScriptedIndexer;
let told: MemoryStatus[] = [];
const open: OpenMemory[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nightshift-settings-'));
  indexer = new ScriptedIndexer(folder);
  path = join(workspace().directory, 'memory', 'settings.json');
  told = [];
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((memory) => memory.close()));
  rmSync(folder, { recursive: true, force: true });
});

function workspace() {
  return workspacePaths(folder, { NIGHTSHIFT_HOME: join(folder, 'home') });
}

async function host(): Promise<OpenMemory> {
  const memory = await openMemory({
    paths: workspace(),
    bundles: folder,
    environment: { ...process.env },
    logger: nullLogger,
    redactor: testProtection().redactor,
    episodes: { all: () => [], forget: async () => ok(0), lookAgain: async () => undefined, problems: () => [] },
    onStatus: (status) => told.push(status),
  });
  open.push(memory);
  return memory;
}

async function problems({ desk }: OpenMemory): Promise<readonly string[]> {
  const status = await desk.memoryStatus({}, context);
  return status.ok ? status.value.problems.map(({ part, message }) => `${part}: ${message}`) : ['no answer'];
}

function spoil(text: string): void {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
}

describe('the settings of a memory', () => {
  it('are kept whole and in order when many are changed at once', async () => {
    const { desk } = await host();
    for (let round = 0; round < 25; round += 1) {
      const exclude = [`private-${round}/**`, 'x'.repeat(round * 20)];
      const paused = round % 2 === 0;
      const answers = await Promise.all([
        desk.setMemory({ embedding: none, exclude: ['other/**'] }, context),
        desk.setMemory({ embedding: none, exclude }, context),
        desk.pauseMemory({ paused }, context),
      ]);
      expect(answers.map((answer) => answer.ok)).toEqual([true, true, true]);
      expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ enabled: true, embedding: none, exclude, paused });
      expect(indexer.asked('setExclude').at(-1)).toEqual(round === 0 ? undefined : { exclude });
    }
  });

  it.each(['{"embedding":', '{"embedding":{"by":"none"},"exclude":"all"}'])(
    'that cannot be read (%s) are told as a problem, and nothing is indexed until it is known what to leave out',
    async (text) => {
      spoil(text);
      const memory = await host();
      expect(await problems(memory)).toEqual([expect.stringMatching(/^settings: .*cannot be read.*--resume/)]);
      expect(indexer.asked('open')).toMatchObject([{ paused: true, exclude: [] }]);
      expect(await memory.desk.setMemory({ embedding: none }, context)).toMatchObject({ ok: true });
      expect(await problems(memory)).toHaveLength(1);
      expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ paused: true });
      await memory.desk.setMemory({ embedding: none, exclude: ['private/**'] }, context);
      expect(await problems(memory)).toEqual([]);
      expect(told.at(-1)?.problems).toEqual([]);
      expect(indexer.asked('setExclude')).toEqual([{ exclude: ['private/**'] }]);
      expect(indexer.asked('pause')).toEqual([{ paused: false }]);
      expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
        enabled: true,
        embedding: none,
        exclude: ['private/**'],
        paused: false,
      });
    },
  );

  it('that cannot be read are given up by a person who has everything indexed', async () => {
    spoil('');
    const memory = await host();
    expect(await problems(memory)).toHaveLength(1);
    expect(await memory.desk.pauseMemory({ paused: false }, context)).toMatchObject({ ok: true });
    expect(await problems(memory)).toEqual([]);
  });

  it('that cannot be written hold for now, are a failure of the environment and a problem, until they can', async () => {
    const memory = await host();
    expect(await problems(memory)).toEqual([]);
    spoil('');
    rmSync(path);
    mkdirSync(join(path, 'in the way'), { recursive: true });
    const refused = { ok: false, error: { reason: 'state-unwritable', exitCode: 3 } };
    expect(await memory.desk.pauseMemory({ paused: true }, context)).toMatchObject(refused);
    expect(indexer.asked('pause').at(-1)).toEqual({ paused: true });
    expect(await memory.desk.setMemory({ embedding: { by: 'ollama', host: 'h', model: 'm' } }, context)).toMatchObject(
      refused,
    );
    expect(await problems(memory)).toEqual([expect.stringMatching(/^settings: .*settings\.json cannot be written/)]);
    rmSync(path, { recursive: true });
    expect(await memory.desk.pauseMemory({ paused: true }, context)).toMatchObject({ ok: true });
    expect(await problems(memory)).toEqual([]);
    expect((await KeptSettings.open(path)).now).toEqual({
      enabled: true,
      embedding: { by: 'ollama', host: 'h', model: 'm' },
      exclude: [],
      paused: true,
    });
  });

  it('that are the same again are not written', async () => {
    const { desk } = await host();
    await desk.setMemory({ embedding: none, exclude: [], windowWatches: false }, context);
    expect(existsSync(path)).toBe(false);
  });
});
