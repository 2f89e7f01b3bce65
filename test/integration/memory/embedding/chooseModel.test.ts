import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nullLogger } from '../../../../src/base/logger.ts';
import { ok } from '../../../../src/base/result.ts';
import { dialHost, type HostChannel } from '../../../../src/host/client/hostChannel.ts';
import { openMemory, type OpenMemory } from '../../../../src/host/memory/openMemory.ts';
import { workspacePaths } from '../../../../src/host/paths.ts';
import { hostProtocolVersion } from '../../../../src/protocol/host.ts';
import type { RequestProgress } from '../../../../src/protocol/models.ts';
import { type FakeHub, startFakeHub } from '../../../fakes/modelHub.ts';
import { writeTinyEmbedder } from '../../../fakes/tinyModel/writeTinyEmbedder.ts';
import { testProtection } from '../../../fakes/traceProtection.ts';
import { RpcHarness, until } from '../../host/rpcHarness.ts';

const name = 'tiny/model';
const weights = 'onnx/model_quantized.onnx';

describe('a client of the host that chooses an embedding model', () => {
  let harness: RpcHarness;
  let channel: HostChannel;
  let hub: FakeHub;
  let memory: OpenMemory;
  let models = '';
  let published = '';
  let settingsPath = '';

  beforeEach(async () => {
    harness = new RpcHarness();
    hub = await startFakeHub(name);
    models = join(harness.folder, 'models');
    published = join(harness.folder, 'published');
    const root = join(harness.folder, 'repository');
    await mkdir(root);
    await writeTinyEmbedder(published);
    const entries = await readdir(published, { recursive: true, withFileTypes: true });
    for (const entry of entries.filter((each) => each.isFile())) {
      const path = join(entry.parentPath, entry.name);
      hub.files.set(relative(published, path), { content: await readFile(path) });
    }
    const environment = {
      NIGHTSHIFT_HOME: join(harness.folder, 'home'),
      NIGHTSHIFT_MODELS_DIRECTORY: models,
      NIGHTSHIFT_MODEL_HUB: hub.url,
    };
    const paths = workspacePaths(root, environment);
    settingsPath = join(paths.directory, 'memory', 'settings.json');
    memory = await openMemory({
      paths,
      bundles: harness.folder,
      environment,
      logger: nullLogger,
      redactor: testProtection().redactor,
      episodes: { all: () => [], forget: async () => ok(0), lookAgain: async () => undefined, problems: () => [] },
      onStatus: () => undefined,
    });
    harness.service.overrides = memory.desk;
    await harness.serve();
    const dialled = await dialHost(harness.socket);
    if (dialled === undefined) {
      throw new Error('nobody answers');
    }
    channel = dialled;
    await channel.request('initialize', { protocolVersion: hostProtocolVersion, client: 'test', trace: false });
  });

  afterEach(async () => {
    channel.dispose();
    await memory.close();
    await hub.close();
    await harness.close();
  });

  const isThere = (path: string): Promise<boolean> =>
    stat(path).then(
      () => true,
      () => false,
    );

  it('has it fetched from the hub that the host was given, with progress, and sets that alone', async () => {
    const told: RequestProgress[] = [];
    const placed = await channel.request('fetchEmbedding', { name }, undefined, (progress) => told.push(progress));
    const folder = join(models, 'tiny', 'model');
    const size = (path: string): number => hub.files.get(path)?.content.length ?? 0;
    expect(placed).toMatchObject({ ok: true, value: { folder, name: 'model' } });
    expect(placed.ok && placed.value.bytes).toBeGreaterThan(size(weights));
    expect(told.filter(({ text }) => text === weights).at(-1)).toEqual({
      text: weights,
      completed: size(weights),
      total: size(weights),
    });
    const before = { embedding: { by: 'none' as const }, exclude: ['dist/**'], windowWatches: true };
    await channel.request('setMemory', before);
    const embedding = { by: 'transformers' as const, folder, name: 'model' };
    expect(await channel.request('setMemory', { embedding })).toEqual({ ok: true, value: {} });
    expect(JSON.parse(await readFile(settingsPath, 'utf8'))).toEqual({
      enabled: true,
      embedding,
      exclude: ['dist/**'],
      paused: false,
    });
  });

  it('stops a download, which goes on from there when it is asked for again', async () => {
    const file = hub.files.get(weights);
    if (file === undefined) {
      throw new Error('the hub has no weights');
    }
    file.content = Buffer.concat([file.content, Buffer.alloc(400_000)]);
    const whole = file.content;
    file.stallAfter = 200_000;
    const stopped = new AbortController();
    let completed = 0;
    const asked = channel.request('fetchEmbedding', { name }, stopped.signal, (progress) => {
      completed = progress.text === weights ? (progress.completed ?? 0) : completed;
    });
    await until('a part of the weights is there', () => completed > 0);
    stopped.abort();
    expect(await asked).toMatchObject({ ok: false, error: { reason: 'aborted' } });
    expect(await isThere(join(models, 'tiny', 'model'))).toBe(false);
    const lock = join(models, '.incoming', 'tiny--model.lock');
    for (let tries = 0; tries < 200 && (await isThere(lock)); tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    delete file.stallAfter;
    expect(await channel.request('fetchEmbedding', { name })).toMatchObject({ ok: true });
    expect(hub.asked.filter((each) => each.startsWith(`${weights} bytes=`))).toHaveLength(1);
    expect(await readFile(join(models, 'tiny', 'model', weights))).toEqual(whole);
  });

  it('is told in one line that a folder is no model, and copies one that is', async () => {
    const bad = join(harness.folder, 'bad');
    await mkdir(bad);
    await writeFile(join(bad, 'config.json'), '{"model_type": "bert"}');
    const refused = await channel.request('importEmbedding', { folder: bad });
    expect(refused).toMatchObject({ ok: false, error: { reason: 'unusable', exitCode: 2 } });
    expect(refused.ok ? '' : refused.error.message).toMatch(
      /^The embedding model bad in [^\n]+ is not complete: [^\n]+\.$/,
    );
    expect(await channel.request('importEmbedding', { folder: 'bad' })).toMatchObject({
      ok: false,
      error: { reason: 'bad-name', exitCode: 2 },
    });

    const brought = await channel.request('importEmbedding', { folder: published });
    expect(brought).toMatchObject({ ok: true, value: { folder: join(models, 'published'), name: 'published' } });
    await rm(published, { recursive: true });
    expect(await isThere(join(models, 'published', weights))).toBe(true);
  });

  it('is told what is wrong with a name and with an address', async () => {
    const wrong = [
      [{ name: '../up' }, 'bad-name', 2],
      [{ name: 'tiny/absent' }, 'not-found', 2],
      [{ name, hub: 'ftp://hub.example' }, 'refused', 3],
    ] as const;
    for (const [params, reason, exitCode] of wrong) {
      const answer = await channel.request('fetchEmbedding', params);
      expect(answer).toMatchObject({ ok: false, error: { reason, exitCode } });
      expect(answer.ok ? '' : answer.error.message).not.toContain('\n');
    }
  });
});
