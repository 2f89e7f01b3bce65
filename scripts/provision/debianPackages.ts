import { findExecutable } from './findExecutable.ts';
import type { ProgressLog } from './partStatus.ts';
import { lastLine, runCommand } from './runCommand.ts';

const minute = 60_000;
/** apt asks no questions, and another apt that runs at the same time is waited for instead of failing. */
const aptOptions = ['-y', '-qq', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Dpkg::Use-Pty=0'];
const aptEnvironment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };

/** Whether packages can be installed here at all: Debian's tools and the rights to use them. */
export function canInstallPackages(): boolean {
  return process.platform === 'linux' && process.getuid?.() === 0 && findExecutable('apt-get') !== undefined;
}

/** The ones of `names` that dpkg does not list as installed. */
export async function missingPackages(names: readonly string[]): Promise<readonly string[]> {
  const query = await runCommand('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...names], {
    deadline: minute,
  });
  const installed = new Set(query.output.split('\n').map((line) => line.trim()));
  return names.filter((name) => !installed.has(`${name} installed`));
}

/** The ones of `names` that the package lists offer; the lists are fetched once when they know none of them. */
export async function availablePackages(names: readonly string[], log: ProgressLog): Promise<readonly string[]> {
  const known = await knownPackages(names);
  if (known.length === names.length) return known;
  log('updating the package lists (apt-get update)');
  await runCommand('apt-get', ['update', ...aptOptions], { deadline: 5 * minute, env: aptEnvironment });
  return knownPackages(names);
}

async function knownPackages(names: readonly string[]): Promise<readonly string[]> {
  const policy = await runCommand('apt-cache', ['policy', ...names], {
    deadline: minute,
    env: { ...process.env, LC_ALL: 'C' },
  });
  const candidates = new Map<string, string>();
  let current = '';
  for (const line of policy.output.split('\n')) {
    const header = /^(\S+):$/.exec(line);
    if (header?.[1] !== undefined) current = header[1];
    const candidate = /^\s+Candidate: (.+)$/.exec(line);
    if (candidate?.[1] !== undefined) candidates.set(current, candidate[1]);
  }
  return names.filter((name) => (candidates.get(name) ?? '(none)') !== '(none)');
}

/** Installs packages without their recommendations. Returns the reason when that failed. */
export async function installPackages(names: readonly string[], log: ProgressLog): Promise<string | undefined> {
  if (names.length === 0) return undefined;
  log(`installing ${names.join(' ')} (apt-get)`);
  const install = (): ReturnType<typeof runCommand> =>
    runCommand('apt-get', ['install', ...aptOptions, '--no-install-recommends', ...names], {
      deadline: 15 * minute,
      env: aptEnvironment,
    });
  let result = await install();
  if (result.code !== 0) {
    // Package lists that are older than the mirror name files it no longer has.
    await runCommand('apt-get', ['update', ...aptOptions], { deadline: 5 * minute, env: aptEnvironment });
    result = await install();
  }
  return result.code === 0 ? undefined : lastLine(result.output);
}
