import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Why suites that need an engine cannot run here, or undefined when they can. With CI=true a reason is a failure. */
export function missingEngine(): string | undefined {
  const socket = process.env['DOCKER_HOST'] ?? '/var/run/docker.sock';
  if (socket.startsWith('/') && !existsSync(socket)) {
    return 'no Docker engine answers; run `npm run provision`, or start Docker';
  }
  return undefined;
}

/** Title suffix and condition for `describe.skipIf`; throws in CI instead of skipping. */
export function requireEngine(): { skip: boolean; why: string } {
  const why = missingEngine();
  if (why !== undefined && process.env['CI'] === 'true') {
    throw new Error(`This suite may not be skipped in CI: ${why}.`);
  }
  return { skip: why !== undefined, why: why ?? '' };
}

/** The same for programs of this machine, which suites as root also find where only root looks. */
export function requirePrograms(...names: readonly string[]): { skip: boolean; why: string } {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin'];
  const missing = names.filter((name) => !folders.some((folder) => existsSync(join(folder, name))));
  const lacking = process.getuid?.() === 0 ? missing : [...missing, 'the rights of root'];
  const why = `not without ${lacking.join(', ')}; run \`npm run provision otherEngines\` as root`;
  if (lacking.length > 0 && process.env['CI'] === 'true') {
    throw new Error(`This suite may not be skipped in CI: ${why}.`);
  }
  return { skip: lacking.length > 0, why: lacking.length > 0 ? why : '' };
}
