import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { errorText, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { SandboxFailure } from '../../core/sandbox/sandbox.ts';
import { type SshAddress, sshArguments } from '../../core/sandbox/sshAddress.ts';

/** Milliseconds: for the log-in and the forwarding, between looks at the socket, and between tries (doubled each time). */
const times = { ready: 20_000, poll: 20, firstPause: 250, longestPause: 30_000 };
/** Characters of what ssh complains that are kept. */
const complaintLength = 2_000;

/**
 * Runs ssh until its own standard input ends, which it does when the agent host ends in whatever way. Folder and arguments are
 * parameters, never part of the text.
 */
const untilInputEnds =
  'exec 3<&0; { cat <&3 >/dev/null; rm -rf -- "$0"; kill 0; } & "$@" </dev/null 3<&-; rm -rf -- "$0"; kill 0';

interface RunningSsh {
  readonly child: ChildProcess;
  readonly folder: string;
  readonly socket: string;
  readonly complaint: () => string;
}

/**
 * One `ssh -N -L` for all connections to a remote engine. It is started when the first is asked for and again when it died, after a
 * pause that grows with each failure; between two tries there is only the last failure.
 */
export class SshTunnel {
  private readonly address: SshAddress;
  /** Started and, unless `opening` is there, ready. */
  private ssh: RunningSsh | undefined;
  private opening: Promise<Result<RunningSsh, SandboxFailure>> | undefined;
  private failures = 0;
  private closed = false;

  constructor(address: SshAddress) {
    this.address = address;
  }

  /** One connection to the remote engine's socket. */
  async dial(): Promise<Result<Socket, SandboxFailure>> {
    if (this.opening !== undefined || this.ssh === undefined || hasEnded(this.ssh)) {
      this.opening ??= this.open().finally(() => (this.opening = undefined));
      const opened = await this.opening;
      if (!opened.ok) {
        return opened;
      }
    }
    return this.ssh === undefined
      ? fail(failure('engine-unavailable', 'The SSH tunnel to the engine was closed.'))
      : ok(connect(this.ssh.socket));
  }

  /** The process of the tunnel; undefined while there is none. */
  get pid(): number | undefined {
    return this.ssh?.child.pid;
  }

  close(): void {
    this.closed = true;
    this.drop();
  }

  private async open(): Promise<Result<RunningSsh, SandboxFailure>> {
    this.drop();
    if (this.failures > 0) {
      await delay(Math.min(times.longestPause, times.firstPause * 2 ** (this.failures - 1)), undefined, { ref: false });
    }
    if (this.closed) {
      return fail(failure('engine-unavailable', 'The SSH tunnel to the engine was closed.'));
    }
    const started = this.start();
    const ready = started.ok ? await whenReady(started.value) : started;
    if (!ready.ok) {
      this.failures += 1;
      this.drop();
      return ready;
    }
    this.failures = 0;
    return ready;
  }

  private start(): Result<RunningSsh, SandboxFailure> {
    try {
      const folder = mkdtempSync(join(tmpdir(), 'nightshift-ssh-'));
      const socket = join(folder, 'engine.sock');
      const words = sshArguments(this.address, socket);
      const watched = process.platform !== 'win32';
      const child = watched
        ? spawn('/bin/sh', ['-c', untilInputEnds, folder, 'ssh', ...words], {
            detached: true,
            stdio: ['pipe', 'ignore', 'pipe'],
          })
        : spawn('ssh', words, { stdio: ['ignore', 'ignore', 'pipe'], windowsHide: true });
      let complaint = '';
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        complaint = (complaint + text).slice(-complaintLength);
      });
      child.once('error', (error) => (complaint += `${error.message}\n`));
      // A tunnel alone keeps no process alive.
      child.unref();
      for (const stream of [child.stdin, child.stderr]) {
        unrefStream(stream);
      }
      this.ssh = { child, folder, socket, complaint: () => complaint };
      return ok(this.ssh);
    } catch (error) {
      return fail(failure('engine-unavailable', `ssh could not be started (${errorText(error)}); install OpenSSH.`));
    }
  }

  private drop(): void {
    const ssh = this.ssh;
    this.ssh = undefined;
    if (ssh === undefined) {
      return;
    }
    ssh.child.stdin?.destroy();
    if (process.platform === 'win32') {
      ssh.child.kill();
    }
    rmSync(ssh.folder, { recursive: true, force: true });
  }
}

/** The forwarding is there when its socket is: ssh makes it after the log-in, and leaves where it cannot. */
async function whenReady(ssh: RunningSsh): Promise<Result<RunningSsh, SandboxFailure>> {
  const deadline = performance.now() + times.ready;
  while (performance.now() < deadline && !hasEnded(ssh)) {
    if (existsSync(ssh.socket) && (await accepts(ssh.socket))) {
      return ok(ssh);
    }
    await delay(times.poll);
  }
  // What was said last may still be on its way.
  await delay(times.poll);
  const said = ssh
    .complaint()
    .split('\n')
    .map((line) => line.trim())
    .findLast((line) => line !== '');
  const why = said ?? (hasEnded(ssh) ? 'it ended without a word' : `no answer within ${times.ready / 1000} s`);
  return fail(
    failure(
      'engine-unavailable',
      `The SSH tunnel to the Docker engine failed (${why}); see that \`ssh\` to that host works without a question.`,
    ),
  );
}

async function accepts(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

function hasEnded({ child }: RunningSsh): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

function unrefStream(stream: object | null): void {
  if (stream !== null && 'unref' in stream && typeof stream.unref === 'function') {
    stream.unref();
  }
}
