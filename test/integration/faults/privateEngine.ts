import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import Docker from 'dockerode';
import { labelNames } from '../../../src/core/sandbox/profiles.ts';
import type { SandboxEngine } from '../../../src/core/sandbox/sandbox.ts';
import { createDockerEngine } from '../../../src/node/sandbox/dockerEngine.ts';
import { ensureBaseImage } from '../../../src/node/sandbox/image/ensureBaseImage.ts';
import { guestBundle } from '../../fakes/guestBundle.ts';

const dockerfile = fileURLToPath(new URL('../../../media/sandbox/Dockerfile', import.meta.url));

/**
 * An engine of a test's own, with its own folders, socket and containerd, so that it can be stopped, killed and started again without
 * anybody else's boxes. It has no network.
 */
export class PrivateEngine {
  readonly docker: Docker;
  readonly engine: SandboxEngine;
  readonly folder = mkdtempSync(join(tmpdir(), 'nightshift-engine-'));
  private readonly socket = join(this.folder, 'docker.sock');
  private readonly liveRestore: boolean;
  private daemon: ChildProcess | undefined;

  /** `runtimes` maps names to programs; runc is always there. */
  constructor(options: { readonly liveRestore?: boolean; readonly runtimes?: Readonly<Record<string, string>> } = {}) {
    this.liveRestore = options.liveRestore === true;
    const runtimes = Object.fromEntries(
      Object.entries(options.runtimes ?? { runsc: '/usr/bin/runsc' }).map(([name, path]) => [name, { path }]),
    );
    writeFileSync(join(this.folder, 'daemon.json'), JSON.stringify({ runtimes }));
    this.docker = new Docker({ socketPath: this.socket });
    this.engine = createDockerEngine({
      guestSource: guestBundle(),
      endpoint: `unix://${this.socket}`,
      ensureImage: (docker, request) => ensureBaseImage(docker, { ...request, dockerfile }),
    });
  }

  /** Up within a second; after a kill the second try is the one that works. */
  async start(): Promise<void> {
    for (let attempt = 0; attempt < 4; attempt += 1) {
      const log = openSync(join(this.folder, 'dockerd.log'), 'a');
      mkdirSync(join(this.folder, 'exec'), { recursive: true });
      this.daemon = spawn(
        'dockerd',
        [
          ...['--config-file', join(this.folder, 'daemon.json'), '--data-root', join(this.folder, 'data')],
          ...['--exec-root', join(this.folder, 'exec'), '--pidfile', join(this.folder, 'dockerd.pid')],
          ...['-H', `unix://${this.socket}`, '--bridge=none', '--iptables=false', '--ip-forward=false'],
          ...['--ip-masq=false', `--live-restore=${this.liveRestore}`],
        ],
        { stdio: ['ignore', log, log] },
      );
      const { daemon } = this;
      for (let wait = 0; wait < 300 && daemon.exitCode === null; wait += 1) {
        const answered = await this.docker.ping().then(
          () => true,
          () => false,
        );
        if (answered) {
          return;
        }
        await delay(100);
      }
    }
    throw new Error(`The private engine did not start: ${readFileSync(join(this.folder, 'dockerd.log'), 'utf8')}`);
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const { daemon } = this;
    this.daemon = undefined;
    if (daemon !== undefined && daemon.exitCode === null && daemon.signalCode === null) {
      const exited = once(daemon, 'exit');
      daemon.kill(signal);
      await exited;
    }
  }

  /** Ids of the product's boxes that the engine knows. */
  async boxes(): Promise<readonly string[]> {
    const filters = { label: [`${labelNames.managed}=1`] };
    const containers = await this.docker.listContainers({ all: true, filters });
    return containers.map((container) => container.Id);
  }

  async remove(): Promise<void> {
    await this.stop('SIGTERM');
    const containerd = join(this.folder, 'exec', 'containerd', 'containerd.pid');
    if (existsSync(containerd)) {
      await endProcess(Number(readFileSync(containerd, 'utf8')), this.folder);
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

/** Ends the containerd that a killed engine left, and only if it is ours by its command line. */
async function endProcess(pid: number, folder: string): Promise<void> {
  for (let wait = 0; wait < 50; wait += 1) {
    let command: string;
    try {
      command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    } catch {
      return;
    }
    if (!command.includes(folder)) {
      return;
    }
    process.kill(pid, 'SIGTERM');
    await delay(100);
  }
}
