import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { machineStrain } from '../../../../src/node/memory/embedding/machineStrain.ts';
import { VectorJournalFile } from '../../../../src/node/memory/embedding/vectorJournalFile.ts';
import { WakeableSleep } from '../../../../src/node/memory/embedding/wakeableSleep.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightshift-journal-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function vectors(count: number): Map<string, Float32Array> {
  return new Map(Array.from({ length: count }, (_, at) => [`hash ${at}`, new Float32Array([at, 0.5, -1])]));
}

describe('the journal of vectors', () => {
  it('gives back what was appended, over restarts, and nothing after it was emptied', async () => {
    const path = join(folder, 'deep', 'journal');
    const journal = new VectorJournalFile(path);
    expect(await journal.read()).toEqual(new Map());
    await journal.append(vectors(2));
    await journal.append(new Map([['later', new Float32Array([9])]]));
    const again = new VectorJournalFile(path);
    expect(await again.read()).toEqual(new Map([...vectors(2), ['later', new Float32Array([9])]]));
    await journal.replace(new Map());
    await journal.append(vectors(1));
    await journal.close();
    expect(await again.read()).toEqual(vectors(1));
    await again.replace(vectors(3));
    await again.append(new Map([['later', new Float32Array([9])]]));
    await again.close();
    expect((await new VectorJournalFile(path).read()).size).toBe(4);
  });

  it('gives the whole records before the first spoiled byte, wherever that is, and goes on behind them', async () => {
    const path = join(folder, 'journal');
    const journal = new VectorJournalFile(path);
    await journal.append(vectors(5));
    await journal.close();
    const whole = await readFile(path);
    const record = whole.length / 5;
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.boolean(), async (at, cut) => {
        const spoiled = cut ? whole.subarray(0, at) : Buffer.from(whole);
        if (!cut) {
          spoiled[at] = (spoiled[at] ?? 0) ^ 0x41;
        }
        await writeFile(path, spoiled);
        const read = await new VectorJournalFile(path).read();
        expect(read).toEqual(vectors(Math.floor(at / record)));
        const next = new VectorJournalFile(path);
        await next.append(new Map([['more', new Float32Array([7])]]));
        await next.close();
        expect((await new VectorJournalFile(path).read()).size).toBe(read.size + 1);
      }),
      { numRuns: 60 },
    );
  });

  it('costs nothing but itself where it cannot be written', async () => {
    await writeFile(join(folder, 'file'), '');
    const journal = new VectorJournalFile(join(folder, 'file', 'journal'));
    expect(await journal.read()).toEqual(new Map());
    await journal.append(vectors(1));
    await journal.replace(vectors(1));
    await journal.close();
    expect((await stat(join(folder, 'file'))).size).toBe(0);
  });
});

describe('the strain of the machine', () => {
  async function supply(name: string, files: Readonly<Record<string, string>>): Promise<void> {
    await mkdir(join(folder, name));
    for (const [file, text] of Object.entries(files)) {
      await writeFile(join(folder, name, file), `${text}\n`);
    }
  }

  it('is on battery when one discharges and no mains is there', async () => {
    await supply('BAT0', { type: 'Battery', status: 'Discharging' });
    await supply('AC', { type: 'Mains', online: '0' });
    expect(await machineStrain(folder)).toMatchObject({ onBattery: true });
  });

  it('is not on battery with mains, with none, or with one of a mouse alone', async () => {
    expect(await machineStrain(folder)).toMatchObject({ onBattery: false });
    await supply('mouse', { type: 'Battery', scope: 'Device', status: 'Discharging' });
    expect(await machineStrain(folder)).toMatchObject({ onBattery: false });
    await supply('BAT0', { type: 'Battery', status: 'Discharging' });
    await supply('USB', { type: 'USB', online: '1' });
    expect(await machineStrain(folder)).toMatchObject({ onBattery: false });
  });

  it('knows nothing of batteries where there is no such folder', async () => {
    expect(await machineStrain(join(folder, 'none'))).not.toHaveProperty('onBattery');
  });

  it.skipIf(process.platform === 'win32')('is the load of the last minute for each core', async () => {
    const load = [3 * availableParallelism(), 0, 0];
    expect(await machineStrain(join(folder, 'none'), load)).toEqual({ loadPerCore: 3 });
    const measured = (await machineStrain(folder)).loadPerCore;
    expect(measured).toBeCloseTo((loadavg()[0] ?? -1) / availableParallelism(), 0);
  });
});

describe('a sleep that can be ended', () => {
  it('ends when it is over, when it is woken, and at once when it was woken before', async () => {
    const sleep = new WakeableSleep();
    await sleep.sleep(1);
    const woken = sleep.sleep();
    sleep.wake();
    await woken;
    expect(sleep.isWoken).toBe(false);
    sleep.wake();
    await sleep.sleep();
    expect(sleep.isWoken).toBe(false);
  });
});
