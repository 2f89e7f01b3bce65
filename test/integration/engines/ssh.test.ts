import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectEngine } from '../../../src/node/sandbox/engineConnection.ts';
import { until } from '../product/product.ts';
import { requireEngine, requirePrograms } from '../requirements.ts';
import { type Boxes, never, openBoxes, shell, treeOf, value } from '../sandbox/boxes.ts';
import { freePort, LoopbackSshd } from './loopbackSshd.ts';

const engine = requireEngine();
const programs = requirePrograms('sshd', 'ssh', 'ssh-keygen');
const options = { signal: never };

/** Processes whose command line has a word with this text, by their pid. */
function processesWith(text: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => commandLine(pid).some((word) => word.includes(text)))
    .map(Number);
}

function commandLine(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

const folders = (): readonly string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('nightshift-ssh-'));

describe.skipIf(engine.skip || programs.skip)(`an engine behind SSH ${engine.why}${programs.why}`, () => {
  const path = process.env['PATH'] ?? '';
  let sshd: LoopbackSshd;
  let boxes: Boxes;
  let endpoint: string;

  beforeAll(async () => {
    sshd = await LoopbackSshd.start();
    process.env['PATH'] = `${sshd.programs}:${path}`;
    endpoint = `ssh://root@127.0.0.1:${sshd.port}`;
  });
  afterEach(async () => {
    sshd.useKey('user');
    await boxes.destroyAll();
    expect(await boxes.remaining()).toEqual([]);
    boxes.close();
    await until('no ssh to this server is left', () => clients().length === 0);
    expect(folders()).toEqual([]);
  });
  afterAll(async () => {
    process.env['PATH'] = path;
    await sshd.stop();
  });

  const clients = (): readonly number[] => processesWith(sshd.folder).filter((pid) => isClient(pid));
  const isClient = (pid: number): boolean => commandLine(String(pid)).includes('-N');

  it('serves the whole life of a box through one forwarded socket', async () => {
    boxes = openBoxes('ssh-life', endpoint);
    expect(value(await boxes.engine.info(never)).endpoint).toBe(`${endpoint}/var/run/docker.sock (the setting)`);
    const chosen = value(await boxes.engine.chooseRuntime({ requireGvisor: true }, never));
    expect(chosen).toMatchObject({ name: 'runsc', isolatedKernel: true });

    const sandbox = await boxes.start('build', chosen.name);
    expect(value(await sandbox.putTree(treeOf([['a.txt', 'before']]), options))).toEqual({ files: 1 });
    value(await sandbox.request('write_file', { path: 'b.txt', content: 'new' }, options));
    expect(await shell(sandbox, 'cat a.txt b.txt')).toMatchObject({ exitCode: 0, stdout: 'beforenew' });
    expect(value(await sandbox.request('list_changes', {}, options)).changes).toMatchObject([{ path: 'b.txt' }]);
    expect(clients()).toHaveLength(1);
    await sandbox.destroy();
    expect(await boxes.remaining()).toEqual([]);
    expect(await boxes.engine.reap(never)).toMatchObject({ ok: true });
  });

  it('turns the death of the tunnel in a call into a value, and replaces box and tunnel', async () => {
    boxes = openBoxes('ssh-cut', endpoint);
    const sandbox = await boxes.start('build', 'runc');
    value(await sandbox.putTree(treeOf([['a.txt', 'a']]), options));
    const call = sandbox.request(
      'run_command',
      { argv: ['sleep', '30'], environment: {}, timeoutMs: 40_000, maxOutputBytes: 100 },
      { signal: never, deadlineMs: 60_000 },
    );
    const [client] = clients();
    process.kill(client ?? 0, 'SIGKILL');
    expect(await call).toMatchObject({ ok: false, error: { reason: 'sandbox-died' } });
    // The box ends with its input, and is removed through the next tunnel.
    await sandbox.died;
    expect(await boxes.remaining()).toEqual([]);

    const next = await boxes.start('build', 'runc');
    value(await next.putTree(treeOf([['a.txt', 'again']]), options));
    expect((await shell(next, 'cat a.txt')).stdout).toBe('again');
    expect(clients()).toHaveLength(1);
    expect(clients()).not.toContain(client);
  });

  it('says in one line why it is not let in, or nothing listens, and mends itself when that is over', async () => {
    sshd.useKey('stranger');
    boxes = openBoxes('ssh-refused', endpoint);
    const refused = await boxes.engine.info(never);
    expect(refused).toMatchObject({
      ok: false,
      error: {
        reason: 'engine-unavailable',
        message: expect.stringMatching(/^[^\n]*Permission denied[^\n]*`ssh`[^\n]*$/),
      },
    });
    sshd.useKey('user');
    expect((await boxes.engine.info(never)).ok).toBe(true);

    const nowhere = value(connectEngine(`ssh://root@127.0.0.1:${await freePort()}`));
    const silent = openBoxes('ssh-nowhere', nowhere.endpoint.split(' ')[0]);
    expect(await silent.engine.info(never)).toMatchObject({
      ok: false,
      error: { reason: 'engine-unavailable', message: expect.stringContaining('Connection refused') },
    });
    silent.close();
  });

  it('says that no engine listens at the other end', async () => {
    boxes = openBoxes('ssh-empty', endpoint);
    const empty = openBoxes('ssh-empty', `${endpoint}/nonexistent/docker.sock`);
    expect(await empty.engine.info(never)).toMatchObject({ ok: false, error: { reason: 'engine-unavailable' } });
    empty.close();
  });

  it('leaves no tunnel, no folder and no box when its host is killed', async () => {
    boxes = openBoxes('ssh-killed', endpoint);
    const script = fileURLToPath(new URL('../sandbox/boxOwner.ts', import.meta.url));
    const host = spawn(process.execPath, [script, 'runc', 'ssh-killed'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, DOCKER_HOST: endpoint },
    });
    await once(host.stdout, 'data');
    expect(clients()).toHaveLength(1);
    expect(folders()).toHaveLength(1);
    host.kill('SIGKILL');
    await until('the tunnel ended', () => clients().length === 0, 3_000);
    await until('its folder is gone', () => folders().length === 0, 3_000);
    await until('the box is gone', async () => (await boxes.remaining()).length === 0, 5_000);
  });

  it('runs nothing that an address smuggles in', async () => {
    boxes = openBoxes('ssh-injection', endpoint);
    const canary = join(sshd.folder, 'canary');
    for (const address of [
      `ssh://-oProxyCommand=touch%20${canary}`,
      `ssh://-oProxyCommand=touch\${IFS}${canary}/x`,
      `ssh://root@-oProxyCommand=touch ${canary}`,
      `ssh://-oPermitLocalCommand=yes@127.0.0.1:${sshd.port}`,
      `ssh://root@127.0.0.1:${sshd.port}/run/x:/etc/passwd`,
      `ssh://$(touch ${canary})@127.0.0.1`,
      `ssh://127.0.0.1;touch ${canary}`,
      `ssh://127.0.0.1\n-oProxyCommand=touch ${canary}`,
    ]) {
      expect(connectEngine(address), address).toMatchObject({ ok: false, error: { reason: 'engine-unavailable' } });
    }
    expect(existsSync(canary)).toBe(false);
  });
});
