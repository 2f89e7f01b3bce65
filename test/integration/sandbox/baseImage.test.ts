import { fileURLToPath } from 'node:url';

import Docker from 'dockerode';
import { beforeAll, describe, expect, it } from 'vitest';

import { assembleBaseImage } from '../../../src/node/sandbox/image/assembleBaseImage.ts';
import { type BaseImage, ensureBaseImage } from '../../../src/node/sandbox/image/ensureBaseImage.ts';
import { findHostPieces } from '../../../src/node/sandbox/image/hostPieces.ts';
import { imageArchive } from '../../../src/node/sandbox/image/imageArchive.ts';
import { planRecipe, recipeEntries } from '../../../src/node/sandbox/image/imageRecipe.ts';
import { requireEngine } from '../requirements.ts';

const engine = requireEngine();
const dockerfile = fileURLToPath(new URL('../../../media/sandbox/Dockerfile', import.meta.url));
const docker = new Docker();
const runtimes = ['runc', 'runsc'] as const;

interface Outcome {
  readonly code: number;
  readonly output: string;
}

async function ensure(onProgress: (line: string) => void = () => undefined): Promise<BaseImage> {
  const result = await ensureBaseImage(docker, { signal: AbortSignal.timeout(100_000), dockerfile, onProgress });
  if (!result.ok) {
    throw new Error(result.error.message);
  }
  return result.value;
}

/** Runs a shell script in a box with the rights of the locked profile, and removes the box. */
async function runInBox(image: string, runtime: string, script: string): Promise<Outcome> {
  const box = await docker.createContainer({
    Image: image,
    Cmd: ['sh', '-c', script],
    Tty: false,
    NetworkDisabled: true,
    Labels: { 'nightshift.managed': '1', 'nightshift.test': 'base-image' },
    HostConfig: {
      Runtime: runtime,
      NetworkMode: 'none',
      CapDrop: ['ALL'],
      ReadonlyRootfs: true,
      SecurityOpt: ['no-new-privileges'],
      Tmpfs: {
        '/workspace': 'rw,noexec,nosuid,nodev,size=16m,mode=1777',
        '/tmp': 'rw,noexec,nosuid,nodev,size=16m,mode=1777',
      },
    },
  });
  try {
    await box.start();
    const { StatusCode: code }: { StatusCode: number } = await box.wait();
    const logs = await box.logs({ stdout: true, stderr: true });
    return { code, output: withoutStreamHeaders(logs) };
  } finally {
    await box.remove({ force: true, v: true });
  }
}

/** The engine puts 8 bytes before each piece of output: the stream's number and, in the last four, the piece's length. */
function withoutStreamHeaders(logs: Buffer): string {
  let text = '';
  for (let at = 0; at + 8 <= logs.length; at += 8 + logs.readUInt32BE(at + 4)) {
    text += logs.toString('utf8', at + 8, at + 8 + logs.readUInt32BE(at + 4));
  }
  return text;
}

describe.skipIf(engine.skip)(`the sandbox base image${engine.why && ` (${engine.why})`}`, () => {
  let image: BaseImage;
  let configured: readonly string[];

  beforeAll(async () => {
    image = await ensure();
    const information: { Runtimes?: Record<string, unknown> } = await docker.info();
    configured = Object.keys(information.Runtimes ?? {});
  });

  it('is found again by its content, without being made a second time', async () => {
    const progress: string[] = [];

    await expect(ensure((line) => progress.push(line))).resolves.toEqual(image);

    expect(progress).toEqual([]);
  });

  it('is byte for byte the same when it is assembled again', async (context) => {
    const pieces = await findHostPieces();
    if (!pieces.ok) {
      context.skip(`this machine lacks ${pieces.error.missing.join(', ')}`);
      return;
    }
    const signal = AbortSignal.timeout(100_000);
    const recipe = await planRecipe(pieces.value, signal);
    const key = `test-${process.pid}`;

    await assembleBaseImage(docker, { ...recipe, key }, { signal, onProgress: () => undefined });

    const second = docker.getImage(`nightshift/base:${key}`);
    try {
      const [original, copy] = [await docker.getImage(image.id).inspect(), await second.inspect()];
      expect(image.image).toBe(`nightshift/base:${recipe.key}`);
      expect(copy.RootFS.Layers).toHaveLength(1);
      expect(copy.RootFS.Layers).toEqual(original.RootFS.Layers);
      expect(copy.Config.Labels['nightshift.content']).toBe(key);
    } finally {
      await second.remove();
    }
  });

  it('says who it belongs to and runs as an unprivileged user in the workspace', async () => {
    const { Config: configuration, Size: size } = await docker.getImage(image.id).inspect();

    expect(configuration.User).toBe('10001:10001');
    expect(configuration.WorkingDir).toBe('/workspace');
    expect(configuration.Labels).toMatchObject({
      'nightshift.managed': '1',
      'nightshift.content': image.image.split(':')[1],
    });
    expect(configuration.Env).toContainEqual(expect.stringMatching(/^PATH=.*\/usr\/bin/));
    expect(size).toBeLessThan(350e6);
  });

  describe.each(runtimes)('under %s', (runtime) => {
    async function run(script: string): Promise<Outcome> {
      return runInBox(image.id, runtime, script);
    }

    beforeAll(() => {
      if (!configured.includes(runtime) && process.env['CI'] === 'true') {
        throw new Error(`This suite may not be skipped in CI: the engine has no runtime ${runtime}.`);
      }
    });

    it('has a loader that the agent user may execute and not read', async (context) => {
      context.skip(!configured.includes(runtime), `the engine has no runtime ${runtime}`);

      const outcome = await run(
        'stat -c "%a %u" /opt/nightshift/ld.so; cat /opt/nightshift/ld.so 2>&1 >/dev/null || echo closed',
      );

      expect(outcome.output).toMatch(/^711 0\n[^\n]*denied\nclosed\n$/);
    });

    it('runs Node, Python, git, ripgrep and npm as the agent user', async (context) => {
      context.skip(!configured.includes(runtime), `the engine has no runtime ${runtime}`);

      const outcome = await run(
        'set -e; node -v; python3 --version; git --version; rg --version | sed -n 1p; npm -v; id -u; id -g',
      );

      expect(outcome.code).toBe(0);
      expect(outcome.output.trim().split('\n')).toEqual([
        expect.stringMatching(/^v2[2-9]\./),
        expect.stringMatching(/^Python 3\./),
        expect.stringMatching(/^git version 2\./),
        expect.stringMatching(/^ripgrep \d/),
        expect.stringMatching(/^\d+\.\d+\.\d+$/),
        '10001',
        '10001',
      ]);
    });

    it('has the standard library of Python, with the modules that need libraries of the system', async (context) => {
      context.skip(!configured.includes(runtime), `the engine has no runtime ${runtime}`);
      const modules = 'json,sqlite3,ssl,unittest,ctypes,lzma,bz2,readline,curses,zoneinfo,asyncio,hashlib,uuid,xml.dom';

      const outcome = await run(
        `set -e; python3 -c 'import ${modules}; print(sqlite3.connect(":memory:").execute("select 6*7").fetchone()[0])'
        printf 'import unittest\\nclass T(unittest.TestCase):\\n  def test_sum(self): self.assertEqual(1 + 1, 2)\\n' > test_sum.py
        python3 -m unittest 2>&1`,
      );

      expect(outcome.output).toMatch(/^42\n/);
      expect(outcome.output).toMatch(/Ran 1 test[^]*OK/);
      expect(outcome.code).toBe(0);
    });

    it('lets the agent write in the workspace and nowhere in the image', async (context) => {
      context.skip(!configured.includes(runtime), `the engine has no runtime ${runtime}`);

      const outcome = await run(
        'pwd; echo text > file && cat file; for f in /usr/bin /etc /; do (: > $f/x) 2>/dev/null && echo "wrote $f"; done; true',
      );

      expect(outcome).toEqual({ code: 0, output: '/workspace\ntext\n' });
    });

    it('keeps hooks of a repository from running', async (context) => {
      context.skip(!configured.includes(runtime), `the engine has no runtime ${runtime}`);

      const outcome = await run(
        `set -e; git init -q /tmp/r; cd /tmp/r; mkdir -p .git/hooks
        printf '#!/bin/sh\\necho hook ran\\n' > .git/hooks/pre-commit; chmod +x .git/hooks/pre-commit
        echo a > a; git add a; git -c user.name=a -c user.email=a@b commit -qm first; git log --format=%s; git config core.hooksPath`,
      );

      expect(outcome).toEqual({ code: 0, output: 'first\n/dev/null\n' });
    });
  });
});

describe('making the base image fails as a value', () => {
  it('when no engine answers', async () => {
    const nowhere = new Docker({ socketPath: '/nonexistent/docker.sock' });

    const result = await ensureBaseImage(nowhere, { signal: AbortSignal.timeout(10_000), dockerfile });

    expect(result).toMatchObject({ ok: false, error: { reason: 'engine-unavailable' } });
  });

  it.skipIf(engine.skip)('when it is cancelled', async () => {
    const result = await ensureBaseImage(docker, { signal: AbortSignal.abort(), dockerfile });

    expect(result).toMatchObject({ ok: false, error: { reason: 'aborted' } });
  });
});

describe('the archive of an image', () => {
  it('fails instead of waiting when a file cannot be read', async () => {
    const archive = imageArchive([
      { kind: 'file', path: 'a', mode: 0o644, source: '/nonexistent/a', size: 1, modified: 0 },
    ]);

    await expect(archive.toArray()).rejects.toThrow('ENOENT');
  });

  it('fails when a file has another size than planned', async () => {
    const archive = imageArchive([{ kind: 'file', path: 'a', mode: 0o644, source: dockerfile, size: 1, modified: 0 }]);

    await expect(archive.toArray()).rejects.toThrow('Size mismatch');
  });

  it('has no path twice, and every parent before its children', async (context) => {
    const pieces = await findHostPieces();
    if (!pieces.ok) {
      context.skip(`this machine lacks ${pieces.error.missing.join(', ')}`);
      return;
    }
    const recipe = await planRecipe(pieces.value, AbortSignal.timeout(30_000));
    const paths = (await recipeEntries(recipe)).map((entry) => entry.path);
    const seen = new Set<string>();

    for (const path of paths) {
      const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')));
      expect(seen.has(path), path).toBe(false);
      expect(parent === '' || seen.has(parent), path).toBe(true);
      seen.add(path);
    }
    expect(seen.size).toBeGreaterThan(1000);
  });
});
