import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../product/product.ts';
import { answers, freePort } from './loopbackSshd.ts';

/** A CA, a certificate of the engine for `localhost`, one of a client, and a stranger's CA, as folders that Docker reads. */
export function makeCertificates(folder: string): {
  readonly good: string;
  readonly stranger: string;
  readonly anonymous: string;
} {
  const authority = (name: string): string => {
    const place = join(folder, name);
    mkdirSync(place, { recursive: true });
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      join(place, 'ca-key.pem'),
      '-out',
      join(place, 'ca.pem'),
    );
    return place;
  };
  const issue = (place: string, name: string, usage: string, names: string): void => {
    const file = (suffix: string): string => join(place, `${name}${suffix}`);
    openssl(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      '/CN=nightshift',
      '-keyout',
      file('key.pem'),
      '-out',
      file('.csr'),
    );
    writeFileSync(file('.ext'), `extendedKeyUsage=${usage}\n${names}`);
    openssl(
      'x509',
      '-req',
      '-days',
      '2',
      '-in',
      file('.csr'),
      '-CA',
      join(place, 'ca.pem'),
      '-CAkey',
      join(place, 'ca-key.pem'),
      '-CAcreateserial',
      '-extfile',
      file('.ext'),
      '-out',
      file('cert.pem'),
    );
  };
  const good = authority('good');
  issue(good, '', 'clientAuth', '');
  issue(good, 'server-', 'serverAuth', 'subjectAltName=DNS:localhost\n');
  const stranger = authority('stranger');
  issue(stranger, '', 'clientAuth', '');
  const anonymous = join(folder, 'anonymous');
  mkdirSync(anonymous);
  writeFileSync(join(anonymous, 'ca.pem'), readFileSync(join(good, 'ca.pem')));
  return { good, stranger, anonymous };
}

function openssl(...words: readonly string[]): void {
  execFileSync('openssl', words, { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** An engine of the test's own beside the machine's: no network, no volume, nothing shared but the kernel. */
export class PrivateDockerd {
  readonly folder = mkdtempSync(join(tmpdir(), 'nightshift-dockerd-'));
  readonly socket = join(this.folder, 'docker.sock');
  readonly port: number;
  private process: ChildProcess | undefined;

  private constructor(port: number) {
    this.port = port;
  }

  /** With a TCP address beside its socket: `certificates` of `makeCertificates` for mutual TLS. */
  static async start(flags: (folder: string) => readonly string[]): Promise<PrivateDockerd> {
    const dockerd = new PrivateDockerd(await freePort());
    await dockerd.run(flags(dockerd.folder));
    return dockerd;
  }

  private async run(flags: readonly string[]): Promise<void> {
    const at = (name: string): string => join(this.folder, name);
    writeFileSync(at('daemon.json'), '{}');
    const log = openSync(at('log'), 'w');
    const words = [
      '--config-file',
      at('daemon.json'),
      '--data-root',
      at('data'),
      '--exec-root',
      at('exec'),
      '--pidfile',
      at('pid'),
    ];
    const own = [
      '--bridge=none',
      '--iptables=false',
      '--ip6tables=false',
      '-H',
      `unix://${this.socket}`,
      '-H',
      `tcp://127.0.0.1:${this.port}`,
    ];
    this.process = spawn('dockerd', [...words, ...own, ...flags], { stdio: ['ignore', log, log], cwd: '/' });
    closeSync(log);
    await until(`the engine listens, whose log is ${readFileSync(at('log'), 'utf8')}`, async () => {
      if (this.process?.exitCode !== null) {
        throw new Error(readFileSync(at('log'), 'utf8'));
      }
      return existsSync(this.socket) && (await answers(this.port));
    });
  }

  async stop(): Promise<void> {
    if (this.process !== undefined && this.process.exitCode === null) {
      const ended = once(this.process, 'exit');
      this.process.kill('SIGTERM');
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
