import { type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { largestLimits, usualLimits } from '../../protocol/host.ts';
import { totalPerNewToken } from '../guards/limits.ts';
import type { TraceEntry } from '../trace/traceEvent.ts';
import type { Task } from './task.ts';

/** What the user wants changed when a task goes on. */
export interface ResumeWish {
  /** New values of limits, each above the present one. */
  readonly limits?: {
    readonly newTokens?: number | undefined;
    readonly steps?: number | undefined;
    readonly seconds?: number | undefined;
  };
  /** Said to the agent. */
  readonly note?: string | undefined;
}

type LimitName = 'newTokens' | 'steps' | 'seconds';

const names: readonly LimitName[] = ['newTokens', 'steps', 'seconds'];

/** The limit that a stopped task ran into, by the code of its reason. */
const limitOf: Readonly<Record<string, LimitName>> = {
  'budget-exhausted': 'newTokens',
  'step-limit': 'steps',
  'time-limit': 'seconds',
};

/**
 * The event that raises the limits as wished, undefined where none is to be raised. A limit only ever grows, and a task that stopped
 * at one needs more of it: what was spent stays spent.
 */
export function extendLimits(
  task: Task,
  { limits = {} }: ResumeWish,
): Result<TraceEntry | undefined, Failure<'limit-not-raised' | 'limit-reached'>> {
  const given = names.flatMap((name) => (limits[name] === undefined ? [] : [[name, limits[name]] as const]));
  const low = given.find(([name, value]) => value <= task.limits[name]);
  if (low !== undefined) {
    const [name, value] = low;
    const message = `${inUnit(name, value)} is not above the present limit of ${inUnit(name, task.limits[name])}; give a larger one, or leave it out.`;
    return fail(failure('limit-not-raised', message));
  }
  const vain = given.find(([name, value]) => value <= spent(task, name));
  if (vain !== undefined) {
    const [name, value] = vain;
    const message = `The task has used ${inUnit(name, spent(task, name))} already, so ${inUnit(name, value)} would stop it at once; \`${doubledOption(task, name)}\` would do.`;
    return fail(failure('limit-not-raised', message));
  }
  const needed = names.find((name) => limits[name] === undefined && isReached(task, name));
  if (needed !== undefined) {
    const used = `The task has used ${inUnit(needed, spent(task, needed))} of its ${inUnit(needed, task.limits[needed])}`;
    const way = `\`nightshift resume ${task.id} ${doubledOption(task, needed)}\` goes on with more.`;
    return fail(failure('limit-reached', `${used}; ${way}`));
  }
  const data = Object.fromEntries(given);
  return ok(given.length === 0 ? undefined : { type: 'limits-extended', actor: 'user', data });
}

/**
 * The event that gives a task which is sent back as much to spend as one has at first, where it has less left; undefined where it has
 * enough. Sending it back is the user's word for it.
 */
export function roundLimits(task: Task): TraceEntry | undefined {
  const low = names.filter((name) => task.limits[name] - spent(task, name) < usualLimits[name]);
  const data = Object.fromEntries(
    low.map((name) => [name, Math.min(largestLimits[name], spent(task, name) + usualLimits[name])]),
  );
  return low.length === 0 ? undefined : { type: 'limits-extended', actor: 'user', data };
}

function isReached(task: Task, name: LimitName): boolean {
  const stoppedBy = task.state === 'failed' && limitOf[task.reason?.code ?? ''] === name;
  return stoppedBy || spent(task, name) >= task.limits[name];
}

/** How much of a limit is used up, by what follows from it as well: processed tokens and time in commands. */
function spent({ usage, commandSeconds }: Task, name: LimitName): number {
  return {
    newTokens: Math.max(usage.newTokens, Math.ceil(usage.tokens / totalPerNewToken)),
    steps: usage.steps,
    seconds: Math.floor(Math.max(usage.seconds, commandSeconds)),
  }[name];
}

function doubledOption(task: Task, name: LimitName): string {
  const twice = 2 * Math.max(task.limits[name], spent(task, name));
  return {
    newTokens: `--max-tokens ${twice}`,
    steps: `--max-steps ${twice}`,
    seconds: `--max-minutes ${Math.ceil(twice / 60)}`,
  }[name];
}

function inUnit(name: LimitName, value: number): string {
  return { newTokens: `${value} new tokens`, steps: `${value} steps`, seconds: `${value} s of work` }[name];
}
