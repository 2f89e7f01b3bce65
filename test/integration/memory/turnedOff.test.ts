import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nullLogger } from '../../../src/base/logger.ts';
import { ok } from '../../../src/base/result.ts';
import { openMemory, type OpenMemory } from '../../../src/host/memory/openMemory.ts';
import { workspacePaths } from '../../../src/host/paths.ts';
import { ScriptedIndexer } from '../../fakes/scriptedIndexer.ts';
import { testProtection } from '../../fakes/traceProtection.ts';
import { RpcHarness } from '../host/rpcHarness.ts';

let harness: RpcHarness;
let indexer: ScriptedIndexer;
let memory: OpenMemory;
const never = new AbortController().signal;
const context = { signal: never, gone: never, report: () => undefined };
const none = { by: 'none' } as const;

async function open(): Promise<OpenMemory> {
  return openMemory({
    paths: workspacePaths(join(harness.folder, 'repository'), { NIGHTSHIFT_HOME: join(harness.folder, 'home') }),
    bundles: harness.folder,
    environment: { ...process.env },
    logger: nullLogger,
    redactor: testProtection().redactor,
    episodes: { all: () => [], forget: async () => ok(0), lookAgain: async () => undefined, problems: () => [] },
    onStatus: () => undefined,
  });
}

function isAlive(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0);
  } catch {
    return false;
  }
}

beforeEach(async () => {
  harness = new RpcHarness();
  indexer = new ScriptedIndexer(harness.folder);
  mkdirSync(join(harness.folder, 'repository'));
  memory = await open();
});

afterEach(async () => {
  await memory.close();
  await harness.close();
});

describe('a memory that the person turned off', () => {
  it('ends its process, answers nobody, and starts none until it is turned on', async () => {
    expect(await memory.desk.memoryStatus({}, context)).toMatchObject({ ok: true });
    const [pid] = indexer.starts();
    await memory.desk.setMemory({ enabled: false, embedding: none }, context);
    const off = { ok: false, error: { reason: 'memory-off', message: expect.stringContaining('memory.enabled') } };
    expect(await memory.desk.memoryStatus({}, context)).toMatchObject(off);
    expect(await memory.memory.recall({ query: 'sum', count: 5, snippetTokens: 100 }, never)).toMatchObject(off);
    memory.anticipate();
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), 5_000);
    expect(indexer.starts()).toEqual([pid]);
    await memory.desk.setMemory({ enabled: true, embedding: none }, context);
    expect(await memory.desk.memoryStatus({}, context)).toMatchObject({ ok: true });
    expect(indexer.starts()).toHaveLength(2);
  });

  it('stays off for the next host, before any window speaks', async () => {
    await memory.desk.setMemory({ enabled: false, embedding: none }, context);
    await memory.close();
    memory = await open();
    expect(await memory.desk.recall({ query: 'sum', count: 5, snippetTokens: 100 }, context)).toMatchObject({
      error: { reason: 'memory-off', exitCode: 3 },
    });
    expect(indexer.starts()).toEqual([]);
    expect(existsSync(join(harness.folder, 'home'))).toBe(true);
  });
});
