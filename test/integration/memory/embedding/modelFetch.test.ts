import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { embeddingManifest, type ModelFile } from '../../../../src/core/memory/embedding/modelManifest.ts';
import {
  type FetchModelOptions,
  type FetchProgress,
  fetchModel,
  importModel,
} from '../../../../src/node/models/embedding/modelFetch.ts';
import { type FakeHub, startFakeHub } from '../../../fakes/modelHub.ts';
import { writeTinyEmbedder } from '../../../fakes/tinyModel/writeTinyEmbedder.ts';
import { never, TinyEmbedders, vectorsOf } from './tinyEmbedder.ts';

const name = 'tiny/model';
const weights = 'onnx/model_quantized.onnx';
const tiny = new TinyEmbedders();
let hub: FakeHub;
let others: FakeHub;
let directory = '';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nightshift-models-'));
  hub = await startFakeHub(name);
  others = await startFakeHub('tiny/other');
  await publish();
});

afterEach(async () => {
  await tiny.close();
  await hub.close();
  await others.close();
  await rm(directory, { recursive: true, force: true });
});

async function filesOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .toSorted();
}

/** Puts a tiny model on the hub. */
async function publish(revision = 0): Promise<void> {
  const folder = join(directory, 'published');
  await writeTinyEmbedder(folder, { revision });
  for (const path of await filesOf(folder)) {
    hub.files.set(path, { content: await readFile(join(folder, path)) });
  }
  await rm(folder, { recursive: true });
}

function file(path: string) {
  const found = hub.files.get(path);
  if (found === undefined) {
    throw new Error(`The hub has no ${path}.`);
  }
  return found;
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function get(options: Partial<FetchModelOptions> = {}) {
  return fetchModel({
    manifest: embeddingManifest(name),
    hub: hub.url,
    directory,
    signal: never,
    onProgress: () => undefined,
    againMs: 5,
    idleMs: 400,
    ...options,
  });
}

function withFile(path: string, change: Partial<ModelFile>) {
  const manifest = embeddingManifest(name);
  return { ...manifest, files: manifest.files.map((each) => (each.path === path ? { ...each, ...change } : each)) };
}

describe('the download of a model', () => {
  it('puts a model in its place that embeds, shows its digests, and tells how far it is', async () => {
    const progress: FetchProgress[] = [];
    const placed = await get({ onProgress: (each) => progress.push(each) });
    if (!placed.ok) {
      throw new Error(placed.error.message);
    }
    expect(placed.value.folder).toBe(join(directory, 'tiny', 'model'));
    expect(placed.value.files.find(({ path }) => path === weights)).toEqual({
      path: weights,
      sha256: sha256(file(weights).content),
      checked: 'first',
    });
    const { length } = file(weights).content;
    expect(progress.findLast(({ path }) => path === weights)).toEqual({ path: weights, bytes: length, total: length });
    const opened = await tiny.tryOpen(placed.value.folder);
    expect(opened.ok && (await vectorsOf(opened.value, ['a text'])).length).toBe(1);
    expect(await readdir(directory)).toEqual(expect.arrayContaining(['.digests', 'tiny']));
    expect(await readdir(join(directory, '.incoming'))).toEqual([]);
  });

  it('goes where the hub sends it, and checks the digest that the hub names', async () => {
    Object.assign(file(weights), { redirect: `/store/${weights}`, toldDigest: sha256(file(weights).content) });
    expect(await get()).toMatchObject({ ok: true });
    Object.assign(file(weights), { toldDigest: '0'.repeat(64) });
    const answer = await get();
    expect(answer).toMatchObject({ ok: false, error: { reason: 'wrong-content' } });
    expect(await filesOf(join(directory, 'tiny', 'model'))).toContain(weights);
  });

  it('does not go on without end, and not from what is safe to what is not', async () => {
    file(weights).redirect = `/${name}/resolve/main/${weights}`;
    expect(await get()).toMatchObject({ ok: false, error: { reason: 'refused' } });
    file(weights).redirect = 'file:///etc/passwd';
    expect(await get()).toMatchObject({ ok: false, error: { reason: 'refused' } });
  });

  it('goes on where a connection broke off', async () => {
    const { length } = file(weights).content;
    Object.assign(file(weights), { cutAfter: 1_000, alwaysCut: true });
    expect(await get()).toMatchObject({ ok: true });
    const asked = hub.asked.filter((each) => each.startsWith(weights));
    const starts = asked.map((each) => Number(/bytes=(\d+)-/.exec(each)?.[1] ?? 0));
    expect(starts).toEqual(starts.toSorted((one, other) => one - other));
    expect(new Set(starts).size).toBeGreaterThanOrEqual(Math.ceil(length / 1_000));
    expect(await readFile(join(directory, 'tiny', 'model', weights))).toEqual(file(weights).content);
  });

  it('goes on after it was stopped', async () => {
    const stop = new AbortController();
    Object.assign(file(weights), { cutAfter: 2_000, alwaysCut: true });
    const stopped = await get({
      signal: stop.signal,
      onProgress: ({ path, bytes }) => {
        if (path === weights && bytes >= 2_000) {
          stop.abort();
        }
      },
    });
    expect(stopped).toMatchObject({ ok: false, error: { reason: 'aborted' } });
    file(weights).cutAfter = undefined;
    hub.asked.length = 0;
    expect(await get()).toMatchObject({ ok: true });
    expect(hub.asked[0]).toBe(`${weights} bytes=2000-`);
    expect(await readFile(join(directory, 'tiny', 'model', weights))).toEqual(file(weights).content);
  });

  it('begins anew where the server gives no parts, or has another file by now', async () => {
    Object.assign(file(weights), { cutAfter: 2_000, noRange: true });
    expect(await get()).toMatchObject({ ok: true });
    await rm(join(directory, 'tiny'), { recursive: true });
    Object.assign(file(weights), { cutAfter: 2_000, noRange: false, noTag: true });
    expect(await get()).toMatchObject({ ok: true });
    expect(await readFile(join(directory, 'tiny', 'model', weights))).toEqual(file(weights).content);
  });

  it('does not mix two files of one name', async () => {
    const stop = new AbortController();
    Object.assign(file(weights), { cutAfter: 2_000, alwaysCut: true });
    await get({
      signal: stop.signal,
      onProgress: ({ path, bytes }) => path === weights && bytes >= 2_000 && stop.abort(),
    });
    await publish(1);
    expect(await get()).toMatchObject({ ok: true });
    expect(await readFile(join(directory, 'tiny', 'model', weights))).toEqual(file(weights).content);
  });

  it('waits for a hub that is busy, and gives up one that stays so', async () => {
    Object.assign(file(weights), { status: 503, times: 3 });
    expect(await get()).toMatchObject({ ok: true });
    await rm(join(directory, 'tiny'), { recursive: true });
    Object.assign(file(weights), { status: 503, times: undefined });
    expect(await get()).toMatchObject({ ok: false, error: { reason: 'interrupted' } });
  });

  it('gives up a hub that says nothing any more', async () => {
    file(weights).silent = true;
    const answer = await get({ idleMs: 60 });
    expect(answer).toMatchObject({ ok: false, error: { reason: 'interrupted' } });
  });

  it('says that nobody answers at the address', async () => {
    const { url } = hub;
    await hub.close();
    await others.close();
    const answer = await get({ hub: url });
    expect(answer).toMatchObject({ ok: false, error: { reason: 'unreachable' } });
    hub = await startFakeHub(name);
    others = await startFakeHub('tiny/other');
  });

  it.each([
    [404, 'not-found'],
    [401, 'refused'],
    [418, 'refused'],
  ])('says what an answer of %i means', async (status, reason) => {
    file('tokenizer.json').status = status;
    expect(await get()).toMatchObject({ ok: false, error: { reason } });
    expect(await readdir(directory)).not.toContain('tiny');
  });

  it.each(['../evil', 'a/b/c', 'a/..', '', 'con/.'])('refuses the name %j', async (bad) => {
    const manifest = embeddingManifest(bad);
    expect(await get({ manifest })).toMatchObject({ ok: false, error: { reason: 'bad-name' } });
    expect(await importModel(directory, bad, directory)).toMatchObject({ ok: false, error: { reason: 'bad-name' } });
  });

  it('refuses an address of no hub', async () => {
    expect(await get({ hub: 'ftp://hub' })).toMatchObject({ ok: false, error: { reason: 'refused' } });
  });

  it('throws away what has not the pinned digest or size', async () => {
    const wrong = await get({ manifest: withFile(weights, { sha256: 'f'.repeat(64) }) });
    expect(wrong).toMatchObject({ ok: false, error: { reason: 'wrong-content' } });
    const long = await get({ manifest: withFile(weights, { bytes: 100 }) });
    expect(long).toMatchObject({ ok: false, error: { reason: 'wrong-content' } });
    const pinned = await get({ manifest: withFile(weights, { sha256: sha256(file(weights).content) }) });
    expect(pinned).toMatchObject({ ok: true });
    expect(pinned.ok && pinned.value.files.find(({ path }) => path === weights)?.checked).toBe('pinned');
  });

  it('remembers the first download, and refuses another file under its name until a person accepts it', async () => {
    expect(await get()).toMatchObject({ ok: true });
    const again = await get();
    expect(again.ok && again.value.files.every(({ checked }) => checked === 'remembered')).toBe(true);
    await publish(1);
    const other = await get();
    expect(other).toMatchObject({ ok: false, error: { reason: 'changed' } });
    expect(other.ok ? '' : other.error.message).toContain(weights);
    expect(await get({ acceptChanged: true })).toMatchObject({ ok: true });
    expect(await get()).toMatchObject({ ok: true });
  });

  it('refuses what is no embedding model, and leaves the one that is there', async () => {
    expect(await get()).toMatchObject({ ok: true });
    file('config.json').content = Buffer.from('{}');
    const answer = await get({ acceptChanged: true });
    expect(answer).toMatchObject({ ok: false, error: { reason: 'unusable' } });
    expect(await tiny.tryOpen(join(directory, 'tiny', 'model'))).toMatchObject({ ok: true });
  });

  it('remembers the first downloads of models that are fetched at once', async () => {
    const other = 'tiny/other';
    hub.files.forEach((content, path) => others.files.set(path, content));
    const both = (): Promise<unknown[]> =>
      Promise.all([get(), get({ manifest: embeddingManifest(other), hub: others.url })]);
    for (let round = 0; round < 5; round += 1) {
      await rm(join(directory, '.digests'), { recursive: true, force: true });
      await both();
      const again = await both();
      const remembered = {
        ok: true,
        value: { files: expect.arrayContaining([expect.objectContaining({ checked: 'remembered' })]) },
      };
      expect(again).toMatchObject([remembered, remembered]);
    }
  });

  it('trusts nothing new where what it remembers cannot be read, and says the way out', async () => {
    expect(await get()).toMatchObject({ ok: true });
    const path = join(directory, '.digests', 'tiny--model.json');
    for (const spoiled of ['{"version":1,"dig', '{"version":2,"digests":{}}']) {
      await writeFile(path, spoiled);
      await publish(1);
      const refused = await get();
      expect(refused).toMatchObject({ ok: false, error: { reason: 'failed' } });
      expect(refused.ok ? '' : refused.error.message).toMatch(/tiny--model\.json cannot be read.*remove it/);
      expect(await readFile(path, 'utf8')).toBe(spoiled);
    }
    expect(await importModel(join(directory, name), name, directory)).toMatchObject({ ok: false });
    await rm(path);
    expect(await get()).toMatchObject({ ok: true });
  });

  it('is done by one process at a time, and a dead one holds nobody up', async () => {
    const [one, other] = await Promise.all([get(), get()]);
    expect([one.ok, other.ok].filter(Boolean)).toHaveLength(1);
    expect([one, other].find(({ ok }) => !ok)).toMatchObject({ error: { reason: 'busy' } });
    await writeFile(join(directory, '.incoming', 'tiny--model.lock'), '999999999');
    expect(await get()).toMatchObject({ ok: true });
  });
});

describe('the import of a model', () => {
  it('copies what the model needs, and nothing else', async () => {
    const from = await tiny.folder({
      files: { 'README.md': 'words', '1_Pooling/config.json': { pooling_mode_cls_token: true } },
    });
    const placed = await importModel(from, 'own/model', directory);
    expect(placed).toMatchObject({ ok: true, value: { folder: join(directory, 'own', 'model') } });
    expect(await filesOf(join(directory, 'own', 'model'))).toEqual([
      '1_Pooling/config.json',
      'config.json',
      weights,
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
  });

  it('says what a folder lacks, and changes nothing', async () => {
    const from = await tiny.folder();
    await rm(join(from, 'tokenizer.json'));
    const placed = await importModel(from, 'own/model', directory);
    expect(placed).toMatchObject({ ok: false, error: { reason: 'unusable' } });
    expect(placed.ok ? '' : placed.error.message).toContain('tokenizer.json is missing');
    expect(await readdir(directory)).toEqual([]);
  });

  it('puts a newer model in the place of an older one', async () => {
    const [one, two] = await Promise.all([tiny.folder({ revision: 0 }), tiny.folder({ revision: 1 })]);
    await importModel(one, 'own/model', directory);
    await mkdir(join(directory, '.incoming'), { recursive: true });
    expect(await importModel(two, 'own/model', directory)).toMatchObject({ ok: true });
    const placed = await readFile(join(directory, 'own', 'model', weights));
    expect(placed).toEqual(await readFile(join(two, weights)));
    expect((await stat(join(directory, 'own'))).isDirectory()).toBe(true);
    expect(await readdir(join(directory, 'own'))).toEqual(['model']);
  });
});
