import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

type Runtimes = Readonly<Record<string, { readonly path: string; readonly runtimeArgs?: readonly string[] }>>;

/**
 * An engine of a test's own, with its own folders, socket and containerd, so that it can be stopped, killed and started again without
 * anybody else's boxes. It has no network.
 */
export class PrivateEngine {
  readonly docker: Docker;
  readonly engine: SandboxEngine;
  readonly folder = mkdtempSync(join(tmpdir(), 'nightshift-engine-'));
  private readonly socket = join(this.folder, 'docker.sock');
  readonly endpoint = `unix://${this.socket}`;
  private daemon: ChildProcess | undefined;

  /** runc is always there. */
  constructor(runtimes: Runtimes = { runsc: { path: '/usr/bin/runsc', runtimeArgs: ['--network=none'] } }) {
    writeFileSync(join(this.folder, 'daemon.json'), JSON.stringify({ runtimes }));
    this.docker = new Docker({ socketPath: this.socket });
    this.engine = createDockerEngine({
      guestSource: guestBundle(),
      endpoint: this.endpoint,
      ensureImage: (docker, request) => ensureBaseImage(docker, { ...request, dockerfile }),
    });
  }

  /** Up within a second; after a kill the second try is the one that works. */
  async start(liveRestore = false): Promise<void> {
    for (let attempt = 0; attempt < 4; attempt += 1) {
      const log = openSync(join(this.folder, 'dockerd.log'), 'a');
      mkdirSync(join(this.folder, 'exec'), { recursive: true });
      this.daemon = spawn(
        'dockerd',
        [
          `--config-file=${join(this.folder, 'daemon.json')}`,
          `--data-root=${join(this.folder, 'data')}`,
          `--exec-root=${join(this.folder, 'exec')}`,
          `--pidfile=${join(this.folder, 'dockerd.pid')}`,
          `--host=unix://${this.socket}`,
          '--bridge=none',
          '--iptables=false',
          '--ip-forward=false',
          '--ip-masq=false',
          `--live-restore=${liveRestore}`,
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

  /** Ends all that runs for this engine, also what a killed or a live-restoring daemon left, and takes its folder away. */
  async remove(): Promise<void> {
    await this.stop('SIGTERM');
    for (let wait = 0; wait < 100 && this.endProcesses() > 0; wait += 1) {
      await delay(100);
    }
    const mounts = readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .flatMap((line) => line.split(' ')[1] ?? [])
      .filter((path) => path.startsWith(`${this.folder}/`));
    for (const path of mounts.toReversed()) {
      execFileSync('umount', ['--lazy', path]);
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  /** Processes whose command line names this engine's own folder, and no other. Answers how many there were. */
  private endProcesses(): number {
    const processes = readdirSync('/proc').filter(
      (name) => /^\d+$/.test(name) && commandLine(name).includes(this.folder),
    );
    processes.forEach((pid) => process.kill(Number(pid), 'SIGKILL'));
    return processes.length;
  }
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    // It ended while we looked.
    return '';
  }
}
