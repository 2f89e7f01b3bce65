import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failure } from '../../../src/base/failure.ts';
import { fail, ok } from '../../../src/base/result.ts';
import type { StoredItem } from '../../../src/core/sandbox/housekeeping.ts';
import type { RuntimeInfo, SandboxEngine } from '../../../src/core/sandbox/sandbox.ts';
import { type DoctorOptions, runChecks } from '../../../src/host/doctor/doctorChecks.ts';
import type { DoctorCheck } from '../../../src/protocol/doctorCheck.ts';
import { boxChannel } from '../../../src/host/boxChannel.ts';
import { imageCap } from '../../../src/host/housekeeping.ts';
import { ignoredSettings } from '../../../src/host/ignoredSettings.ts';
import { parallelRequests } from '../../../src/host/models/modelEndpoints.ts';
import { warmBoxes } from '../../../src/host/openBoxes.ts';
import { preferredRuntime } from '../../../src/host/preferredRuntime.ts';

const image: StoredItem = { class: 'base-image', id: 'sha256:1', name: 'nightshift/base:1', bytes: 2e8, usedAt: 1 };
const stored: readonly StoredItem[] = [image];

const engine: SandboxEngine = {
  info: async () =>
    ok({ endpoint: '/run/docker.sock', version: '26.1', apiVersion: '1.45', runtimes: ['runc', 'runsc'] }),
  chooseRuntime: async () => ok({ name: 'runsc', isolatedKernel: true }),
  ensureBaseImage: async () => ok({ image: 'nightshift/base:1', id: 'sha256:1' }),
  start: async () => fail(failure('start-failed', 'not asked here')),
  reap: async () => ok(0),
};

describe('doctor', () => {
  let stateHome: string;
  beforeEach(() => {
    stateHome = mkdtempSync(join(tmpdir(), 'ns-doctor-'));
  });
  afterEach(() => rmSync(stateHome, { recursive: true, force: true }));

  async function checks(changes: Partial<DoctorOptions> = {}): Promise<Record<string, DoctorCheck>> {
    const found: Record<string, DoctorCheck> = {};
    const options: DoctorOptions = {
      engine,
      preferredRuntime: ok(undefined),
      channel: ok(undefined),
      repository: async () => ok({ root: '/repository', head: 'abc', branch: 'main' }),
      gitVersion: async () => 'git version 2.39.5',
      models: async () => ok([{ name: 'qwen3:8b', tools: true }]),
      modelServer: async () => undefined,
      recommended: 'qwen3:8b',
      traceReceiver: async () => undefined,
      ignoredSettings: [],
      storage: {
        engine: async () => ok(stored),
        stateBytes: async () => 2_500_000,
        policy: { now: Date.now(), began: Date.now(), imageBytes: 1e9 },
      },
      stateHome,
      nodeVersion: '24.1.0',
      mend: () => undefined,
      signal: new AbortController().signal,
      ...changes,
    };
    for await (const check of runChecks(options)) {
      found[check.name] = check;
    }
    for (const check of Object.values(found)) {
      expect(check.fix === undefined, `${check.name} has a way out exactly when it needs one`).toBe(
        check.status === 'ok',
      );
    }
    return found;
  }

  it('looks briefly at what no task can do without, and has nothing started or made for it', async () => {
    const asked: string[] = [];
    const watched: SandboxEngine = {
      ...engine,
      chooseRuntime: async () => {
        asked.push('runtime');
        return ok({ name: 'runsc', isolatedKernel: true });
      },
      ensureBaseImage: async () => {
        asked.push('image');
        return ok({ image: 'nightshift/base:1', id: 'sha256:1' });
      },
    };
    expect(Object.keys(await checks({ brief: true, engine: watched }))).toEqual(['git', 'engine', 'model']);
    expect(asked).toEqual([]);
  });

  it('says what to run where a part is installed and only not started or registered', async () => {
    const mend = (part: string): string => `mend ${part}`;
    const down: SandboxEngine = { ...engine, info: async () => fail(failure('engine-unavailable', 'not there')) };
    const models = async () => fail(failure('unreachable', 'no answer'));
    const missing = await checks({ engine: down, models, mend });
    expect([missing['engine']?.command, missing['model']?.command]).toEqual(['mend engine', 'mend model']);
    expect(missing['engine']?.fix).toContain('`mend engine`');
    const plain: SandboxEngine = {
      ...engine,
      info: async () => ok({ endpoint: '/d', version: '26.1', apiVersion: '1.45', runtimes: ['runc'] }),
      chooseRuntime: async () => ok({ name: 'runc', isolatedKernel: false }),
    };
    expect((await checks({ engine: plain, mend }))['runtime']?.command).toBe('mend runtime');
    expect((await checks({ mend }))['runtime']?.command).toBeUndefined();
  });

  it('asks the receiver of traces where one is set, and never calls the machine unfit for it', async () => {
    expect(await checks()).not.toHaveProperty('trace export');
    const taking = await checks({ traceReceiver: async () => ok('http://127.0.0.1:4318/v1/traces takes spans') });
    expect(taking['trace export']).toMatchObject({ status: 'ok' });
    const down = await checks({ traceReceiver: async () => fail(failure('receiver', 'no connection')) });
    expect(down['trace export']).toMatchObject({ status: 'warn', detail: 'no connection' });
  });

  it('warns of settings that cannot be read, and of no others', async () => {
    const environment = {
      NIGHTSHIFT_IMAGE_GIGABYTES: 'foo',
      NIGHTSHIFT_WARM_SANDBOXES: 'foo',
      NIGHTSHIFT_MODELS_PARALLEL: '65',
    };
    const found = await checks({ ignoredSettings: ignoredSettings(environment) });
    expect(found['settings']).toMatchObject({
      status: 'warn',
      detail: expect.stringMatching(
        /NIGHTSHIFT_IMAGE_GIGABYTES is "foo".*; NIGHTSHIFT_MODELS_PARALLEL is "65".*; NIGHTSHIFT_WARM_SANDBOXES is "foo"/,
      ),
    });
    expect(imageCap(environment)).toBe(imageCap({}));
    expect(warmBoxes(environment)).toBe(warmBoxes({}));
    expect(parallelRequests(environment)).toBeUndefined();
    const good = {
      NIGHTSHIFT_IMAGE_GIGABYTES: '2.5',
      NIGHTSHIFT_WARM_SANDBOXES: '0',
      NIGHTSHIFT_MODELS_PARALLEL: '64',
    };
    expect(ignoredSettings(good)).toEqual([]);
    expect([imageCap(good), warmBoxes(good), parallelRequests(good)]).toEqual([2.5e9, 0, 64]);
  });

  it('finds everything in order on a complete machine', async () => {
    const found = await checks();
    expect(Object.keys(found)).toEqual([
      'node',
      'git',
      'engine',
      'base image',
      'runtime',
      'model',
      'repository',
      'state',
      'disk',
      'images',
      'leftovers',
    ]);
    expect(Object.values(found).map((check) => check.status)).toEqual(Array.from({ length: 11 }, () => 'ok'));
  });

  it('asks nothing more of an engine that does not answer', async () => {
    const down = { ...engine, info: async () => fail(failure('engine-unavailable' as const, 'No engine answers.')) };
    const found = await checks({ engine: down });
    expect(found['engine']).toMatchObject({ status: 'fail', detail: 'No engine answers.' });
    expect(found['runtime']).toBeUndefined();
    expect((await checks({ engine: undefined }))['engine']?.status).toBe('fail');
  });

  it('warns of a shared kernel, and tells a missing gVisor from one that does not work', async () => {
    const shared = { ...engine, chooseRuntime: async () => ok({ name: 'runc' as const, isolatedKernel: false }) };
    expect((await checks({ engine: shared }))['runtime']).toMatchObject({
      status: 'warn',
      detail: expect.stringContaining('did not pass') as string,
    });
    const without = {
      ...shared,
      info: async () => ok({ endpoint: 'x', version: '1', apiVersion: '1', runtimes: ['runc'] }),
    };
    expect((await checks({ engine: without }))['runtime']).toMatchObject({
      status: 'warn',
      detail: expect.stringContaining('not installed') as string,
    });
  });

  it('reports the runtime that the user chose, and a word that is none even without an engine', async () => {
    const wishes: unknown[] = [];
    const asked: SandboxEngine = {
      ...engine,
      chooseRuntime: async (wish) => {
        wishes.push(wish);
        return ok({ name: wish.preferred ?? 'runsc', isolatedKernel: wish.preferred !== 'runc' });
      },
    };
    expect((await checks({ engine: asked, preferredRuntime: ok('runc') }))['runtime']).toMatchObject({
      status: 'warn',
      detail: 'runc: sandboxes share the kernel of this machine; NIGHTSHIFT_SANDBOX_RUNTIME chose it',
    });
    expect((await checks({ engine: asked, preferredRuntime: ok('runsc') }))['runtime']?.status).toBe('ok');
    expect(wishes).toEqual([
      { requireGvisor: false, preferred: 'runc', allowUnlimited: true },
      { requireGvisor: false, preferred: 'runsc', allowUnlimited: true },
    ]);
    const bad = preferredRuntime({ NIGHTSHIFT_SANDBOX_RUNTIME: 'kata' });
    for (const each of [asked, undefined]) {
      expect((await checks({ engine: each, preferredRuntime: bad }))['runtime']).toMatchObject({
        status: 'fail',
        detail: expect.stringContaining('"kata"') as string,
      });
    }
    expect(wishes).toHaveLength(2);
  });

  it('says how boxes are spoken with only where the user wished for a socket, and why it is not so', async () => {
    const over = (channel: NonNullable<RuntimeInfo['channel']>): SandboxEngine => ({
      ...engine,
      chooseRuntime: async () => ok({ name: 'runsc', isolatedKernel: true, channel }),
    });
    expect(await checks()).not.toHaveProperty('channel');
    expect((await checks({ engine: over({ over: 'socket' }) }))['channel']?.status).toBe('ok');
    expect((await checks({ engine: over({ over: 'stdio', why: 'connect EPERM' }) }))['channel']).toMatchObject({
      status: 'warn',
      detail: expect.stringContaining('connect EPERM') as string,
      fix: expect.stringContaining('--host-uds=open') as string,
    });
    expect((await checks({ channel: boxChannel({ NIGHTSHIFT_CHANNEL: 'pigeon' }) }))['channel']).toMatchObject({
      status: 'fail',
      detail: 'NIGHTSHIFT_CHANNEL is "pigeon"; set it to socket or stdio, or unset it.',
    });
  });

  it('warns of an engine that keeps no limits, and of an unsound way to it', async () => {
    const unenforced = ['memory', 'processes'] as const;
    const loose: SandboxEngine = {
      ...engine,
      info: async () =>
        ok({
          endpoint: 'tcp://h:1',
          version: '1',
          apiVersion: '1',
          runtimes: [],
          remarks: ['neither encrypted; use TLS'],
        }),
      chooseRuntime: async () => ok({ name: 'runc', isolatedKernel: false, unenforced }),
    };
    const found = await checks({ engine: loose });
    expect(found['engine']).toMatchObject({ status: 'warn', fix: 'neither encrypted; use TLS.' });
    expect(found['runtime']).toMatchObject({
      status: 'warn',
      detail: 'runc: limits not enforced: memory, processes',
      fix: expect.stringContaining('sandbox.allowUnlimited') as string,
    });
  });

  it('tells no server, no model and no capable model apart', async () => {
    const refused = async () => fail(failure('unreachable', 'No Ollama server answers.'));
    expect((await checks({ models: refused }))['model']).toMatchObject({
      status: 'fail',
      detail: 'No Ollama server answers.',
    });
    expect((await checks({ models: async () => ok([]) }))['model']).toMatchObject({ detail: 'Ollama has no model' });
    const mute = async () => ok([{ name: 'tiny', tools: false }]);
    expect((await checks({ models: mute }))['model']).toMatchObject({
      status: 'fail',
      fix: expect.stringContaining('nightshift models pull qwen3:8b') as string,
    });
  });

  it('asks the model server that is set, and misses Ollama less where it answers', async () => {
    const refused = async () => fail(failure('unreachable', 'No Ollama server answers.'));
    const found = await checks({ models: refused, modelServer: async () => ok('http://gpu/v1 has 1 model: openai:m') });
    expect(found['model']?.status).toBe('warn');
    expect(found['model server']).toEqual({
      name: 'model server',
      status: 'ok',
      detail: 'http://gpu/v1 has 1 model: openai:m',
    });
    const gone = async () => fail(failure('unreachable', 'No model server answers.'));
    const broken = await checks({ models: refused, modelServer: gone });
    expect([broken['model']?.status, broken['model server']?.status]).toEqual(['fail', 'fail']);
    expect(await checks()).not.toHaveProperty('model server');
  });

  it('tells the grades of models, and recommends one where there are only weak ones', async () => {
    const installed = [
      { name: 'tiny', tools: true, level: 'weak' as const },
      { name: 'mute', tools: false },
      { name: 'broken', tools: true, level: 'unfit' as const },
    ];
    expect((await checks({ models: async () => ok(installed) }))['model']).toMatchObject({
      status: 'warn',
      detail: '1 to work with: tiny (weak)',
      fix: 'A better one for this machine: nightshift models pull qwen3:8b',
    });
    const better = [...installed, { name: 'good', tools: true }];
    expect((await checks({ models: async () => ok(better) }))['model']).toMatchObject({
      status: 'ok',
      detail: '2 to work with: tiny (weak), good (not tried yet)',
    });
    expect((await checks({ models: async () => ok(installed.slice(1)) }))['model']).toMatchObject({ status: 'fail' });
  });

  it('names old tools, a missing repository and a state folder that cannot be written', async () => {
    writeFileSync(join(stateHome, 'file'), '');
    const found = await checks({
      nodeVersion: '20.20.2',
      gitVersion: () => Promise.reject(new Error('spawn git ENOENT')),
      repository: async () => fail(failure('not-a-repository', '/x is not in a Git repository.')),
      stateHome: join(stateHome, 'file'),
    });
    expect(['node', 'git', 'repository', 'state'].map((name) => found[name]?.status)).toEqual([
      'fail',
      'fail',
      'fail',
      'fail',
    ]);
    expect(found['disk']).toBeUndefined();
  });

  it('shows sizes, and what dead hosts and failed removals left, each with its way out', async () => {
    const storage = (items: readonly StoredItem[]) => ({
      engine: async () => ok(items),
      stateBytes: async () => 2_500_000,
      policy: { now: Date.now(), began: Date.now(), imageBytes: 1e9 },
    });
    const fine = await checks({ storage: storage([image]) });
    expect(fine['images']?.detail).toBe('1 image, 200 MB of at most 1.0 GB');
    expect(fine['state']?.detail).toBe(`${stateHome} (2.5 MB)`);
    const box = { class: 'sandbox' as const, id: 'abc', bytes: 0, usedAt: 1 };
    const left = await checks({
      storage: storage([
        { ...image, bytes: 3e9 },
        { ...box, name: 'nightshift-left', owner: 'dead' },
        { ...box, name: 'nightshift-busy', owner: 'alive' },
        { class: 'runtime-process', id: '4711', name: 'process 4711, of the container 0123', bytes: 3e7, usedAt: 1 },
      ]),
    });
    expect(left['images']).toMatchObject({ status: 'warn', fix: 'Run `nightshift clean`.' });
    expect(left['leftovers']).toMatchObject({
      status: 'warn',
      detail: 'Left by hosts that are gone: nightshift-left',
      fix: 'Run `nightshift clean`.',
    });
    expect(left['leaks']).toMatchObject({ status: 'warn', fix: expect.stringContaining('kill -9 4711') as string });
  });
});
