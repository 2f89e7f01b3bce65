import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { judgeStorage } from '../../../src/core/sandbox/housekeeping.ts';
import { sandboxSpec } from '../../../src/core/sandbox/profiles.ts';
import type { Sandbox } from '../../../src/core/sandbox/sandbox.ts';
import type { ProfileName, SandboxSpec } from '../../../src/core/sandbox/sandboxSpec.ts';
import { nodeCommand } from '../../../src/core/sandbox/toolbox.ts';
import { connectEngine } from '../../../src/node/sandbox/engineConnection.ts';
import { engineStorage } from '../../../src/node/sandbox/engineStorage.ts';
import { followEngineProgress } from '../../../src/node/sandbox/image/engineProgress.ts';
import { currentOwner } from '../../../src/node/sandbox/owner.ts';
import { requireEngine } from '../requirements.ts';
import { type Boxes, never, openBoxes, runtimes, shell, treeOf, value } from './boxes.ts';

const { skip, why } = requireEngine();
const workspace = `toolbox-${randomBytes(4).toString('hex')}`;
const tags = { busybox: `nightshift-test/${workspace}:busybox`, empty: `nightshift-test/${workspace}:empty` };
const day = 86_400_000;

describe.skipIf(skip)(`images without Node ${why}`, () => {
  const boxes = openBoxes(workspace);
  const started: Sandbox[] = [];
  const ids = { busybox: '', empty: '' };

  async function importImage(tag: string, fill: (archive: ReturnType<typeof pack>) => void): Promise<string> {
    const archive = pack();
    fill(archive);
    archive.finalize();
    const stream = await boxes.docker.importImage(Readable.from(archive, { objectMode: false }), {
      repo: tag,
      changes: ['ENV PATH=/bin', 'ENV LD_LIBRARY_PATH=/nowhere', 'ENV LD_PRELOAD=/nowhere.so'],
    });
    await followEngineProgress(boxes.docker, stream, () => undefined);
    return (await boxes.docker.getImage(tag).inspect()).Id;
  }

  beforeAll(async () => {
    const busybox = readFileSync('/usr/bin/busybox');
    const applets = execFileSync('/usr/bin/busybox', ['--list'], { encoding: 'utf8' }).split('\n');
    ids.busybox = await importImage(tags.busybox, (archive) => {
      archive.entry({ name: 'bin/busybox', mode: 0o755 }, busybox);
      for (const name of applets.filter((each) => each !== '' && each !== 'busybox')) {
        archive.entry({ name: `bin/${name}`, type: 'symlink', linkname: 'busybox' });
      }
      // What an image has for itself stays as it is, also where it looks like something of ours.
      archive.entry({ name: 'opt/tool/own.txt', mode: 0o644 }, 'of the image');
      archive.entry({ name: 'lib/libc.so.6', mode: 0o644 }, 'no library');
      archive.entry({ name: 'workspace/', type: 'directory', mode: 0o755 });
    });
    ids.empty = await importImage(tags.empty, (archive) => archive.entry({ name: 'readme' }, 'nothing'));
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((box) => box.destroy()));
    expect(await boxes.remaining()).toEqual([]);
  });
  afterAll(async () => {
    for (const tag of Object.values(tags)) {
      await boxes.docker.getImage(tag).remove();
    }
    boxes.close();
  });

  function spec(image: string, runtime: SandboxSpec['runtime'], profile: ProfileName = 'build'): SandboxSpec {
    const owner = { workspace, task: 'task-1', run: 'run-1', owner: currentOwner() };
    return sandboxSpec(profile, { image, runtime, owner });
  }

  async function start(wanted: SandboxSpec, engine: Boxes['engine'] = boxes.engine): Promise<Sandbox> {
    const box = value(await engine.start(wanted, never));
    started.push(box);
    return box;
  }

  const volumeOf = (box: Sandbox): string => box.spec.mounts?.[0]?.source ?? '';

  describe.each(runtimes)('under %s', (runtime) => {
    it('take a tree, are read, searched and edited, run commands and tell what changed', async () => {
      const box = await start(spec(ids.busybox, runtime));
      value(
        await box.putTree(
          treeOf([
            ['a.txt', 'one\n'],
            ['b/c.txt', 'two\n'],
          ]),
          { signal: never },
        ),
      );
      const read = value(await box.request('read_file', { path: 'a.txt', maxBytes: 1_000 }, { signal: never }));
      expect(read).toMatchObject({ text: 'one' });
      const found = value(
        await box.request('search_text', { pattern: 'two', regex: false, limit: 10 }, { signal: never }),
      );
      expect(JSON.stringify(found)).toContain('b/c.txt');
      value(await box.request('write_file', { path: 'a.txt', content: 'three\n' }, { signal: never }));
      const ran = await shell(box, 'cat a.txt; id -u; echo new > d.txt; command -v node || echo none');
      expect(ran).toMatchObject({ exitCode: 0, stdout: 'three\n10001\nnone\n', stderr: '' });
      const changes = value(await box.request('list_changes', {}, { signal: never }));
      expect(changes.changes.map(({ path }) => path).toSorted()).toEqual(['a.txt', 'd.txt']);
    });

    it('have that one mount, read-only, and nothing of theirs is hidden', async () => {
      const box = await start(spec(ids.busybox, runtime));
      value(await box.putTree(treeOf([['a.txt', 'a']]), { signal: never }));
      const { Mounts, HostConfig } = await boxes.docker.getContainer(box.id).inspect();
      expect(Mounts).toEqual([
        expect.objectContaining({ Type: 'volume', Name: volumeOf(box), Destination: '/opt/nightshift', RW: false }),
      ]);
      expect(HostConfig.Binds ?? []).toEqual([]);
      const tried = await shell(
        box,
        [
          'cat /opt/tool/own.txt /lib/libc.so.6; echo',
          'for f in x node/x node/ld.so node/closed-ld.so node/lib/x; do (echo x > /opt/nightshift/$f) 2>/dev/null && echo wrote $f; done',
          'rm -rf /opt/nightshift/node 2>/dev/null; mv /opt/nightshift /tmp/ 2>/dev/null; ls /opt/nightshift /opt/nightshift/node',
        ].join('; '),
      );
      expect(tried.stdout).toBe(
        'of the imageno library\n/opt/nightshift:\nnode\n\n/opt/nightshift/node:\nclosed-ld.so\nld.so\nlib\nnode\n',
      );
    });

    it('start without a shell and without any program of their own', async () => {
      const box = await start(spec(ids.empty, runtime));
      value(await box.putTree(treeOf([['a.txt', 'a']]), { signal: never }));
      const argv = [...nodeCommand(box.spec), '-p', '[process.getuid(),process.version].join()'];
      const ran = value(
        await box.request(
          'run_command',
          { argv, environment: {}, timeoutMs: 20_000, maxOutputBytes: 1_000 },
          { signal: never },
        ),
      );
      expect(ran).toMatchObject({ exitCode: 0, stdout: `10001,${process.version}\n` });
    });
  });

  it('close the guest to the commands of its box on a shared kernel', async () => {
    const box = await start(spec(ids.busybox, 'runc'));
    value(await box.putTree(treeOf([['a.txt', 'a']]), { signal: never }));
    const tried = await shell(
      box,
      'cat /proc/1/environ >/dev/null 2>&1 && echo open; ls /proc/1/fd >/dev/null 2>&1 && echo open; cat /opt/nightshift/node/closed-ld.so >/dev/null 2>&1 && echo readable; echo end',
    );
    expect(tried.stdout).toBe('end\n');
  });

  it('are filled for once by agent hosts that start at the same time, also where a killed one left half of it', async () => {
    const first = await start(spec(ids.busybox, 'runc'));
    const volume = volumeOf(first);
    await Promise.all(started.splice(0).map((box) => box.destroy()));
    const inVolume = async (script: string): Promise<void> => {
      const { id } = value(await boxes.engine.ensureBaseImage(never));
      const made = await boxes.docker.createContainer({
        Image: id,
        User: '0:0',
        Entrypoint: ['sh', '-c', script],
        HostConfig: { Binds: [`${volume}:/toolbox`], NetworkMode: 'none' },
      });
      await made.start();
      expect(await made.wait()).toEqual(expect.objectContaining({ StatusCode: 0 }));
      await made.remove();
    };
    await inVolume(
      'mv /toolbox/node /toolbox/filling && rm /toolbox/filling/ld.so && echo stale > /toolbox/filling/stale',
    );
    const hosts = [openBoxes(workspace), openBoxes(workspace), openBoxes(workspace)];
    const all = await Promise.all(hosts.map(({ engine }) => start(spec(ids.busybox, 'runc'), engine)));
    expect(new Set(all.map(volumeOf))).toEqual(new Set([volume]));
    await inVolume('test ! -e /toolbox/filling && test ! -e /toolbox/node/stale && test -e /toolbox/node/ld.so');
    hosts.forEach((host) => host.close());
    const fillers = await boxes.docker.listContainers({ all: true, filters: { name: [volume] } });
    expect(fillers).toEqual([]);
  });

  it('get it again after it was removed, and housekeeping removes it only when it is old and unused', async () => {
    const storage = engineStorage({ connect: () => connectEngine(), exact: false });
    const verdict = async (name: string, days: number): Promise<string | undefined> => {
      const now = Date.now() + days * day;
      const items = value(await storage.list(never)).filter((item) => item.name === name);
      return judgeStorage(items, { now, began: now, imageBytes: 1e9, olderThanDays: 14 })[0]?.action;
    };
    const box = await start(spec(ids.busybox, 'runc'));
    const volume = volumeOf(box);
    expect(await verdict(volume, 100)).toBe('keep');
    await box.destroy();
    expect(await verdict(volume, 1)).toBe('keep');
    expect(await verdict(volume, 100)).toBe('remove');
    const item = value(await storage.list(never)).find(({ name }) => name === volume);
    expect(item === undefined ? undefined : await storage.remove(item, never)).toEqual({ ok: true, value: undefined });
    const next = await start(spec(ids.busybox, 'runc'));
    expect(volumeOf(next)).toBe(volume);
  });

  it('are told in one sentence when Node cannot be lent either', async () => {
    const other = openBoxes(workspace);
    const refused = await other.engine.start({ ...spec(ids.empty, 'runc'), user: '10001:nogroup' }, never);
    expect(refused).toMatchObject({
      ok: false,
      error: { reason: 'start-failed', message: expect.stringMatching(/^[^\n]+; and with Node lent to it: [^\n]+$/) },
    });
    other.close();
  });
});
