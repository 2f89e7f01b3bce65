import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type Docker from 'dockerode';
import { labelNames } from '../../../src/core/sandbox/profiles.ts';
import { readHostLock } from '../../../src/host/hostLock.ts';
import { workspacePaths, type WorkspacePaths } from '../../../src/host/paths.ts';
import { connectEngine } from '../../../src/node/sandbox/engineConnection.ts';
import { fingerprint } from '../repository/temporaryRepository.ts';
import { installedCli } from './bundles.ts';
import { lastLine, type TaskLine, taskLineSchema } from './taskLine.ts';

export interface Finished {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
}

/** A command that runs. */
export interface Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  readonly stdout: () => string;
}

type Variables = Readonly<Record<string, string>>;

const fixtures = fileURLToPath(new URL('../../fixtures/repositories/', import.meta.url));

/** One user on one machine: a repository, a home and a state folder of their own, and the installed command. */
export class Product {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'nightshift-product-')));
  readonly home = join(this.folder, 'home');
  readonly state = join(this.folder, 'state');
  readonly variables: Variables;
  readonly root: string;
  /** Whose processes the commands are; ours when left out. */
  private identity: { readonly uid: number; readonly gid: number } | undefined;

  constructor(options: { readonly fixture?: string; readonly root?: string; readonly variables?: Variables } = {}) {
    this.root = join(this.folder, options.root ?? 'repository');
    mkdirSync(this.home);
    writeFileSync(join(this.home, '.gitconfig'), '[user]\n\tname = Test\n\temail = test@example.invalid\n');
    this.variables = {
      PATH: process.env['PATH'] ?? '',
      HOME: this.home,
      LC_ALL: 'C.UTF-8',
      NIGHTSHIFT_HOME: this.state,
      NIGHTSHIFT_IDLE_SECONDS: '1',
      // Boxes are counted, and told apart by their task; `warm.test.ts` has them warm.
      NIGHTSHIFT_WARM_SANDBOXES: '0',
      // `memory.test.ts` remembers; the others count processes.
      NIGHTSHIFT_MEMORY: 'off',
      XDG_RUNTIME_DIR: join(this.folder, 'run'),
      ...(process.env['DOCKER_HOST'] === undefined ? {} : { DOCKER_HOST: process.env['DOCKER_HOST'] }),
      ...options.variables,
    };
    mkdirSync(this.root, { recursive: true });
    if (options.fixture !== undefined) {
      cpSync(join(fixtures, options.fixture), this.root, { recursive: true });
      this.git('init', '-q', '-b', 'main');
      this.git('add', '-A');
      this.git('commit', '-q', '-m', 'work');
    }
  }

  get paths(): WorkspacePaths {
    return workspacePaths(this.root, this.variables);
  }

  start(args: readonly string[], options: { readonly cwd?: string; readonly variables?: Variables } = {}): Running {
    const started = performance.now();
    const child = spawn(process.execPath, [installedCli(), ...args], {
      cwd: options.cwd ?? this.root,
      env: { ...this.variables, ...options.variables },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...this.identity,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const finished = new Promise<Finished>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, stdout, stderr, milliseconds: performance.now() - started }));
    });
    return { child, finished, stdout: () => stdout };
  }

  run(args: readonly string[], options?: { readonly cwd?: string; readonly variables?: Variables }): Promise<Finished> {
    return this.start(args, options).finished;
  }

  /** Runs a command with `--json` whose last line is a task. */
  async task(
    args: readonly string[],
    options?: { readonly variables?: Variables },
  ): Promise<Finished & { readonly task: TaskLine }> {
    const finished = await this.run([...args, '--json'], options);
    return { ...finished, task: taskOf(finished) };
  }

  /** Gives everything to another user, to whom the engine's socket is open by its group, and runs the commands as that user. For root. */
  become(uid: number): void {
    execFileSync('chown', ['-R', String(uid), this.folder]);
    const socket = (process.env['DOCKER_HOST'] ?? '/var/run/docker.sock').replace(/^unix:\/\//, '');
    this.identity = { uid, gid: statSync(socket, { throwIfNoEntry: false })?.gid ?? uid };
  }

  git(...words: string[]): string {
    const env = { PATH: this.variables['PATH'] ?? '', HOME: this.home, LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0' };
    return execFileSync('git', ['-c', 'core.fsmonitor=false', ...words], {
      cwd: this.root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    }).toString('utf8');
  }

  /** What Git says of the checkout, and every file of it, `.git` included, by type, mode and content. */
  snapshot(): { readonly status: string; readonly files: Readonly<Record<string, string>> } {
    return {
      status: this.git('status', '--porcelain=v2', '--branch', '--untracked-files=all'),
      files: fingerprint(this.root),
    };
  }

  write(path: string, content: string | Uint8Array): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), content);
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), 'utf8');
  }

  /** The process that serves the repository, by its lock. */
  hostPid(): number | undefined {
    return readHostLock(this.paths.lock)?.pid;
  }

  /** Processes of this machine that serve the repository, by their command line. */
  hostProcesses(): number[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => {
        const words = commandLine(pid);
        return words.includes('--workspace') && words.includes(this.root);
      });
  }

  /** Ends what runs and removes everything. */
  async remove(): Promise<void> {
    for (const pid of this.hostProcesses()) {
      process.kill(pid, 'SIGTERM');
    }
    await until('the agent host has ended', () => this.hostProcesses().length === 0, 15_000);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private readonly docker = engine();

  /** Containers of this repository that the engine knows. */
  boxes(): Promise<Docker.ContainerInfo[]> {
    return this.docker.listContainers({
      all: true,
      filters: { label: [`${labelNames.workspace}=${this.paths.id}`] },
    });
  }

  /** Takes a box away from under the agent host, as a person or the engine may. */
  async removeBox(id: string): Promise<void> {
    await this.docker.getContainer(id).remove({ force: true });
  }

  inspect(id: string): Promise<Docker.ContainerInspectInfo> {
    return this.docker.getContainer(id).inspect();
  }

  /** Volumes that carry our mark, whoever's. */
  async volumes(): Promise<readonly string[]> {
    const { Volumes } = await this.docker.listVolumes({ filters: { label: [`${labelNames.managed}=1`] } });
    // Node that is lent to images stays, as images do.
    return (Volumes ?? []).map((volume) => volume.Name).filter((name) => !name.startsWith('nightshift-toolbox-'));
  }
}

export function taskOf(finished: Finished): TaskLine {
  try {
    return lastLine(finished.stdout, taskLineSchema);
  } catch (error) {
    throw new Error(`exit code ${finished.code}, stderr: ${finished.stderr}`, { cause: error });
  }
}

/** Waits until something holds; fails with what was waited for. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  milliseconds = 60_000,
): Promise<void> {
  const deadline = performance.now() + milliseconds;
  for (let pause = 20; !(await holds()); pause = Math.min(250, pause * 1.2)) {
    if (performance.now() > deadline) {
      throw new Error(`Waited ${milliseconds} ms in vain until ${what}.`);
    }
    await delay(pause);
  }
}

function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

function engine(): Docker {
  const connected = connectEngine();
  if (!connected.ok) {
    throw new Error(connected.error.message);
  }
  return connected.value.docker;
}
