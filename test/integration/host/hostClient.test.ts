import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, lstatSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createMessageConnection } from 'vscode-jsonrpc/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  connectHost,
  type ConnectOptions,
  type HostClient,
  type StateChange,
} from '../../../src/host/client/hostClient.ts';
import { readHostLock, takeHostLock } from '../../../src/host/hostLock.ts';
import {
  ensureSocketDirectory,
  ensureWorkspace,
  type WorkspacePaths,
  workspacePaths,
} from '../../../src/host/paths.ts';
import { type HostServer, startHostServer } from '../../../src/host/rpc/hostServer.ts';
import { nullLogger } from '../../../src/base/logger.ts';
import { MemoryHostService } from '../../fakes/memoryHostService.ts';
import { queuedTask, traceLine } from '../../fakes/sampleTasks.ts';
import { until } from './rpcHarness.ts';
import { hostProtocolVersion } from '../../../src/protocol/host.ts';

const script = fileURLToPath(new URL('../../fakes/memoryHostEntry.ts', import.meta.url));

describe('host client', () => {
  let folder: string;
  let paths: WorkspacePaths;
  const clients: HostClient[] = [];
  const before = { ...process.env };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ns-client-'));
    process.env['NIGHTSHIFT_HOME'] = join(folder, 'home');
    process.env['NIGHTSHIFT_IDLE_SECONDS'] = '0.3';
    const root = join(folder, 'repository');
    mkdirSync(root);
    paths = workspacePaths(root);
  });

  afterEach(async () => {
    clients.splice(0).forEach((client) => client.dispose());
    await until('the host ended', () => readHostLock(paths.lock) === undefined);
    process.env = { ...before };
    rmSync(folder, { recursive: true, force: true });
    rmSync(paths.socket, { force: true });
  });

  function options(changes: Partial<ConnectOptions> = {}): ConnectOptions {
    return {
      root: paths.root,
      entry: { node: process.execPath, script },
      client: 'test',
      trace: true,
      start: true,
      signal: new AbortController().signal,
      ...changes,
    };
  }

  async function connected(changes: Partial<ConnectOptions> = {}): Promise<HostClient> {
    const client = await connectHost(options(changes));
    if (!client.ok) {
      throw new Error(client.error.message);
    }
    clients.push(client.value);
    return client.value;
  }

  it('starts a host where none runs, mirrors its state, and the host ends when it is idle', async () => {
    const client = await connected();
    expect(client.state).toMatchObject({ seq: 0, workspace: { root: paths.root }, tasks: [] });
    expect(client.server.product).toBe('9.9.9-test');
    expect(client.server.pid).not.toBe(process.pid);
    const changes: StateChange[] = [];
    client.onDidChangeState((change) => changes.push(change));
    const created = await client.request('createTask', {
      goal: 'green',
      origin: { kind: 'cli' },
      model: 'auto',
      settings: {},
    });
    expect(created).toMatchObject({ ok: true, value: { task: { goal: 'green', state: 'queued' } } });
    await until('the task is ready', () => client.state.tasks[0]?.state === 'ready');
    expect(changes.filter((change) => change.kind === 'trace')).toHaveLength(10);
    client.dispose();
    await until('the host left', () => readHostLock(paths.lock) === undefined);
    expect(existsSync(paths.socket)).toBe(false);
  });

  it('says that no host runs where none may be started', async () => {
    const client = await connectHost(options({ start: false }));
    expect(client).toMatchObject({ ok: false, error: { reason: 'host-absent' } });
  });

  it('quotes the last line of the log when the host does not start', async () => {
    mkdirSync(paths.directory, { recursive: true });
    writeFileSync(paths.log, 'a line of last week\n');
    const entry = { node: process.execPath, script, env: { NIGHTSHIFT_TEST_FAILS: 'The disk is full.' } };
    const client = await connectHost(options({ entry }));
    expect(client).toMatchObject({ ok: false, error: { reason: 'host-not-started' } });
    const message = client.ok ? '' : client.error.message;
    expect(message).toContain('The disk is full.');
    expect(message).toContain(paths.log);
    expect(message).not.toContain('last week');
  });

  it('says so when the program to start is not there', async () => {
    const client = await connectHost(options({ entry: { node: join(folder, 'no-node'), script } }));
    expect(client).toMatchObject({
      ok: false,
      error: { reason: 'host-not-started', message: expect.stringContaining('ENOENT') as string },
    });
  });

  it('gives up at its deadline when the host never answers, and ends at once when it is cancelled', async () => {
    const mute = join(folder, 'mute.mjs');
    writeFileSync(mute, 'setTimeout(() => {}, 1500);\n');
    const entry = { node: process.execPath, script: mute };
    const late = await connectHost(options({ entry, deadlineMs: 400 }));
    expect(late).toMatchObject({
      ok: false,
      error: { reason: 'host-not-started', message: expect.stringContaining('0.4 s') as string },
    });
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    const cancelled = await connectHost(options({ entry, signal: controller.signal }));
    expect(cancelled).toMatchObject({ ok: false, error: { reason: 'aborted' } });
  });

  it('lets eight starters at once end up at one host', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => connected()));
    expect(new Set(all.map((client) => client.server.pid)).size).toBe(1);
    expect(readdirSync(join(paths.directory, 'opened'))).toHaveLength(1);
  });

  it('lets one of eight host processes that start at once open the workspace, also over a stale lock', async () => {
    ensureWorkspace(paths);
    const stale = {
      pid: 999_999_999,
      started: 'long ago',
      socket: paths.socket,
      product: '0',
      protocol: hostProtocolVersion,
      released: false,
    };
    writeFileSync(join(paths.lock, 'host.7'), JSON.stringify(stale));
    ensureSocketDirectory(paths);
    writeFileSync(paths.socket, 'left over');
    const codes = await Promise.all(
      Array.from(
        { length: 8 },
        () =>
          new Promise<number | null>((resolve) => {
            const child = spawn(process.execPath, [script, '--workspace', paths.root], {
              stdio: 'inherit',
              env: { ...process.env, NIGHTSHIFT_IDLE_SECONDS: '4' },
            });
            child.once('exit', resolve);
          }),
      ),
    );
    expect(codes).toEqual(Array.from({ length: 8 }, () => 0));
    expect(readdirSync(join(paths.directory, 'opened'))).toHaveLength(1);
    expect(readdirSync(paths.lock)).toEqual(['host.8']);
  });

  it('starts the host again after it was killed, and gets the state anew', async () => {
    const client = await connected();
    const first = client.server.pid;
    const changes: StateChange[] = [];
    client.onDidChangeState((change) => changes.push(change));
    process.kill(first, 'SIGKILL');
    await until('another host answers', () => client.server.pid !== first && changes.length > 0);
    expect(changes).toMatchObject([{ kind: 'reset' }]);
    expect(await client.request('listTasks', {})).toMatchObject({ ok: true });
  });

  it('fails what was asked of a host that dies before it answers', async () => {
    const { service, server } = await ownHost();
    const client = await connected({ start: false });
    service.overrides = { listTasks: () => new Promise(() => undefined) };
    const answer = client.request('listTasks', {});
    await until('the request is there', () => service.calls.length === 1);
    await server.close();
    expect(await answer).toMatchObject({ ok: false, error: { reason: 'disconnected' } });
  });

  it('does not start the host again after it ended on purpose', async () => {
    const client = await connected();
    const failures: string[] = [];
    client.onDidClose((failure) => failures.push(failure.reason));
    expect(await client.request('shutdown', { force: false })).toEqual({ ok: true, value: { stopping: true } });
    await until('the client was told', () => failures.length > 0);
    expect(failures).toEqual(['host-ended']);
    await until('the host left', () => readHostLock(paths.lock) === undefined);
    expect(await client.request('listTasks', {})).toMatchObject({ ok: false, error: { reason: 'disconnected' } });
  });

  it('asks for the whole state when a change is missing', async () => {
    const { service } = await ownHost();
    const client = await connected();
    const changes: StateChange[] = [];
    client.onDidChangeState((change) => changes.push(change));
    service.put(queuedTask({ activity: 'one' }));
    await until('the first change came', () => client.state.seq === 1);
    // An invalid change is never announced, so its number is missing for the client.
    service.skipNumber();
    service.fire({
      kind: 'task',
      seq: 2,
      task: { ...queuedTask(), usage: { newTokens: -1, tokens: 0, steps: 0, seconds: 0 } },
    });
    service.put(queuedTask({ activity: 'three' }));
    await until('the state is complete again', () => client.state.tasks[0]?.activity === 'three');
    expect(client.state.seq).toBe(3);
  });

  it('leaves out trace lines for a client that does not follow them without taking that for a gap', async () => {
    const { service } = await ownHost();
    const client = await connected({ trace: false });
    const kinds: string[] = [];
    client.onDidChangeState((change) => kinds.push(change.kind));
    service.trace('t', traceLine(0, 'task-created', {}));
    service.put(queuedTask({ activity: 'two' }));
    service.trace('t', traceLine(1, 'task-moved', {}));
    service.put(queuedTask({ activity: 'four' }));
    await until('the last change came', () => client.state.seq === 4);
    expect(kinds).toEqual(['task', 'task']);
  });

  it.each([
    ['answers with something else', { nothing: true }, 'invalid-result'],
    [
      'answers with another protocol',
      { protocolVersion: 9, product: '3.0.0', pid: 1, instance: 'x', state: null },
      'protocol-version',
    ],
  ])('takes a host that %s for a failure', async (_, answer, reason) => {
    ensureSocketDirectory(paths);
    const strange = createServer((socket) => {
      const rpc = createMessageConnection(socket, socket);
      rpc.onRequest('initialize', (): object => answer);
      rpc.listen();
    });
    await new Promise<void>((resolve) => strange.listen(paths.socket, resolve));
    const client = await connectHost(options());
    strange.close();
    expect(client).toMatchObject({ ok: false, error: { reason } });
  });

  it('finds a host that listens elsewhere by its lock', async () => {
    ensureWorkspace(paths);
    const elsewhere = join(folder, 'e.sock');
    const lock = takeHostLock(paths.lock, { socket: elsewhere, product: '9.9.9-test', protocol: hostProtocolVersion });
    const { server } = await ownHost(elsewhere);
    const client = await connected({ start: false });
    expect(client.server.pid).toBe(process.pid);
    await server.close();
    if (lock.ok) {
      lock.value.dispose();
    }
  });

  it.skipIf(process.platform === 'win32')('writes its log and lock for the user alone', async () => {
    await connected();
    const holder = readHostLock(paths.lock);
    expect(holder).toMatchObject({ socket: paths.socket, product: '9.9.9-test', protocol: hostProtocolVersion });
    const files = [paths.log, join(paths.lock, 'host.1'), paths.socket];
    expect(files.map((file) => lstatSync(file).mode & 0o077)).toEqual([0, 0, 0]);
  });

  /** A host inside this process, without a lock. */
  async function ownHost(socket = paths.socket): Promise<{ service: MemoryHostService; server: HostServer }> {
    ensureSocketDirectory(paths);
    const service = new MemoryHostService(paths.root);
    const server = await startHostServer({
      service,
      socket,
      product: '9.9.9-test',
      logger: nullLogger,
      idleSeconds: 60,
      onIdle: () => undefined,
      onStopRequested: () => undefined,
    });
    if (!server.ok) {
      throw new Error(server.error.message);
    }
    return { service, server: server.value };
  }
});
