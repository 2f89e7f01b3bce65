import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { errnoOf } from './refusal.ts';

const pollMilliseconds = 5;
const giveUpMilliseconds = 3_000;

/**
 * Kills every process of the box but ourselves and waits until none runs. Only for PID 1 of a box: there -1 means all others,
 * in one step that no fork escapes. Answers false when some still run after the limit: the box is lost then.
 */
export async function killLeftovers(): Promise<boolean> {
  if (process.pid !== 1) {
    throw new Error('Leftover processes are killed only from PID 1 of a sandbox.');
  }
  for (const end = Date.now() + giveUpMilliseconds; Date.now() < end;) {
    if (livingProcesses() === 0) {
      return true;
    }
    try {
      process.kill(-1, 'SIGKILL');
    } catch (error) {
      if (errnoOf(error) !== 'ESRCH') {
        throw error;
      }
    }
    await delay(pollMilliseconds);
  }
  return livingProcesses() === 0;
}

/** Zombies do not count: they run nothing. */
function livingProcesses(): number {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && name !== '1' && isLiving(name)).length;
}

function isLiving(pid: string): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const state = stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
    return state !== 'Z' && state !== 'X';
  } catch {
    // It ended while we looked.
    return false;
  }
}
