import { existsSync } from 'node:fs';

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
