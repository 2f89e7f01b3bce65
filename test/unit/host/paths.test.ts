import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ensureSocketDirectory,
  ensureWorkspace,
  maxSocketBytes,
  stateHome,
  workspacePaths,
} from '../../../src/host/paths.ts';

describe('paths of a workspace', () => {
  let folder: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'ns-paths-')));
    mkdirSync(join(folder, 'repository'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('lie in NIGHTSHIFT_HOME, else in the state folder of the platform', () => {
    expect(stateHome({ NIGHTSHIFT_HOME: '/somewhere' })).toBe('/somewhere');
    if (process.platform === 'linux') {
      expect(stateHome({ XDG_STATE_HOME: '/state' })).toBe('/state/nightshift');
      expect(stateHome({ XDG_STATE_HOME: 'relative' })).toMatch(/\.local\/state\/nightshift$/);
    }
  });

  it('are the same by every way to the root', () => {
    symlinkSync(join(folder, 'repository'), join(folder, 'link'));
    const direct = workspacePaths(join(folder, 'repository'), { NIGHTSHIFT_HOME: folder });
    expect(workspacePaths(join(folder, 'link'), { NIGHTSHIFT_HOME: folder })).toEqual(direct);
    expect(direct.id).toMatch(/^[0-9a-f]{16}$/);
    expect(direct.tasks).toBe(join(folder, 'workspaces', direct.id, 'tasks'));
  });

  it.skipIf(process.platform === 'win32')(
    'keep the socket short enough for every platform, even where the runtime folder is long',
    () => {
      const long = `/${'r'.repeat(120)}`;
      const { socket } = workspacePaths(join(folder, 'repository'), { NIGHTSHIFT_HOME: long, XDG_RUNTIME_DIR: long });
      expect(Buffer.byteLength(socket)).toBeLessThanOrEqual(maxSocketBytes);
      const short = workspacePaths(folder, { NIGHTSHIFT_HOME: '/h', XDG_RUNTIME_DIR: '/run/user/1000' });
      expect(short.socket).toMatch(/^\/run\/user\/1000\/nightshift\/[0-9a-f]{16}\.sock$/);
    },
  );

  it('have another socket for another home and for another repository', () => {
    const one = workspacePaths(folder, { NIGHTSHIFT_HOME: '/one' });
    expect(workspacePaths(folder, { NIGHTSHIFT_HOME: '/two' }).socket).not.toBe(one.socket);
    expect(workspacePaths(join(folder, 'repository'), { NIGHTSHIFT_HOME: '/one' }).socket).not.toBe(one.socket);
  });

  it.skipIf(process.platform === 'win32')(
    'close the socket folder to others, and refuse what is no folder of the user',
    () => {
      const runtime = join(folder, 'run');
      mkdirSync(join(runtime, 'nightshift'), { recursive: true });
      chmodSync(join(runtime, 'nightshift'), 0o777);
      const paths = workspacePaths(folder, { NIGHTSHIFT_HOME: folder, XDG_RUNTIME_DIR: runtime });
      expect(ensureSocketDirectory(paths)).toEqual({ ok: true, value: undefined });
      expect(lstatSync(join(runtime, 'nightshift')).mode & 0o777).toBe(0o700);
      rmSync(join(runtime, 'nightshift'), { recursive: true });
      symlinkSync('/tmp', join(runtime, 'nightshift'));
      expect(ensureSocketDirectory(paths)).toMatchObject({ ok: false, error: { reason: 'unsafe-socket-directory' } });
    },
  );

  it('say what to do when the home cannot be written', () => {
    writeFileSync(join(folder, 'file'), '');
    const paths = workspacePaths(folder, { NIGHTSHIFT_HOME: join(folder, 'file') });
    expect(ensureWorkspace(paths)).toMatchObject({
      ok: false,
      error: { reason: 'state-unwritable', message: expect.stringContaining('NIGHTSHIFT_HOME') as string },
    });
  });
});
