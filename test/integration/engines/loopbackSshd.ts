import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../product/product.ts';

/** An SSH server on the loopback interface with keys of its own, and the client's configuration for it. */
export class LoopbackSshd {
  readonly folder = mkdtempSync(join(tmpdir(), 'nightshift-sshd-'));
  readonly port: number;
  /** A folder for the front of PATH: the `ssh` in it has a user's configuration, which ssh reads from no variable. */
  readonly programs = join(this.folder, 'bin');
  private readonly process: ChildProcess;

  private constructor(port: number) {
    this.port = port;
    const file = (name: string): string => join(this.folder, name);
    for (const name of ['host', 'user', 'stranger']) {
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file(name)]);
    }
    writeFileSync(file('authorized'), readFileSync(file('user.pub')));
    writeFileSync(file('known'), `[127.0.0.1]:${port} ${readFileSync(file('host.pub'), 'utf8')}`);
    writeFileSync(
      file('sshd.conf'),
      [
        `Port ${port}`,
        'ListenAddress 127.0.0.1',
        `HostKey ${file('host')}`,
        `PidFile ${file('sshd.pid')}`,
        `AuthorizedKeysFile ${file('authorized')}`,
        'StrictModes no',
        'UsePAM no',
        'PasswordAuthentication no',
        'PermitRootLogin prohibit-password',
        'AllowStreamLocalForwarding yes',
        '',
      ].join('\n'),
    );
    mkdirSync(this.programs);
    this.useKey('user');
    // Where root's sshd locks its unprivileged half in; the system's own service makes it at boot.
    mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
    this.process = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', file('sshd.conf')], { stdio: 'ignore' });
  }

  static async start(): Promise<LoopbackSshd> {
    const sshd = new LoopbackSshd(await freePort());
    await until('the SSH server listens', () => answers(sshd.port));
    return sshd;
  }

  /** Which key the client shows: `user` is let in, `stranger` is not. */
  useKey(name: 'user' | 'stranger'): void {
    const configuration = join(this.folder, 'client.conf');
    writeFileSync(
      configuration,
      [
        `IdentityFile ${join(this.folder, name)}`,
        'IdentitiesOnly yes',
        `UserKnownHostsFile ${join(this.folder, 'known')}`,
        'StrictHostKeyChecking yes',
        '',
      ].join('\n'),
    );
    const program = join(this.programs, 'ssh');
    writeFileSync(program, `#!/bin/sh\nexec /usr/bin/ssh -F '${configuration}' "$@"\n`);
    chmodSync(program, 0o755);
  }

  async stop(): Promise<void> {
    const ended = once(this.process, 'exit');
    if (this.process.exitCode === null) {
      this.process.kill('SIGTERM');
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') {
    throw new Error('No port was given.');
  }
  return address.port;
}

export async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
