import { execFileSync, fork, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { type RunnerChat, type RunnerReport, runnerReportSchema } from '../../../src/protocol/modelRunner.ts';
import { copyModelEngine, isPackageTarget } from '../../../scripts/package/modelEngine.ts';
import { chatTemplate, type TinyModel, writeTinyModel } from '../../fakes/tinyModel/writeTinyModel.ts';
import { runnerScript } from './transformersModel.ts';

const project = fileURLToPath(new URL('../../..', import.meta.url));
const folders: string[] = [];
const children: ReturnType<typeof fork>[] = [];

afterEach(() => {
  children.splice(0).forEach((child) => child.kill('SIGKILL'));
  folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true }));
});

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-runner-'));
  folders.push(folder);
  return folder;
}

/** The runner's process as the host starts it, and what it reports. */
function start(script: string, execArgv: readonly string[] = []) {
  const child = fork(script, [], { env: {}, execArgv: [...execArgv], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  children.push(child);
  let words = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (words += text));
  const reports: (RunnerReport & { readonly at: number })[] = [];
  let wake = (): void => undefined;
  child.on('message', (raw) => {
    reports.push({ ...runnerReportSchema.parse(raw), at: performance.now() });
    wake();
  });
  const until = async (type: RunnerReport['type'], id = 1) => {
    for (;;) {
      const found = reports.find((report) => report.type === type && report.id === id);
      if (found !== undefined) {
        return found;
      }
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  return { child, until, words: () => words };
}

async function order(tiny: TinyModel, change: Partial<RunnerChat> = {}): Promise<RunnerChat> {
  const folder = join(temporaryFolder(), 'tiny');
  await writeTinyModel(folder, tiny);
  return {
    type: 'chat',
    id: 1,
    model: { folder, weights: 'fp32', version: '1' },
    messages: [{ role: 'user', content: 'Go on.' }],
    tools: [],
    window: 100_000,
    maxOutputTokens: 100_000,
    temperature: 0,
    seed: 1,
    ...change,
  };
}

describe('the program of the model runner', () => {
  it('stops within 200 ms of an abort, between two tokens', async () => {
    const { child, until } = start(runnerScript);
    child.send(await order({ turns: [{ text: 'on and on ', after: 'repeat' }], work: 200 }));
    await until('text');
    const aborted = performance.now();
    child.send({ type: 'abort', id: 1 });
    const done = await until('done');
    expect(done).toMatchObject({ finish: 'aborted' });
    expect(done.at - aborted).toBeLessThan(200);
  });

  it('reaches for no network, whether the model is there or not', async () => {
    const guarded = fileURLToPath(new URL('../../fakes/tinyModel/noNetwork.ts', import.meta.url));
    const found = start(runnerScript, ['--import', guarded]);
    found.child.send(await order({ turns: [{ text: 'offline' }] }));
    expect(await found.until('text')).toMatchObject({ text: 'offline' });
    expect(await found.until('done')).toMatchObject({ finish: 'stop' });

    const lost = start(runnerScript, ['--import', guarded]);
    const model = { folder: 'onnx-community/Qwen3-0.6B-ONNX', weights: 'q4' as const, version: '1' };
    lost.child.send(await order({ turns: [] }, { model }));
    expect(await lost.until('failed')).toMatchObject({ reason: 'malformed' });
    expect([found.words(), lost.words()].join('')).not.toContain('NETWORK');

    const eager = ['--import', guarded, '--eval', "fetch('http://127.0.0.1:9').catch(() => process.exit(7))"];
    expect(spawnSync(process.execPath, eager, { encoding: 'utf8' })).toMatchObject({
      status: 7,
      stderr: 'NETWORK fetch\n',
    });
  });

  it('reads only what is new in a prompt that goes on with the last one', async () => {
    const { child, until } = start(runnerScript);
    const turns = [{ text: 'the first answer' }, { text: 'the second' }];
    const first = await order(
      { turns, template: chatTemplate({ turns: 2 }) },
      { template: chatTemplate({ turns: 2 }) },
    );
    child.send(first);
    expect(await until('done', 1)).toMatchObject({ remembered: 0 });
    const messages = [
      ...first.messages,
      { role: 'assistant', content: 'the first answer' },
      { role: 'user', content: 'Go on. '.repeat(30) },
    ];
    child.send({ ...first, id: 2, messages });
    // As far as where the template had the model begin to speak; the answer is written into the history without that mark.
    const past = Buffer.byteLength('user\nGo on.\nassistant\n') + 3;
    expect(await until('done', 2)).toMatchObject({ remembered: 0, output: 11 });
    child.send({ ...first, id: 3, messages: [...messages, { role: 'user', content: 'More.' }] });
    const done = await until('done', 3);
    expect(done.type === 'done' && done.remembered).toBeGreaterThan(past + 200);
    expect(done).toMatchObject({ output: 11, finish: 'stop' });
  });

  it('ends with the host that started it', async () => {
    const { child, until } = start(runnerScript);
    child.send(await order({ turns: [{ text: 'on and on ', after: 'repeat' }] }));
    await until('text');
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.disconnect();
    expect(await gone).toBe(0);
  });

  it.runIf(isPackageTarget(`${process.platform}-${process.arch}`))(
    'runs from a package that has nothing but its bundle and the engine of this platform',
    async () => {
      const target = `${process.platform}-${process.arch}`;
      if (!isPackageTarget(target)) {
        throw new Error(`no package for ${target}`);
      }
      const packed = join(temporaryFolder(), 'dist');
      execFileSync(process.execPath, ['esbuild.mjs', packed], { cwd: project, stdio: ['ignore', 'ignore', 'pipe'] });
      const bare = start(join(packed, 'modelRunner.cjs'));
      bare.child.send(await order({ turns: [{ text: 'x' }] }));
      expect(await bare.until('failed')).toMatchObject({ reason: 'no-engine' });

      await copyModelEngine(packed, target);
      const { child, until } = start(join(packed, 'modelRunner.cjs'));
      child.send(await order({ turns: [{ text: 'packed' }] }));
      expect(await until('text')).toMatchObject({ text: 'packed' });
    },
  );
});
