// Keeps warm boxes, prints the ids of those that it holds and waits to be killed: `node warmBoxOwner.ts <runtime> <workspace label>`.
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../../../src/base/clock.ts';
import { nullLogger } from '../../../src/base/logger.ts';
import { labelNames } from '../../../src/core/sandbox/profiles.ts';
import { withWarmPool } from '../../../src/core/sandbox/warmPool.ts';
import { currentOwner } from '../../../src/node/sandbox/owner.ts';
import { openBoxes } from './boxes.ts';

const [, , runtime, workspace = 'warm-owner'] = process.argv;
const boxes = openBoxes(workspace);
const pool = withWarmPool(boxes.engine, {
  size: 2,
  keepMs: 600_000,
  refillAfterMs: 250,
  hasRoom: async () => true,
  clock: systemClock,
  sleep: (milliseconds, signal) => delay(milliseconds, undefined, { signal }).catch(() => undefined),
  logger: nullLogger,
});
pool.expect(await boxes.spec('locked', runtime === 'runsc' ? 'runsc' : 'runc'));
while (pool.ready() < 2) {
  await delay(20);
}
const filters = { label: [`${labelNames.owner}=${currentOwner()}`], status: ['running'] };
const own = await boxes.docker.listContainers({ filters });
process.stdout.write(`${own.map((box) => box.Id).join(' ')}\n`);
setInterval(() => undefined, 60_000);
