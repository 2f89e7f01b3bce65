import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { engineDeadlines, runtimeBreakerLimit } from '../../../src/core/sandbox/budgets.ts';
import { sandboxSpec } from '../../../src/core/sandbox/profiles.ts';
import { currentOwner } from '../../../src/node/sandbox/owner.ts';
import { requireEngine } from '../requirements.ts';
import { never, value } from '../sandbox/boxes.ts';
import { PrivateEngine } from './privateEngine.ts';

// The product's own deadlines, as they are but shorter.
vi.mock('../../../src/core/sandbox/budgets.ts', async (load) => {
  const budgets = await load<{ readonly engineDeadlines: Readonly<Record<string, number>> }>();
  return { ...budgets, engineDeadlines: { ...budgets.engineDeadlines, start: 1_500, kill: 500, remove: 1_000 } };
});

const { skip, why } = requireEngine();
const canRunAnEngine = process.platform === 'linux' && process.getuid?.() === 0;
if (!canRunAnEngine && process.env['CI'] === 'true') {
  throw new Error('This suite may not be skipped in CI: a private engine needs root on Linux.');
}

/** Seconds that a start of the dummy runtime takes; far past the deadline, and short enough to see what happens after it. */
const hang = 12;

describe.skipIf(skip || !canRunAnEngine)(`a runtime whose start never returns ${why}`, () => {
  let own: PrivateEngine;

  beforeAll(async () => {
    own = new PrivateEngine();
    const program = join(own.folder, 'hung-runtime');
    const script = `#!/bin/sh\nfor argument; do [ "$argument" = start ] && sleep ${hang} && exit 1; done\nexec runc "$@"\n`;
    writeFileSync(program, script);
    chmodSync(program, 0o755);
    writeFileSync(join(own.folder, 'daemon.json'), JSON.stringify({ runtimes: { runsc: { path: program } } }));
    await own.start();
    value(await own.engine.ensureBaseImage(never));
  });
  afterAll(() => own.remove());

  it('is given up at the deadline each time, is not tried again, and leaves nothing', async () => {
    const limit = engineDeadlines.start + engineDeadlines.kill + engineDeadlines.remove + 3_000;
    for (let attempt = 0; attempt < runtimeBreakerLimit; attempt += 1) {
      const began = performance.now();
      const chosen = await own.engine.chooseRuntime({ requireGvisor: true }, never);
      expect(chosen).toMatchObject({ ok: false, error: { reason: 'runtime-unavailable' } });
      expect(performance.now() - began).toBeGreaterThan(engineDeadlines.start - 100);
      expect(performance.now() - began).toBeLessThan(limit);
    }
    const began = performance.now();
    const refused = await own.engine.chooseRuntime({ requireGvisor: true }, never);
    expect(refused).toMatchObject({ ok: false, error: { reason: 'runtime-unavailable' } });
    expect(performance.now() - began).toBeLessThan(1_000);

    // The other runtime is chosen, and works.
    const other = value(await own.engine.chooseRuntime({ requireGvisor: false }, never));
    expect(other.name).toBe('runc');
    await expect.poll(() => own.boxes(), { timeout: 60_000, interval: 500 }).toEqual([]);
  });

  it('is a value for a box, within the deadline', async () => {
    const { id } = value(await own.engine.ensureBaseImage(never));
    const owner = { workspace: 'hung', task: 'hung', run: 'hung', owner: currentOwner() };
    const spec = sandboxSpec('locked', { image: id, runtime: 'runsc', owner });
    const started = await own.engine.start(spec, never);
    expect(started).toMatchObject({ ok: false, error: { reason: 'timeout' } });
    await expect.poll(() => own.boxes(), { timeout: 60_000, interval: 500 }).toEqual([]);
  });
});
