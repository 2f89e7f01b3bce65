import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../product/product.ts';

/** Podman's API as a user of its own runs it, with storage of its own. For root, which makes the user and ends it. */
export class RootlessPodman {
  readonly folder = mkdtempSync(join(tmpdir(), 'nightshift-podman-'));
  readonly socket = join(this.folder, 'run', 'podman.sock');
  readonly endpoint = `unix://${this.socket}`;
  readonly user = `nightshift-${process.pid}`;
  private process: ChildProcess | undefined;

  static async start(): Promise<RootlessPodman> {
    const podman = new RootlessPodman();
    // Also gives it a range of ids to map.
    execFileSync('useradd', ['--create-home', '--home-dir', join(podman.folder, 'home'), podman.user]);
    chmodSync(podman.folder, 0o755);
    for (const name of ['run', 'root', 'runroot']) {
      mkdirSync(join(podman.folder, name));
    }
    execFileSync('chown', ['-R', podman.user, podman.folder]);
    const storage = ['--storage-driver', 'overlay', '--root', join(podman.folder, 'root')];
    const service = [
      'podman',
      ...storage,
      '--runroot',
      join(podman.folder, 'runroot'),
      'system',
      'service',
      '--time=0',
      podman.endpoint,
    ];
    podman.process = podman.asUser(service);
    const { stderr } = podman.process;
    let said = '';
    stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4_000)));
    await until('Podman listens', () => {
      if (podman.process?.exitCode !== null) {
        throw new Error(said);
      }
      return existsSync(podman.socket);
    });
    return podman;
  }

  async stop(): Promise<void> {
    if (this.process !== undefined && this.process.exitCode === null) {
      const ended = once(this.process, 'exit');
      this.process.kill('SIGTERM');
      await ended;
    }
    // The process that holds the user's namespace open, which Podman leaves behind.
    const pause = join(this.folder, 'run', 'libpod', 'tmp', 'pause.pid');
    if (existsSync(pause)) {
      process.kill(Number(readFileSync(pause, 'utf8')), 'SIGKILL');
    }
    rmSync(this.folder, { recursive: true, force: true });
    execFileSync('userdel', ['--force', this.user], { stdio: 'ignore' });
  }

  private asUser(words: readonly string[]): ChildProcess {
    const identity = ['--reuid', this.user, '--regid', this.user, '--init-groups', '--inh-caps=-all'];
    return spawn('setpriv', [...identity, ...words], {
      cwd: '/',
      env: {
        HOME: join(this.folder, 'home'),
        XDG_RUNTIME_DIR: join(this.folder, 'run'),
        PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  }
}
