import { readdir, readFile } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import type { MachineStrain } from '../../../core/memory/embedding/embeddingPace.ts';

/** Where Linux tells of batteries and mains; elsewhere there is no such folder, and nothing is known of the battery. */
const powerFolder = '/sys/class/power_supply';

/** The load of the last minute, which Windows does not measure, and whether a battery feeds this machine. */
export async function machineStrain(folder = powerFolder, load = loadavg()): Promise<MachineStrain> {
  const onBattery = await isOnBattery(folder);
  const [minute = 0] = load;
  return {
    ...(onBattery === undefined ? {} : { onBattery }),
    ...(process.platform === 'win32' ? {} : { loadPerCore: minute / availableParallelism() }),
  };
}

/** Batteries of a mouse or a headset say nothing of this machine. */
async function isOnBattery(folder: string): Promise<boolean | undefined> {
  const names = await readdir(folder).catch(() => undefined);
  if (names === undefined) {
    return undefined;
  }
  const supplies = await Promise.all(
    names.map(async (name) => {
      const [type, scope, status, online] = await Promise.all(
        ['type', 'scope', 'status', 'online'].map((file) => readWord(join(folder, name, file))),
      );
      return { type, scope, status, online };
    }),
  );
  const own = supplies.filter(({ scope }) => scope !== 'Device');
  if (own.some(({ type, online }) => type !== 'Battery' && online === '1')) {
    return false;
  }
  return own.some(({ type, status }) => type === 'Battery' && status === 'Discharging');
}

async function readWord(path: string): Promise<string> {
  return readFile(path, 'utf8').then(
    (text) => text.trim(),
    () => '',
  );
}
