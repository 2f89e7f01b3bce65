import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { pingEngine } from './dockerConnection.ts';
import { findExecutable } from './findExecutable.ts';
import type { ProgressLog } from './partStatus.ts';
import { runCommand } from './runCommand.ts';

export const daemonLog = '/var/log/nightshift-dockerd.log';
const configuration = '/etc/docker/daemon.json';
const daemonPidFile = '/var/run/docker.pid';
const containerdFolder = '/run/docker/containerd';
/** Milliseconds until a started engine must have answered. */
const startDeadline = 60_000;
/** For kernels and containers that refuse to let an engine set up networks: sandboxes have none anyway. */
const withoutNetwork = ['--iptables=false', '--ip6tables=false', '--bridge=none'];

/** Names gVisor as a runtime, unless this machine already has its own engine configuration: that one is never touched. */
export function configureRuntimes(runsc: string): boolean {
  if (existsSync(configuration)) return false;
  const content = { runtimes: { runsc: { path: runsc, runtimeArgs: ['--network=none'] } } };
  mkdirSync(dirname(configuration), { recursive: true });
  writeFileSync(configuration, `${JSON.stringify(content, null, 2)}\n`);
  return true;
}

/**
 * Starts the engine and waits until it answers. Returns the reason when it does not.
 * The engine is not a child of this process: it stays when the script ends, as a system service would.
 */
export async function startDaemon(log: ProgressLog): Promise<string | undefined> {
  if (existsSync('/run/systemd/system')) {
    log('starting the docker service');
    await runCommand('systemctl', ['start', 'docker'], { deadline: startDeadline });
    return (await answersWithin(startDeadline)) ? undefined : 'the docker service was started and does not answer';
  }
  const running = runningPid(daemonPidFile, 'dockerd');
  if (running !== undefined) {
    log(`waiting for dockerd (process ${running})`);
    return (await answersWithin(startDeadline)) ? undefined : `dockerd (process ${running}) runs and does not answer`;
  }
  const deadline = Date.now() + startDeadline;
  let flags: readonly string[] = [];
  // Three attempts: "timeout waiting for containerd" is seen on the first start after an engine was killed.
  for (let attempt = 1; attempt <= 3; attempt++) {
    clearRemains();
    log(`starting ${['dockerd', ...flags].join(' ')}`);
    const hasEnded = launch(flags, attempt === 1 ? 'w' : 'a');
    if (await answersWithin(deadline - Date.now(), hasEnded)) return undefined;
    if (!hasEnded()) break;
    if (/iptables|bridge|network controller/i.test(readLog().at(-1) ?? '')) flags = withoutNetwork;
  }
  return lastLogMessage();
}

/** What a killed engine leaves behind makes the next one believe that it, or its containerd, still runs. */
function clearRemains(): void {
  if (runningPid(daemonPidFile, 'dockerd') === undefined) {
    rmSync(daemonPidFile, { force: true });
    rmSync('/var/run/docker.sock', { force: true });
  }
  const containerdPidFile = join(containerdFolder, 'containerd.pid');
  if (runningPid(containerdPidFile, 'containerd') === undefined) {
    for (const name of ['containerd.pid', 'containerd.sock', 'containerd.sock.ttrpc', 'containerd-debug.sock']) {
      rmSync(join(containerdFolder, name), { force: true });
    }
  }
}

/** The process of a pid file, if it is alive and still the program the file was written by. */
function runningPid(file: string, program: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0] ?? '';
    return basename(command) === program ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Returns a function that tells whether the daemon has ended. */
function launch(flags: readonly string[], logMode: 'w' | 'a'): () => boolean {
  const dockerd = findExecutable('dockerd') ?? 'dockerd';
  const logFile = openSync(daemonLog, logMode, 0o640);
  let ended = false;
  try {
    const daemon = spawn(dockerd, flags, {
      cwd: '/',
      detached: true,
      stdio: ['ignore', logFile, logFile],
      env: daemonEnvironment(),
    });
    daemon.once('exit', () => (ended = true));
    daemon.once('error', () => (ended = true));
    daemon.unref();
  } finally {
    closeSync(logFile);
  }
  return () => ended;
}

/** The daemon outlives this script, so it gets none of the script's own settings, only what reaches a registry. */
function daemonEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => /^(https?|no)_proxy$/i.test(name));
  return {
    ...Object.fromEntries(kept),
    HOME: '/root',
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  };
}

async function answersWithin(milliseconds: number, hasEnded: () => boolean = () => false): Promise<boolean> {
  const end = Date.now() + milliseconds;
  while (Date.now() < end && !hasEnded()) {
    if (await pingEngine()) return true;
    await delay(100);
  }
  return pingEngine();
}

function readLog(): readonly string[] {
  return existsSync(daemonLog) ? readFileSync(daemonLog, 'utf8').trimEnd().split('\n') : [];
}

function lastLogMessage(): string {
  const line =
    readLog().findLast((text) => /level=(error|fatal)|failed|panic/.test(text)) ?? readLog().at(-1) ?? 'no output';
  const message = /msg="((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? line;
  return `dockerd did not answer within ${startDeadline / 1000} s: ${message.slice(0, 300)}`;
}
