import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { nullLogger } from '../../../src/base/logger.ts';
import { startSandbox } from '../../../src/node/sandbox/startSandbox.ts';
import { PrivateEngine } from '../faults/privateEngine.ts';
import { until } from '../product/product.ts';
import { requireEngine, requirePrograms } from '../requirements.ts';
import { type Boxes, never, openBoxes, runtimes, shell, treeOf, value } from '../sandbox/boxes.ts';

const engine = requireEngine();
const programs = requirePrograms('dockerd', 'runsc');

describe.skipIf(engine.skip || programs.skip)(`boxes over a socket ${engine.why} ${programs.why}`, () => {
  const own = new PrivateEngine({
    runsc: { path: '/usr/bin/runsc', runtimeArgs: ['--network=none', '--host-uds=open'] },
  });
  let boxes: Boxes;

  beforeAll(async () => {
    await own.start();
    boxes = openBoxes('socket', own.endpoint, 'socket');
  });
  afterEach(async () => {
    await boxes.destroyAll();
    expect(await own.boxes()).toEqual([]);
  });
  afterAll(() => own.remove());

  describe.each(runtimes)('under %s', (runtime) => {
    beforeAll(async () => {
      const chosen = await boxes.engine.chooseRuntime(
        { requireGvisor: runtime === 'runsc', preferred: runtime },
        never,
      );
      expect(value(chosen)).toMatchObject({ name: runtime, channel: { over: 'socket' } });
    });

    it('do all that boxes do, with that one mount of a folder that is gone already', async () => {
      const box = await boxes.start('build', runtime);
      const { Mounts, HostConfig } = await boxes.docker.getContainer(box.id).inspect();
      expect(Mounts).toEqual([expect.objectContaining({ Type: 'bind', Destination: '/sock', RW: false })]);
      expect(HostConfig.Binds ?? []).toEqual([]);
      const folder = dirname(box.spec.mounts?.[0]?.source ?? '/');
      await until('the folder of the socket is gone', () => !existsSync(folder));
      const large = 'x'.repeat(3_000_000);
      value(
        await box.putTree(
          treeOf([
            ['a.txt', 'one\n'],
            ['large.txt', large],
          ]),
          { signal: never },
        ),
      );
      const read = value(await box.request('read_file', { path: 'a.txt', maxBytes: 1_000 }, { signal: never }));
      expect(read.text).toBe('one');
      value(await box.request('write_file', { path: 'a.txt', content: 'two\n' }, { signal: never }));
      expect(await shell(box, 'cat a.txt; wc -c < large.txt')).toMatchObject({ stdout: 'two\n3000000\n', stderr: '' });
      const bytes = { path: 'large.txt', from: 'repository', offset: 0, length: 500_000 } as const;
      expect(value(await box.request('read_bytes', bytes, { signal: never })).size).toBe(3_000_000);
      const { changes } = value(await box.request('list_changes', {}, { signal: never }));
      expect(changes.map(({ path }) => path)).toEqual(['a.txt']);
    });

    it('let no program dial, and nobody move or take away what is mounted', async () => {
      const [box, other] = [await boxes.start('build', runtime), await boxes.start('build', runtime)];
      for (const each of [box, other]) {
        value(await each.putTree(treeOf([['a.txt', 'a']]), { signal: never }));
      }
      const dialling = `node -e "const s=require('net').connect('/sock/box',()=>{s.write('garbage');console.log('CONNECTED')}).on('error',e=>console.log(e.code))"`;
      for (const each of [box, other]) {
        expect((await shell(each, dialling)).stdout).toMatch(/^(ENOENT|ECONNREFUSED)\n$/);
        const tried = await shell(
          each,
          'for i in "rm -rf /sock" "mv /sock /tmp/x" "touch /sock/box" "ln -s / /sock/l" "mkdir /sock/d"; do $i 2>/dev/null && echo "did $i"; done; ls -A /sock; echo end',
        );
        expect(tried.stdout).toBe('end\n');
      }
      expect((await shell(box, 'echo served')).stdout).toBe('served\n');
      expect((await shell(other, 'echo served')).stdout).toBe('served\n');
    });

    it.each([
      ['garbage', `require('net').connect('/sock/box').write(Buffer.alloc(64,255));setInterval(()=>0,1e3)`],
      ['frames past the socket', `process.stdout.write(Buffer.alloc(8));setInterval(()=>0,1e3)`],
    ])('end at once by a guest that sends %s', async (_name, guestSource) => {
      const refused = await startSandbox(await boxes.spec('locked', runtime), {
        docker: boxes.docker,
        engineCpus: 1,
        podman: false,
        socket: true,
        guestSource,
        logger: nullLogger,
        signal: never,
      });
      expect(refused).toMatchObject({ ok: false, error: { reason: 'protocol-violation' } });
    });

    it('are gone soon after the process that owned them was killed', async () => {
      const script = fileURLToPath(new URL('../sandbox/boxOwner.ts', import.meta.url));
      const child = spawn(process.execPath, [script, runtime, 'socket', own.endpoint, 'socket'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [line] = await once(child.stdout, 'data');
      const inspected = await boxes.docker.getContainer(String(line).trim()).inspect();
      expect(inspected.Mounts.map(({ Destination }) => Destination)).toEqual(['/sock']);
      child.kill('SIGKILL');
      await expect.poll(() => own.boxes(), { timeout: 2_000, interval: 50 }).toEqual([]);
    });
  });
});

describe.skipIf(engine.skip)(`a runtime that lets no socket through ${engine.why}`, () => {
  const boxes = openBoxes('no-socket', undefined, 'socket');
  afterAll(async () => {
    await boxes.destroyAll();
    expect(await boxes.remaining()).toEqual([]);
  });

  it('is used with standard streams, and says why', async () => {
    const chosen = value(await boxes.engine.chooseRuntime({ requireGvisor: true }, never));
    expect(chosen).toMatchObject({ channel: { over: 'stdio', why: expect.stringContaining('EPERM') } });
    const box = await boxes.start('locked', 'runsc');
    expect((await boxes.docker.getContainer(box.id).inspect()).Mounts).toEqual([]);
  });
});
