import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { pack } from 'tar-stream';
import { environmentFilePath } from '../../../src/core/environments/environmentFile.ts';
import { linkDependencies } from '../../../src/core/environments/linkDependencies.ts';
import { dependencyVariables } from '../../../src/core/environments/setupSteps.ts';
import { labelNames, sandboxSpec } from '../../../src/core/sandbox/profiles.ts';
import { connectEngine } from '../../../src/node/sandbox/engineConnection.ts';
import { engineStorage } from '../../../src/node/sandbox/engineStorage.ts';
import { dependencyLabels } from '../../../src/node/sandbox/environment/environmentImages.ts';
import { followEngineProgress } from '../../../src/node/sandbox/image/engineProgress.ts';
import { currentOwner } from '../../../src/node/sandbox/owner.ts';
import { requireEngine } from '../requirements.ts';
import { never, shell, treeOf, value } from '../sandbox/boxes.ts';
import { type Files, openEnvironments, planOf } from './environments.ts';

const { skip, why } = requireEngine();
const workspace = 'environment-images';
const scratchTag = 'nightshift-test/odd:1';

describe.skipIf(skip)(`environments as images ${why}`, () => {
  const bench = openEnvironments(workspace);
  const { docker, engine } = bench.boxes;
  afterEach(async () => expect(await bench.boxes.remaining()).toEqual([]));
  afterAll(() => bench.close());

  const baseTag = async (): Promise<string> => value(await engine.ensureBaseImage(never)).image;
  const setup = (steps: readonly (readonly string[])[], more: object = {}): Files => ({
    [environmentFilePath]: JSON.stringify({ setup: steps, ...more }),
  });

  /** An image of the engine with these instructions over the base image; removed after use. */
  async function withImage(
    instructions: string,
    use: () => Promise<void>,
    programs: readonly string[] = [],
  ): Promise<void> {
    const context = pack();
    for (const path of programs) {
      context.entry({ name: basename(path), mode: 0o755 }, readFileSync(path));
    }
    context.entry({ name: 'Dockerfile' }, instructions);
    context.finalize();
    const progress = await docker.buildImage(Readable.from(context, { objectMode: false }), {
      t: scratchTag,
      networkmode: 'none',
    });
    await followEngineProgress(docker, progress, () => undefined);
    try {
      await use();
    } finally {
      await docker.getImage(scratchTag).remove();
    }
  }

  async function inBox<T>(image: string, use: (line: (text: string) => Promise<string>) => Promise<T>): Promise<T> {
    const owner = { workspace, task: 'task-1', run: 'run-1', owner: currentOwner() };
    const box = value(await engine.start(sandboxSpec('build', { image, runtime: 'runc', owner }), never));
    try {
      value(await box.putTree(treeOf([['a.txt', 'a']]), { signal: never }));
      const argv = linkDependencies(box.spec);
      const link = { argv, environment: {}, timeoutMs: 20_000, maxOutputBytes: 4_096 };
      expect(value(await box.request('run_command', link, { signal: never }))).toMatchObject({
        exitCode: 0,
        stderr: '',
      });
      return await use(async (text) => (await shell(box, text)).stdout);
    } finally {
      await box.destroy();
    }
  }

  it('keeps what setup made as a read-only layer that may execute, and finds it again by its key', async () => {
    const files = setup([
      [
        'sh',
        '-c',
        'mkdir -p node_modules/one $NIGHTSHIFT_DEPS/bin && echo "module.exports = 1" > node_modules/one/index.js',
      ],
      [
        'sh',
        '-c',
        String.raw`printf '#!/bin/sh\necho ran\n' > $NIGHTSHIFT_DEPS/bin/tool && chmod +x $NIGHTSHIFT_DEPS/bin/tool`,
      ],
    ]);
    const made = value(await bench.ensure(files));
    expect(made).toMatchObject({ built: true, reached: [] });
    const again = value(await bench.ensure(files));
    expect(again).toMatchObject({ built: false, image: made.image, key: made.key });
    const { Config } = await docker.getImage(made.image).inspect();
    expect(Config.Labels).toMatchObject({
      [labelNames.managed]: '1',
      [labelNames.kind]: 'deps',
      [labelNames.content]: made.key,
    });
    await inBox(made.image, async (line) => {
      expect(await line('node -p "require(\'one\')"')).toBe('1\n');
      expect(await line(`${dependencyVariables['NIGHTSHIFT_DEPS']}/bin/tool`)).toBe('ran\n');
      expect(await line('touch /deps/x || echo refused')).toBe('refused\n');
      expect(await line('mkdir node_modules/.cache && echo writable')).toBe('writable\n');
    });
  });

  it('gives setup no source, no network, no right and no file of the host', async () => {
    const probe = [
      'find . -type f | sort; id -u; ls /var/run/docker.sock 2>&1; cat /proc/net/route 2>/dev/null | wc -l',
      'touch /usr/x 2>&1; node -e "fetch(\'http://198.51.100.1\').catch((e) => console.log(e.cause.code))"',
      'grep -h -E "CapEff|NoNewPrivs" /proc/self/status; cat /proc/mounts | grep -c " /host"',
    ];
    const made = value(
      await bench.ensure({
        ...setup([['sh', '-c', probe.join('; ').concat('; true')]]),
        'package.json': '{"name":"a","scripts":{"test":"x"}}',
        'src/secret.js': 'secret',
        '.env': 'TOKEN=1',
      }),
    );
    expect(made.output).toContain('./package.json');
    expect(made.output).not.toMatch(/secret|\.env|environment\.yml/);
    expect(made.output).toContain('10001');
    expect(made.output).toMatch(/docker\.sock: No such file|No such file or directory/);
    expect(made.output).toMatch(/ENETUNREACH|EHOSTUNREACH|ECONNREFUSED/);
    expect(made.output).toMatch(/touch: \/usr\/x: (Read-only file system|Permission denied)/);
    expect(made.output).toContain('CapEff:\t0000000000000000');
  });

  it('makes one image of two requests at once', async () => {
    const files = setup([['sh', '-c', 'sleep 1; mkdir node_modules; date +%N > node_modules/when']]);
    const [one, two] = await Promise.all([bench.ensure(files), bench.ensure(files)]);
    expect(value(one).image).toBe(value(two).image);
    expect(value(one).output).toBe(value(two).output);
  });

  it('leaves nothing of a build that was cancelled or failed, and says which step it was', async () => {
    const sleeping = value(await planOf(setup([['sleep', '300']])));
    const controller = new AbortController();
    const building = bench.environments.ensure(bench.request(sleeping), controller.signal);
    const started = Date.now();
    while ((await bench.boxes.remaining()).length === 0 && Date.now() - started < 30_000) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(await bench.boxes.remaining()).toHaveLength(1);
    controller.abort();
    expect(await building).toMatchObject({ ok: false, error: { reason: 'aborted' } });
    const gone = Date.now();
    while ((await bench.boxes.remaining()).length > 0 && Date.now() - gone < 10_000) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }

    const failed = await bench.ensure(setup([['sh', '-c', 'echo "error: no such thing" >&2; exit 3']]));
    expect(failed).toMatchObject({
      ok: false,
      error: {
        reason: 'setup-failed',
        message: expect.stringContaining('ended with exit code 3: error: no such thing'),
      },
    });
  });

  it('builds a Dockerfile, with the manifests and nothing else in sight, and installs over it', async () => {
    const made = value(
      await bench.ensure({
        ...setup([['sh', '-c', 'mkdir -p node_modules && cp /opt/seen node_modules/seen']], {
          dockerfile: 'docker/Dockerfile',
        }),
        'docker/Dockerfile': `FROM ${await baseTag()}\nUSER root\nCOPY . /opt/context\nRUN find /opt/context -type f | sort > /opt/seen\nENTRYPOINT ["false"]\nCMD ["false"]\n`,
        'docker/package.json': '{"name":"a"}',
        'docker/secret.txt': 'secret',
      }),
    );
    await inBox(made.image, async (line) => {
      expect(await line('cat node_modules/seen')).toBe(
        '/opt/context/.nightshift-dockerfile\n/opt/context/Dockerfile\n/opt/context/package.json\n',
      );
    });
  });

  it('starts from the image that a devcontainer names, and obeys nothing else that it says', async () => {
    const plan = value(
      await planOf({
        '.devcontainer/devcontainer.json': `{
          // comments are allowed here
          "image": "${await baseTag()}",
          "runArgs": ["--privileged", "-v", "/:/host"], "mounts": ["source=/,target=/host,type=bind"],
          "privileged": true, "capAdd": ["ALL"], "postCreateCommand": "touch /tmp/x", "features": {},
        }`,
      }),
    );
    expect(plan).toMatchObject({ source: 'devcontainer', image: { kind: 'image' }, steps: [] });
    expect(plan.warnings).toEqual([
      expect.stringContaining(
        'runArgs, mounts, privileged, capAdd cannot change what a sandbox may do and is refused.',
      ),
      expect.stringContaining('features, postCreateCommand is not followed'),
    ]);
    const made = value(await bench.environments.ensure(bench.request(plan), never));
    expect(made).toMatchObject({ built: false, image: value(await engine.ensureBaseImage(never)).id });
    await inBox(made.image, async (line) => {
      expect(await line('grep CapEff /proc/self/status; ls /host 2>&1')).toMatch(/CapEff:\s0+\n.*No such file/);
    });
  });

  it.each([
    ['ONBUILD RUN touch /pwned', /carries ONBUILD/],
    ['VOLUME /data', /declares the volume \/data/],
  ])('refuses an image with %s before anything is laid over it', async (instruction, message) => {
    await withImage(`FROM ${await baseTag()}\n${instruction}\n`, async () => {
      const refused = await bench.ensure(setup([['true']], { image: scratchTag }));
      expect(refused).toMatchObject({
        ok: false,
        error: { reason: 'image-unusable', message: expect.stringMatching(message) },
      });
    });
  });

  it('takes no image for its own because it bears the tag and the labels', async () => {
    const files = setup([['sh', '-c', 'mkdir node_modules && echo own > node_modules/whose']]);
    const made = value(await bench.ensure(files));
    const tag = `nightshift/deps:${made.key}`;
    const labels = `${labelNames.managed}=1 ${labelNames.kind}=deps ${labelNames.content}=${made.key}`;
    await withImage(`FROM ${await baseTag()}\nLABEL ${labels}\nENV EVIL=1\n`, async () => {
      await docker.getImage(scratchTag).tag({ repo: 'nightshift/deps', tag: made.key });
      expect((await docker.getImage(tag).inspect()).Id).not.toBe(made.image);
      expect(value(await bench.ensure(files))).toMatchObject({ image: made.image, built: false });
      // Where the own image is gone, it is made anew and the tag is its own again.
      await docker.getImage(made.image).remove({ force: true });
      const again = value(await bench.ensure(files));
      expect(again.built).toBe(true);
      expect((await docker.getImage(tag).inspect()).Id).toBe(again.image);
    });
  });

  it('fetches no image of its own names, and starts from none that it did not make', async () => {
    for (const more of [{ image: 'nightshift/base:evil' }, { dockerfile: 'D', D: 'FROM nightshift/base:evil\n' }]) {
      const { D, ...definition } = { D: undefined, ...more };
      const refused = await bench.ensure({ ...setup([['true']], definition), ...(D === undefined ? {} : { D }) });
      expect(refused).toMatchObject({
        ok: false,
        error: {
          reason: 'image-unusable',
          message: expect.stringContaining('nightshift/base:evil is no image that was made here'),
        },
      });
    }
    await withImage(`FROM ${await baseTag()}\nENV EVIL=1\n`, async () => {
      await docker.getImage(scratchTag).tag({ repo: 'nightshift/base', tag: 'evil' });
      try {
        expect((await bench.ensure(setup([['true']], { image: 'nightshift/base:evil' }))).ok).toBe(false);
      } finally {
        await docker.getImage('nightshift/base:evil').remove();
      }
    });
  });

  it('sets up an image without Node, and runs tests in it', async () => {
    const instructions =
      'FROM scratch\nCOPY busybox /bin/\nRUN ["/bin/busybox", "--install", "-s", "/bin"]\nENV PATH=/bin\n';
    await withImage(instructions, async () => {
      const steps = [['sh', '-c', 'mkdir -p node_modules/one $NIGHTSHIFT_DEPS && echo 1 > node_modules/one/index.js']];
      const made = value(await bench.ensure(setup(steps, { image: scratchTag })));
      expect(made.built).toBe(true);
      const seen = await inBox(made.image, (line) => line('command -v node; cat node_modules/one/index.js a.txt'));
      expect(seen).toBe('1\na');
    }, ['/usr/bin/busybox']);
  });

  it('says that an image cannot be fetched where no registry is reached', async () => {
    const refused = await bench.ensure(setup([['true']], { image: 'localhost:1/none/such:1' }));
    expect(refused).toMatchObject({
      ok: false,
      error: {
        reason: 'image-unusable',
        message: expect.stringContaining('Fetching the image localhost:1/none/such:1 failed'),
      },
    });
  });

  it('are told by housekeeping from an image that somebody built on one', async () => {
    const made = value(await bench.ensure(setup([['sh', '-c', 'echo base of another']])));
    await withImage(`FROM nightshift/deps:${made.key}\nENV OWNER=somebody\n`, async () => {
      const theirs = await docker.getImage(scratchTag).inspect();
      expect(theirs.Config.Labels).toMatchObject(dependencyLabels(made.key));
      const all = value(await engineStorage({ connect: () => connectEngine(), exact: false }).list(never));
      expect(all.filter(({ id }) => id === theirs.Id)).toEqual([]);
      expect(all.find(({ id }) => id === made.image)).toMatchObject({ class: 'environment-image' });
      // The next environment that is built removes neither.
      value(await bench.ensure(setup([['sh', '-c', 'echo another']])));
      expect((await docker.getImage(scratchTag).inspect()).Id).toBe(theirs.Id);
    });
  });
});
