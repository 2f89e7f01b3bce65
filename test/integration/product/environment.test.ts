import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeOllama, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import { requireEngine } from '../requirements.ts';
import { shortTurns } from './counterScript.ts';
import { type Finished, Product, taskOf } from './product.ts';
import { hostProtocolVersion } from '../../../src/protocol/host.ts';

const { skip, why } = requireEngine();

function expectOneLine(finished: Finished, code: number, message: RegExp): void {
  expect({ code: finished.code, stdout: finished.stdout }).toEqual({ code, stdout: '' });
  expect(finished.stderr).toMatch(/^nightshift: [^\n]+\n$/);
  expect(finished.stderr).toMatch(message);
  expect(finished.stderr).not.toMatch(/\bat \S+ \(|node:internal|\.cjs|undefined|\[object/);
}

describe(`a machine on which something is missing`, () => {
  let product: Product;
  let fake: FakeOllama;

  beforeEach(async () => {
    product = new Product({ fixture: 'node-counter', variables: { NIGHTSHIFT_SANDBOX_RUNTIME: 'runc' } });
    fake = await startFakeOllama({
      script: shortTurns,
      models: [{ name: 'scripted:latest' }, { name: 'mute:1b', capabilities: ['embedding'] }],
    });
  });

  afterEach(async () => {
    await fake.close();
    await product.remove();
  });

  it.each([
    ['a socket that is not there', 'unix:///nowhere/docker.sock'],
    ['a port where nobody listens', 'tcp://127.0.0.1:9'],
  ])('says that the engine is down, with %s, and does not run anything without a box', async (_, address) => {
    const before = product.snapshot();
    const finished = await product.run(
      ['run', 'stop at zero', '--json', '--model', 'ollama:scripted', '--ollama-host', fake.url],
      {
        variables: { DOCKER_HOST: address },
      },
    );
    expect(finished.code).toBe(3);
    const task = taskOf(finished);
    expect(task).toMatchObject({ state: 'failed', changeset: null, proof: null, usage: { steps: 0 } });
    expect(task.reason).toMatch(/^engine-unavailable: [^\n]*(Docker|DOCKER_HOST|engine)[^\n]*\.$/);
    expect(fake.requests.filter((request) => request.path === '/api/chat')).toEqual([]);
    expect(product.snapshot()).toEqual(before);
    expect(await product.task(['show', task.id])).toMatchObject({ code: 0, task: { state: 'failed' } });
  });

  it('says that no model server answers', async () => {
    expectOneLine(
      await product.run(['run', 'goal', '--model', 'ollama:scripted', '--ollama-host', 'http://127.0.0.1:9']),
      3,
      /127\.0\.0\.1:9.*ollama serve/,
    );
    expectOneLine(
      await product.run(['run', 'goal', '--ollama-host', 'http://127.0.0.1:9']),
      3,
      /127\.0\.0\.1:9.*ollama serve/,
    );
    expect((await product.run(['tasks', '--json'])).stdout).toBe('');
  });

  it('says that the model is missing and which ones there are', async () => {
    expectOneLine(
      await product.run(['run', 'goal', '--model', 'ollama:absent:7b', '--ollama-host', fake.url]),
      3,
      /absent:7b.*ollama pull absent:7b.*scripted:latest/,
    );
    expectOneLine(
      await product.run(['run', 'goal', '--model', 'gpt:4', '--ollama-host', fake.url]),
      2,
      /gpt:4.*ollama:gpt:4/,
    );
    expectOneLine(await product.run(['run', 'goal', '--model', 'replay:nowhere.json']), 3, /nowhere\.json/);
    expectOneLine(
      await product.run(['run', 'goal', '--model', 'ollama:scripted', '--ollama-host', 'ftp://nowhere']),
      3,
      /ftp:\/\/nowhere/,
    );
    expect((await product.run(['tasks', '--json'])).stdout).toBe('');
    expect(fake.violations).toEqual([]);
  });

  it('says that a setting of the user is wrong', async () => {
    const finished = await product.run(['tasks'], { variables: { NIGHTSHIFT_SANDBOX_RUNTIME: 'kata' } });
    expectOneLine(finished, 3, /NIGHTSHIFT_SANDBOX_RUNTIME.*kata.*runsc or runc/);
  });

  it('says that the state folder cannot be written', async () => {
    product.write('../file', 'no folder\n');
    const home = join(product.folder, 'file', 'state');
    expectOneLine(await product.run(['tasks'], { variables: { NIGHTSHIFT_HOME: home } }), 3, /NIGHTSHIFT_HOME/);
  });

  it.skipIf(skip)(`takes the model with tools by itself when none is named ${why}`, async () => {
    const { code, task } = await product.task(['run', 'stop at zero', '--ollama-host', fake.url]);
    expect({ code, state: task.state }).toEqual({ code: 0, state: 'ready' });
  });
});

describe('a socket that is not what it should be', () => {
  let product: Product;
  let server: Server | undefined;
  const sockets = new Set<Socket>();

  beforeEach(() => {
    product = new Product({ fixture: 'node-counter' });
  });

  afterEach(async () => {
    sockets.forEach((socket) => socket.destroy());
    await new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())));
    await product.remove();
  });

  async function listen(serve: (socket: Socket) => void): Promise<void> {
    mkdirSync(dirname(product.paths.socket), { recursive: true, mode: 0o700 });
    server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      serve(socket);
    });
    await new Promise<void>((resolve) => server?.listen(product.paths.socket, resolve));
  }

  it('says that the host speaks another protocol, with both numbers', async () => {
    await listen((socket) => {
      const rpc = createMessageConnection(new StreamMessageReader(socket), new StreamMessageWriter(socket));
      rpc.onRequest('initialize', () => ({
        protocolVersion: 99,
        product: 'nightshift 9.9.9',
        pid: process.pid,
        instance: 'other',
        state: null,
      }));
      rpc.listen();
    });
    expectOneLine(
      await product.run(['tasks']),
      3,
      new RegExp(`nightshift 9\\.9\\.9 .*protocol 99.*protocol ${hostProtocolVersion}.*nightshift host stop`),
    );
    expect(existsSync(product.state)).toBe(false);
  });

  it('starts a host over a socket file that a killed one left behind', async () => {
    mkdirSync(dirname(product.paths.socket), { recursive: true, mode: 0o700 });
    const program = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['-e', program, product.paths.socket]);
    expect(existsSync(product.paths.socket)).toBe(true);
    expect(await product.run(['tasks'])).toMatchObject({ code: 0, stderr: '' });
  });
});
