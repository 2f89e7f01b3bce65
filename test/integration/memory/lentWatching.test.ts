import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nullLogger } from '../../../src/base/logger.ts';
import { ok } from '../../../src/base/result.ts';
import { dialHost, type HostChannel } from '../../../src/host/client/hostChannel.ts';
import { openMemory, type OpenMemory } from '../../../src/host/memory/openMemory.ts';
import { workspacePaths } from '../../../src/host/paths.ts';
import { hostProtocolVersion } from '../../../src/protocol/host.ts';
import { ScriptedIndexer } from '../../fakes/scriptedIndexer.ts';
import { testProtection } from '../../fakes/traceProtection.ts';
import { RpcHarness } from '../host/rpcHarness.ts';

let harness: RpcHarness;
let memory: OpenMemory;
let indexer: ScriptedIndexer;

beforeEach(async () => {
  harness = new RpcHarness();
  indexer = new ScriptedIndexer(harness.folder);
  const root = join(harness.folder, 'repository');
  mkdirSync(root);
  memory = await openMemory({
    paths: workspacePaths(root, { NIGHTSHIFT_HOME: join(harness.folder, 'home') }),
    bundles: harness.folder,
    environment: { ...process.env },
    logger: nullLogger,
    redactor: testProtection().redactor,
    episodes: { all: () => [], forget: async () => ok(0), lookAgain: async () => undefined, problems: () => [] },
    onStatus: () => undefined,
  });
  harness.service.overrides = memory.desk;
  await harness.serve();
});

afterEach(async () => {
  await memory.close();
  await harness.close();
});

async function connect(): Promise<HostChannel> {
  const channel = await dialHost(harness.socket);
  if (channel === undefined) {
    throw new Error('nobody answers');
  }
  const greeting = { protocolVersion: hostProtocolVersion, client: 'test', trace: false };
  expect(await channel.request('initialize', greeting)).toMatchObject({ ok: true });
  return channel;
}

async function say(channel: HostChannel, windowWatches?: boolean): Promise<void> {
  const settings = { embedding: { by: 'none' as const }, ...(windowWatches === undefined ? {} : { windowWatches }) };
  expect(await channel.request('setMemory', settings)).toMatchObject({ ok: true });
}

const last = (): boolean | undefined => indexer.asked('setWindowWatches').at(-1)?.windowWatches;
const becomes = (lends: boolean): Promise<void> => vi.waitFor(() => expect(last()).toBe(lends), 5_000);

describe('watching that windows lend', () => {
  it('ends with the connection of the window that lent it, whoever is left', async () => {
    const [lends, other] = [await connect(), await connect()];
    expect(await other.request('memoryStatus', {})).toMatchObject({ ok: true });
    await say(lends, true);
    await becomes(true);
    await say(other, false);
    await say(other);
    await becomes(true);
    lends.dispose();
    await becomes(false);
  });

  it('lasts while any window lends it, and ends where the last takes it back', async () => {
    const [one, two] = [await connect(), await connect()];
    expect(await one.request('memoryStatus', {})).toMatchObject({ ok: true });
    await say(one, true);
    await say(two, true);
    one.dispose();
    await vi.waitFor(() => expect(indexer.asked('setWindowWatches').length).toBeGreaterThanOrEqual(3), 5_000);
    await becomes(true);
    await say(two, false);
    await becomes(false);
  });

  it('is told to an indexer that starts later', async () => {
    const one = await connect();
    await say(one, true);
    expect(await one.request('memoryStatus', {})).toMatchObject({ ok: true });
    expect(indexer.asked('open')).toMatchObject([{ windowWatches: true }]);
  });
});
