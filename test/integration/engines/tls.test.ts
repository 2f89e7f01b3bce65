import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createDockerEngine } from '../../../src/node/sandbox/dockerEngine.ts';
import { installedCli } from '../product/bundles.ts';
import { requireEngine, requirePrograms } from '../requirements.ts';
import { never, openBoxes, treeOf, value } from '../sandbox/boxes.ts';
import { makeCertificates, PrivateDockerd } from './privateDockerd.ts';

const engine = requireEngine();
const programs = requirePrograms('dockerd', 'docker', 'openssl');
const variables = [
  'DOCKER_HOST',
  'DOCKER_CONTEXT',
  'DOCKER_CONFIG',
  'DOCKER_TLS',
  'DOCKER_TLS_VERIFY',
  'DOCKER_CERT_PATH',
];

// Each assembles the base image on a fresh engine.
const limit = { timeout: 300_000 };

describe.skipIf(engine.skip || programs.skip)(`an engine behind TLS ${engine.why}${programs.why}`, limit, () => {
  const before = new Map(variables.map((name) => [name, process.env[name]]));
  let dockerd: PrivateDockerd;
  let plain: PrivateDockerd;
  let certificates: ReturnType<typeof makeCertificates>;
  let secure: string;

  function set(values: Readonly<Record<string, string>>): void {
    for (const [name, old] of before) {
      const next = values[name] ?? (Object.keys(values).length === 0 ? old : undefined);
      if (next === undefined) {
        delete process.env[name];
      } else {
        process.env[name] = next;
      }
    }
  }

  /** What the engine's first answer is, or the sentence that a person gets instead of it. */
  async function ask(values: Readonly<Record<string, string>>): Promise<string> {
    set(values);
    const made = createDockerEngine({ guestSource: '', ensureImage: () => Promise.reject(new Error('not reached')) });
    const info = await made.info(never);
    const sentence = info.ok ? `version ${info.value.version}` : info.error.message;
    expect(sentence).not.toContain('\n');
    return sentence;
  }

  beforeAll(async () => {
    dockerd = await PrivateDockerd.start((folder) => {
      certificates = makeCertificates(join(folder, 'certificates'));
      const file = (name: string): string => join(certificates.good, name);
      return [
        '--tlsverify',
        '--tlscacert',
        file('ca.pem'),
        '--tlscert',
        file('server-cert.pem'),
        '--tlskey',
        file('server-key.pem'),
      ];
    });
    plain = await PrivateDockerd.start(() => []);
    secure = `tcp://localhost:${dockerd.port}`;
  });
  afterEach(() => set({}));
  afterAll(async () => {
    await dockerd.stop();
    await plain.stop();
  });

  const trusted = () => ({ DOCKER_HOST: secure, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: certificates.good });

  it('answers who shows a certificate of its CA, and runs the whole life of a box', async () => {
    set(trusted());
    const boxes = openBoxes('tls-life');
    expect(value(await boxes.engine.info(never))).toMatchObject({ endpoint: `${secure} (DOCKER_HOST)` });
    const sandbox = await boxes.start('locked', 'runc');
    expect(value(await sandbox.putTree(treeOf([['a.txt', 'a']]), { signal: never }))).toEqual({ files: 1 });
    expect(value(await sandbox.request('list_changes', {}, { signal: never })).changes).toEqual([]);
    await sandbox.destroy();
    expect(await boxes.remaining()).toEqual([]);
  });

  it('says of each way in which certificates do not fit what is wrong, in one line', async () => {
    const wrongName = { ...trusted(), DOCKER_HOST: `tcp://127.0.0.1:${dockerd.port}` };
    expect(await ask(trusted())).toMatch(/^version \d/);
    expect(await ask(wrongName)).toMatch(/certificate is for another host name/);
    expect(await ask({ ...trusted(), DOCKER_CERT_PATH: certificates.stranger })).toMatch(
      /not of the CA that is trusted/,
    );
    // The engine's refusal races with our request on its way: the sentence shall not depend on who is first.
    for (let attempt = 0; attempt < 20; attempt += 1) {
      expect(await ask({ ...trusted(), DOCKER_CERT_PATH: certificates.anonymous })).toMatch(
        /asks for a client certificate/,
      );
    }
    expect(await ask({ ...trusted(), DOCKER_CERT_PATH: '/nonexistent' })).toMatch(/\/nonexistent\/ca\.pem is missing/);
    expect(await ask({ DOCKER_HOST: secure })).toMatch(/speaks TLS there; set DOCKER_TLS_VERIFY=1/);
    expect(await ask({ ...trusted(), DOCKER_HOST: `tcp://localhost:${plain.port}` })).toMatch(/does not speak TLS/);
    // Unverified only where the user asked for just that, with a certificate that the engine knows.
    expect(
      await ask({ DOCKER_HOST: wrongName.DOCKER_HOST, DOCKER_TLS: '1', DOCKER_CERT_PATH: certificates.good }),
    ).toMatch(/^version/);
  });

  it('finds TLS contexts that the Docker CLI made, and follows its choice among them', async () => {
    const configuration = join(dockerd.folder, 'configuration');
    const docker = (...words: readonly string[]): string =>
      execFileSync('docker', words, {
        env: { PATH: process.env['PATH'], HOME: dockerd.folder, DOCKER_CONFIG: configuration },
        stdio: ['ignore', 'pipe', 'pipe'],
      }).toString();
    const place = (name: string): string => join(certificates.good, name);
    const tls = `ca=${place('ca.pem')},cert=${place('cert.pem')},key=${place('key.pem')}`;
    docker('context', 'create', 'secure', '--docker', `host=${secure},${tls}`);
    docker('context', 'create', 'misnamed', '--docker', `host=tcp://127.0.0.1:${dockerd.port},${tls}`);
    docker(
      'context',
      'create',
      'careless',
      '--docker',
      `host=tcp://127.0.0.1:${dockerd.port},${tls},skip-tls-verify=true`,
    );
    docker('context', 'create', 'socket', '--docker', `host=unix://${dockerd.socket}`);
    const chosen = (changes: Readonly<Record<string, string>> = {}) =>
      ask({ DOCKER_CONFIG: configuration, ...changes });

    for (const [name, sentence] of [
      ['secure', /^version/],
      ['misnamed', /another host name/],
      ['careless', /^version/],
      ['socket', /^version/],
    ] as const) {
      docker('context', 'use', name);
      expect(await chosen(), name).toMatch(sentence);
    }
    docker('context', 'use', 'misnamed');
    expect(await chosen({ DOCKER_CONTEXT: 'secure' })).toMatch(/^version/);
    expect(await chosen({ DOCKER_CONTEXT: 'misnamed', DOCKER_HOST: `unix://${dockerd.socket}` })).toMatch(/^version/);
    expect(await chosen({ DOCKER_CONTEXT: 'gone' })).toMatch(/context "gone" does not exist; .*docker context use/);
    rmSync(join(configuration, 'contexts', 'meta'), { recursive: true });
    expect(await chosen()).toMatch(/context "misnamed" does not exist/);
    docker('context', 'use', 'default');
    expect(readFileSync(join(configuration, 'config.json'), 'utf8')).not.toContain('misnamed');
    expect(await chosen()).toMatch(/^version/);
  });

  it('warns nobody of old calls of Node on a TCP address, which the client library alone would do', () => {
    const doctor = spawnSync(process.execPath, [installedCli(), 'doctor', '--json'], {
      env: {
        PATH: process.env['PATH'],
        HOME: plain.folder,
        NIGHTSHIFT_HOME: plain.folder,
        DOCKER_HOST: `tcp://127.0.0.1:${plain.port}`,
      },
      encoding: 'utf8',
    });
    expect(doctor.stdout).toContain(`tcp://127.0.0.1:${plain.port} (DOCKER_HOST)`);
    expect(doctor.stderr).toBe('');
  });
});
