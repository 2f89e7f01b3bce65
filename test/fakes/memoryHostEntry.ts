import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ok } from '../../src/base/result.ts';
import { nullLogger } from '../../src/base/logger.ts';
import { workspacePaths } from '../../src/host/paths.ts';
import { serveHost } from '../../src/host/rpc/serveHost.ts';
import { MemoryHostService } from './memoryHostService.ts';
import { playTask } from './playTask.ts';

/** A real host process around the service in memory. Each one that gets to open it leaves a mark, so that a test can count them. */
const { values } = parseArgs({ options: { workspace: { type: 'string' } } });
const paths = workspacePaths(values.workspace ?? process.cwd());
const controller = new AbortController();
process.on('SIGTERM', () => controller.abort());

if (process.env['NIGHTSHIFT_TEST_FAILS'] !== undefined) {
  console.error('An earlier line.');
  console.error(process.env['NIGHTSHIFT_TEST_FAILS']);
  process.exit(1);
}

const outcome = await serveHost({
  paths,
  product: '9.9.9-test',
  logger: { ...nullLogger, error: (message) => console.error(message) },
  environment: process.env,
  signal: controller.signal,
  open: async () => {
    const opened = join(paths.directory, 'opened');
    mkdirSync(opened, { recursive: true });
    writeFileSync(join(opened, `${process.pid}`), '');
    const service = new MemoryHostService(paths.root);
    service.onCreated = (task) => playTask(service, task);
    return ok(service);
  },
});
if (!outcome.ok) {
  console.error(outcome.error.message);
  process.exitCode = 1;
}
