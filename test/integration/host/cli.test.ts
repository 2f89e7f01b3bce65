import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createMessageConnection, ResponseError } from 'vscode-jsonrpc/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../../../src/cli/runCli.ts';
import { readHostLock } from '../../../src/host/hostLock.ts';
import {
  ensureSocketDirectory,
  ensureWorkspace,
  type WorkspacePaths,
  workspacePaths,
} from '../../../src/host/paths.ts';
import { processStart } from '../../../src/host/processStart.ts';
import { memoryCliIo, type MemoryCliIo } from '../../fakes/memoryCliIo.ts';
import { samplePatch } from '../../fakes/sampleTasks.ts';
import { until } from './rpcHarness.ts';
import { hostProtocolVersion } from '../../../src/protocol/host.ts';

const script = fileURLToPath(new URL('../../fakes/memoryHostEntry.ts', import.meta.url));
const program = fileURLToPath(new URL('../../fakes/memoryCli.ts', import.meta.url));

describe('command line on a real host process', () => {
  let folder: string;
  let root: string;
  let paths: WorkspacePaths;
  const before = { ...process.env };

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'ns-cli-')));
    process.env['NIGHTSHIFT_HOME'] = join(folder, 'home');
    process.env['NIGHTSHIFT_IDLE_SECONDS'] = '20';
    root = join(folder, 'a repository with ünïcode');
    mkdirSync(join(root, 'src'), { recursive: true });
    execFileSync('git', ['init', '-q', root]);
    paths = workspacePaths(root);
  });

  afterEach(async () => {
    await runCli(cli(['host', 'stop', '--force']));
    await until('the host ended', () => readHostLock(paths.lock) === undefined);
    process.env = { ...before };
    rmSync(folder, { recursive: true, force: true });
    rmSync(paths.socket, { force: true });
  });

  function cli(argv: readonly string[], changes: Partial<MemoryCliIo> = {}, tty = false): MemoryCliIo {
    return memoryCliIo(
      argv,
      { cwd: join(root, 'src'), hostEntry: { node: process.execPath, script }, ...changes },
      tty,
    );
  }

  async function lastLine(
    argv: readonly string[],
  ): Promise<{ code: number; line: Record<string, unknown>; lines: string[] }> {
    const io = cli(argv);
    const code = await runCli(io);
    expect(io.err()).toBe('');
    const lines = io.out().trimEnd().split('\n');
    return { code, lines, line: JSON.parse(lines.at(-1) ?? '') as Record<string, unknown> };
  }

  it('ends a command that reads its question when it is interrupted', async () => {
    // As long as one that is given nothing to read takes to its end, and some: nothing tells that it reads but that it is not done.
    const began = performance.now();
    await new Promise((resolve) => {
      const first = spawn(process.execPath, [program, 'recall'], { cwd: root, stdio: 'ignore' });
      first.once('exit', resolve);
    });
    const loadedMs = 2_000 + 2 * (performance.now() - began);
    const child = spawn(process.execPath, [program, 'recall'], { cwd: root, stdio: ['pipe', 'pipe', 'pipe'] });
    let told = '';
    child.stderr.on('data', (text: Buffer) => (told += text.toString()));
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    await new Promise((resolve) => setTimeout(resolve, loadedMs));
    expect(child.exitCode).toBeNull();
    child.kill('SIGINT');
    expect([await ended, told]).toEqual([130, '']);
  });

  it('says in one line that the current folder is gone', async () => {
    const gone = join(folder, 'gone');
    mkdirSync(gone);
    const script = 'cd "$1" && rmdir "$1" && exec "$2" "$3" recall cart';
    const child = spawn('sh', ['-c', script, 'sh', gone, process.execPath, program]);
    let told = '';
    child.stderr.on('data', (text: Buffer) => (told += text.toString()));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    expect([code, told]).toEqual([2, 'nightshift: The current folder is gone: change to one that is there.\n']);
  });

  it.each([
    ['green', 0, 'ready'],
    ['red', 1, 'ready'],
    ['unverified', 1, 'ready'],
    ['failed', 1, 'failed'],
    ['engine', 3, 'failed'],
  ])(
    'runs a task that ends %s with exit code %i, every trace line once and in order, the task last',
    async (goal, expected, state) => {
      const { code, line, lines } = await lastLine(['run', goal, '--json']);
      expect(code).toBe(expected);
      expect(line).toMatchObject({ type: 'task', state });
      const events = lines.slice(0, -1).map((text) => JSON.parse(text) as { type: string; seq: number });
      expect(events.map((event) => [event.type, event.seq])).toEqual(
        Array.from({ length: 10 }, (_, seq) => ['event', seq]),
      );
    },
  );

  it('shows a person the progress, the diff, the proof and what to do next', async () => {
    const io = cli(['run', 'green']);
    expect(await runCli(io)).toBe(0);
    for (const part of [
      'step 2 · edit_file src/sum.js',
      '+  return a + b;',
      'before  9 passed, 1 failed',
      'after   10 passed',
      'nightshift apply task-',
      'a recording, not a live model',
      'shared kernel',
      'trace.jsonl',
    ]) {
      expect(io.out()).toContain(part);
    }
  });

  it('works on a task by the beginning of its id, from a folder inside the repository', async () => {
    const { line } = await lastLine(['run', 'green', '--json', '--detach']);
    const id = String(line['id']);
    const start = id.slice(0, 9);
    await until('the task is ready', () => readHostLock(paths.lock) !== undefined);
    expect(await lastLine(['show', start, '--json'])).toMatchObject({ code: 0, line: { id, state: 'ready' } });
    expect(await lastLine(['tasks', '--json'])).toMatchObject({ code: 0, line: { id } });
    expect(await lastLine(['trace', 'verify', start, '--json'])).toMatchObject({
      code: 0,
      line: { type: 'verify', ok: true, events: 10 },
    });
    const patch = cli(['patch', start]);
    expect(await runCli(patch)).toBe(0);
    expect(patch.out()).toBe(samplePatch);
    const one = await lastLine(['apply', start, '--file', 'sum.js', '--json']);
    expect(one).toMatchObject({ code: 0, line: { type: 'task', id } });
    expect(one.lines[0]).toBe('{"type":"remaining","path":"package.json"}');
    expect(await lastLine(['discard', start, '--json'])).toMatchObject({ code: 0, line: { state: 'discarded' } });
  });

  it('refuses an unknown and an ambiguous id, and a file that the task does not change', async () => {
    await runCli(cli(['run', 'green', '--detach']));
    const { line } = await lastLine(['run', 'green', '--json', '--detach']);
    for (const [argv, part] of [
      [['show', 'zzzzzz'], 'There is no task "zzzzzz"'],
      [['show', 'task-'], 'Write more of the id'],
      [['apply', String(line['id']), '--file', '../README.md'], 'is not a changed file'],
    ] as const) {
      const io = cli(argv);
      expect(await runCli(io)).toBe(2);
      expect(io.err()).toContain(part);
      expect(io.err().trimEnd()).not.toContain('\n');
    }
  });

  it('resumes a task that failed, with limits and a word of advice', async () => {
    const { line } = await lastLine(['run', 'failed', '--json']);
    const given = ['--max-steps', '80', '--note', 'Edit it.', '--detach', '--json'];
    expect(await lastLine(['resume', String(line['id']), ...given])).toMatchObject({
      code: 0,
      line: { type: 'task', id: line['id'], state: 'revising' },
    });
    const refused = cli(['resume', String(line['id']), '--max-minutes', '1x']);
    expect(await runCli(refused)).toBe(2);
    expect(refused.err()).toMatch(/^nightshift: --max-minutes takes a whole number[^\n]*\n$/);
  });

  it('cancels the task at the first interrupt and exits with 130', async () => {
    const io = cli(['run', 'hang', '--json']);
    const code = runCli(io);
    await until('the task is at work', () => io.out().includes('proof-ended'));
    io.interrupt();
    expect(await code).toBe(130);
    const events = io
      .out()
      .split('\n')
      .filter((line) => line.includes('"type":"event"'));
    expect(new Set(events).size).toBe(events.length);
    expect(JSON.parse(io.out().trimEnd().split('\n').at(-1) ?? '')).toMatchObject({ type: 'task', state: 'cancelled' });
  });

  it('follows a run through the death of its host, and says so when the task is gone', async () => {
    const io = cli(['run', 'hang']);
    const code = runCli(io);
    await until('the task is at work', () => io.out().includes('green'));
    process.kill(readHostLock(paths.lock)?.pid ?? 0, 'SIGKILL');
    // This host forgets its tasks with its life; the real one reads them again.
    expect(await code).toBe(1);
    expect(io.err()).toMatch(/^nightshift: The agent host does not know the task task-\w+ any more/);
  });

  it('passes its options on, with the path of a recording made absolute', async () => {
    const asked = {
      ollamaHost: '127.0.0.1:9',
      openaiBaseUrl: 'gpu:1',
      testCommand: ['npm', 'test'],
      requireGvisor: true,
      limits: { newTokens: 900, steps: 400, seconds: 120 },
    };
    const seen: unknown[] = [];
    ensureSocketDirectory(paths);
    const host = createServer((socket) => {
      const rpc = createMessageConnection(socket, socket);
      rpc.onRequest('initialize', () => ({
        protocolVersion: hostProtocolVersion,
        product: 'x',
        pid: 1,
        instance: 'x',
        state: { seq: 0, workspace: { id: 'x', root }, tasks: [] },
      }));
      rpc.onRequest('setModelKey', (params: unknown) => {
        seen.push(params);
        return {};
      });
      rpc.onRequest('createTask', (params: unknown) => {
        seen.push(params);
        return new ResponseError(1, 'No model answers.\nGet one.', { reason: 'unreachable', exitCode: 3 });
      });
      rpc.listen();
    });
    await new Promise<void>((resolve) => host.listen(paths.socket, resolve));
    const options = [
      '--ollama-host',
      '127.0.0.1:9',
      '--openai-base-url',
      'gpu:1',
      '--test-command',
      '["npm","test"]',
      '--require-gvisor',
    ];
    const limits = ['--max-tokens', '900', '--max-steps', '400', '--max-minutes', '2'];
    const io = cli(['run', ' do it ', '--model', 'replay:a.json', ...options, ...limits]);
    expect(await runCli(io)).toBe(3);
    expect(io.err()).toBe('nightshift: No model answers. Get one.\n');
    const plain = cli(['run', 'x'], { environment: { NIGHTSHIFT_MODEL: 'ollama:m', OLLAMA_HOST: 'h' } });
    expect(await runCli(plain)).toBe(3);
    const variables = { NIGHTSHIFT_OPENAI_BASE_URL: 'gpu:2', NIGHTSHIFT_OPENAI_API_KEY: 'key-of-gpu' };
    const keyed = cli(['run', 'y', '--model', 'openai:m'], { environment: variables });
    expect(await runCli(keyed)).toBe(3);
    const elsewhere = ['run', 'z', '--model', 'openai:m', '--openai-base-url', 'gpu:3'];
    expect(await runCli(cli(elsewhere, { environment: variables }))).toBe(3);
    host.close();
    const task: unknown = expect.stringMatching(/^task-[0-9a-z]{10}$/);
    expect(seen).toEqual([
      { task, goal: 'do it', origin: { kind: 'cli' }, model: `replay:${join(root, 'src', 'a.json')}`, settings: asked },
      { task, goal: 'x', origin: { kind: 'cli' }, model: 'ollama:m', settings: { ollamaHost: 'h' } },
      { baseUrl: 'gpu:2', key: 'key-of-gpu' },
      { task, goal: 'y', origin: { kind: 'cli' }, model: 'openai:m', settings: { openaiBaseUrl: 'gpu:2' } },
      { task, goal: 'z', origin: { kind: 'cli' }, model: 'openai:m', settings: { openaiBaseUrl: 'gpu:3' } },
    ]);
  });

  it('refuses a folder that is no repository, naming the way out', async () => {
    const outside = cli(['tasks', '--repo', folder]);
    expect(await runCli(outside)).toBe(2);
    expect(outside.err()).toMatch(/^nightshift: .*git init.*\n$/);
    const missing = cli(['tasks', '--repo', join(folder, 'nowhere')]);
    expect(await runCli(missing)).toBe(2);
    const bare = join(folder, 'bare.git');
    execFileSync('git', ['init', '-q', '--bare', bare]);
    const inBare = cli(['tasks', '--repo', bare]);
    expect(await runCli(inBare)).toBe(2);
  });

  it('says in one line when the host cannot be started', async () => {
    const io = cli(['tasks'], { hostEntry: { node: process.execPath, script: join(folder, 'missing.cjs') } });
    expect(await runCli(io)).toBe(3);
    expect(io.err()).toMatch(/^nightshift: The agent host did not start: .*Cannot find module.*\n$/);
  });

  it('ends a host of another version by its process, which a new one can then replace', async () => {
    ensureWorkspace(paths);
    ensureSocketDirectory(paths);
    const old = spawn(process.execPath, ['-e', oldHost, paths.socket], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => old.stdout.once('data', resolve));
    const holder = {
      pid: old.pid,
      started: processStart(old.pid ?? 0),
      socket: paths.socket,
      product: 'nightshift 0.0.1',
      protocol: 0,
      released: false,
    };
    writeFileSync(join(paths.lock, 'host.1'), JSON.stringify(holder));
    const refused = cli(['tasks']);
    expect(await runCli(refused)).toBe(3);
    expect(refused.err()).toContain('nightshift host stop');
    expect(await lastLine(['host', 'stop', '--json'])).toMatchObject({
      code: 0,
      line: { type: 'host', stopped: true },
    });
    expect(await runCli(cli(['tasks']))).toBe(0);
  });

  it('signals no process for a lock of another machine, and frees it when a person says that it is gone', async () => {
    ensureWorkspace(paths);
    const bystander = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    const holder = {
      pid: bystander.pid,
      started: processStart(bystander.pid ?? 0),
      host: '0123456789abcdef',
      socket: join(paths.lock, 'elsewhere.sock'),
      product: 'nightshift 0.0.1',
      protocol: hostProtocolVersion,
      released: false,
    };
    writeFileSync(join(paths.lock, 'host.1'), JSON.stringify(holder));
    try {
      const refused = cli(['tasks']);
      expect(await runCli(refused)).toBe(3);
      expect(refused.err()).toContain('nightshift host stop --force');
      const polite = cli(['host', 'stop']);
      expect(await runCli(polite)).not.toBe(0);
      expect(polite.err()).toContain('of another machine or container');
      expect(readHostLock(paths.lock)).toMatchObject({ host: holder.host });
      expect(await runCli(cli(['host', 'stop', '--force']))).toBe(0);
      expect(readHostLock(paths.lock)).toBeUndefined();
      expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
    } finally {
      bystander.kill();
    }
    expect(await runCli(cli(['tasks']))).toBe(0);
  });

  it('refuses to stop a host at work unless it is forced', async () => {
    const io = cli(['run', 'hang', '--detach']);
    expect(await runCli(io)).toBe(0);
    await until('the task is at work', () => readHostLock(paths.lock) !== undefined);
    const polite = cli(['host', 'stop']);
    expect(await runCli(polite)).toBe(1);
    expect(polite.err()).toContain('--force');
    expect(await lastLine(['host', 'stop', '--force', '--json'])).toMatchObject({ code: 0, line: { stopped: true } });
    expect(await lastLine(['host', 'stop', '--json'])).toMatchObject({ code: 0, line: { stopped: false } });
  });

  it.skipIf(process.platform === 'win32')(
    'as a process: the first interrupt cancels, no process and no stack trace is left',
    async () => {
      const child = spawn(process.execPath, [program, 'run', 'hang', '--repo', root], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let [out, err] = ['', ''];
      child.stdout.on('data', (chunk) => (out += String(chunk)));
      child.stderr.on('data', (chunk) => (err += String(chunk)));
      const exit = new Promise((resolve) => child.once('exit', resolve));
      await until('the task is at work', () => out.includes('green'));
      child.kill('SIGINT');
      expect(await exit).toBe(130);
      expect(out).toContain('Cancelling the task');
      expect(out).toContain('cancelled');
      expect(err).toBe('');
    },
  );

  it.skipIf(process.platform === 'win32')('as a process: ends quietly when its reader goes away', async () => {
    const line = `"${process.execPath}" "${program}" run green --json --repo "${root}" | head -c 10`;
    const shell = spawn('/bin/sh', ['-c', line], { stdio: ['ignore', 'ignore', 'pipe'] });
    let err = '';
    shell.stderr.on('data', (chunk) => (err += String(chunk)));
    expect(await new Promise((resolve) => shell.once('exit', resolve))).toBe(0);
    expect(err).toBe('');
  });
});

/** A host that answers every greeting with another protocol, and nothing else. */
const oldHost = `
require('node:net').createServer((socket) => {
  socket.on('error', () => {});
  socket.once('data', () => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 0, error: { code: 1, message: 'I speak protocol 0, you speak 1. Run \`nightshift host stop\`.', data: { reason: 'protocol-version', exitCode: 3 } } });
    socket.write('Content-Length: ' + body.length + '\\r\\n\\r\\n' + body);
  });
}).listen(process.argv[1], () => console.log('ready'));
`;
