import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { errnoOf } from './refusal.ts';

const pollMilliseconds = 5;
const giveUpMilliseconds = 3_000;

/**
 * Kills every process of the box but ourselves and waits until none runs. Only for PID 1 of a box: there -1 means all others.
 * Answers false when some still run after the limit: the box is lost then.
 *
 * A list of processes is no picture of one moment: one that is on it may make another, which is not, and end before it is looked at.
 * So a process counts as gone only where it was dead before a list was begun.
 */
export async function killLeftovers(): Promise<boolean> {
  if (process.pid !== 1) {
    throw new Error('Leftover processes are killed only from PID 1 of a sandbox.');
  }
  let dead: ReadonlySet<string> = new Set();
  for (const end = Date.now() + giveUpMilliseconds; Date.now() < end;) {
    killAll();
    const others = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && name !== '1');
    if (others.every((pid) => dead.has(pid))) {
      return true;
    }
    dead = new Set(others.filter(isDead));
    if (dead.size < others.length) {
      await delay(pollMilliseconds);
    }
  }
  return false;
}

function killAll(): void {
  try {
    process.kill(-1, 'SIGKILL');
  } catch (error) {
    if (errnoOf(error) !== 'ESRCH') {
      throw error;
    }
  }
}

/** Zombies are dead: they run nothing. */
function isDead(pid: string): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const state = stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
    return state === 'Z' || state === 'X';
  } catch (error) {
    // It ended while we looked; what cannot be looked at may live.
    return ['ENOENT', 'ESRCH'].includes(errnoOf(error) ?? '');
  }
}
