import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { errorText, failure, type Failure } from '../base/failure.ts';
import type { Disposable } from '../base/lifecycle.ts';
import { fail, ok, type Result } from '../base/result.ts';
import { hostId } from '../node/sandbox/owner.ts';
import { processStart } from './processStart.ts';

/**
 * One agent host a workspace. The lock is the file with the highest number in its folder. A lock is taken by making the next
 * number, which only one process can do, and is given back by marking it, never by removing it: numbers only grow, so nobody
 * can mistake a newer lock for the stale one that it looked at. Lower numbers are rubbish and are removed by the next holder.
 */
const holderSchema = z.object({
  pid: z.int(),
  /** See `processStart`; tells a living holder from another program that got its pid. */
  started: z.string(),
  /** See `hostId`: where the pid means something. Absent in locks of versions that did not note it, which count as of here. */
  host: z.optional(z.string()),
  socket: z.string(),
  product: z.string(),
  protocol: z.int(),
  /** True once the holder gave it back. */
  released: z.boolean(),
});

export type LockHolder = z.infer<typeof holderSchema>;

/** Disposing gives the lock back. */
export interface HostLock extends Disposable {
  readonly holder: LockHolder;
}

export type LockFailure =
  | (Failure<'held'> & { readonly holder: LockHolder | undefined })
  | (Failure<'state-unwritable'> & { readonly holder?: undefined });

/** A file without readable content that is younger than this is still being written; older, its writer died. */
const unreadableMs = 5_000;
const attempts = 50;

/** Takes the lock or says who has it. `folder` exists. Does not wait. */
export function takeHostLock(
  folder: string,
  own: Pick<LockHolder, 'socket' | 'product' | 'protocol'>,
): Result<HostLock, LockFailure> {
  const started = processStart(process.pid) ?? '';
  const holder: LockHolder = { pid: process.pid, started, host: hostId(), ...own, released: false };
  try {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const highest = lockNumbers(folder)[0] ?? 0;
      const present = highest === 0 ? undefined : readLock(folder, highest);
      if (present === 'unreadable' || (present !== undefined && isHeld(present))) {
        return fail(heldBy(present));
      }
      const number = highest + 1;
      if (create(folder, number, holder)) {
        // Someone who saw a newer state may have been faster: theirs has a higher number.
        if (lockNumbers(folder)[0] === number) {
          lockNumbers(folder)
            .slice(1)
            .forEach((lower) => rmSync(lockFile(folder, lower), { force: true }));
          removeStaleDrafts(folder);
          return ok({ holder, dispose: () => release(folder, number, holder) });
        }
        rmSync(lockFile(folder, number), { force: true });
      }
    }
    return fail(heldBy(undefined));
  } catch (error) {
    const message = `${folder} cannot be written (${errorText(error)}). Set NIGHTSHIFT_HOME to a folder that can.`;
    return fail(failure('state-unwritable', message));
  }
}

/** Who holds the lock now; undefined when nobody does. */
export function readHostLock(folder: string): LockHolder | undefined {
  try {
    const highest = lockNumbers(folder)[0];
    const present = highest === undefined ? undefined : readLock(folder, highest);
    return present !== undefined && present !== 'unreadable' && isHeld(present) ? present : undefined;
  } catch {
    return undefined;
  }
}

function isHeld(holder: LockHolder): boolean {
  return !holder.released && (isElsewhere(holder) || processStart(holder.pid) === holder.started);
}

/** True for a holder on another machine or in another container: whether it lives cannot be seen from here, so it counts as alive. */
export function isElsewhere({ host }: LockHolder): boolean {
  return host !== undefined && host !== hostId();
}

/** Gives back the lock of a holder elsewhere, of which a person says that it is gone. Throws what the file system throws. */
export function breakHostLock(folder: string): void {
  const number = lockNumbers(folder)[0];
  const present = number === undefined ? undefined : readLock(folder, number);
  if (number !== undefined && present !== undefined && present !== 'unreadable' && isElsewhere(present)) {
    release(folder, number, present);
  }
}

function heldBy(holder: LockHolder | 'unreadable' | undefined): LockFailure {
  const known = holder === 'unreadable' ? undefined : holder;
  if (known !== undefined && isElsewhere(known)) {
    return { ...failure('held', heldElsewhere(known)), holder: known };
  }
  const who = known === undefined ? 'Another process' : `Process ${known.pid} (${known.product})`;
  return {
    ...failure('held', `${who} is the agent host of this workspace. Use it, or end it with \`nightshift host stop\`.`),
    holder: known,
  };
}

export function heldElsewhere({ pid, product }: LockHolder): string {
  return (
    `Process ${pid} (${product}) of another machine or container is the agent host of this workspace. End it there; ` +
    'if it is gone, free the workspace with `nightshift host stop --force`.'
  );
}

/** Numbers of the lock files, the newest first. */
function lockNumbers(folder: string): number[] {
  return readdirSync(folder)
    .flatMap((name) => /^host\.(\d{1,9})$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => b - a);
}

function lockFile(folder: string, number: number): string {
  return join(folder, `host.${number}`);
}

function readLock(folder: string, number: number): LockHolder | 'unreadable' | undefined {
  const path = lockFile(folder, number);
  try {
    return z.parse(holderSchema, JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    return age < unreadableMs ? 'unreadable' : undefined;
  }
}

/** False when the number is taken. The file appears with its content, where the file system knows links. */
function create(folder: string, number: number, holder: LockHolder): boolean {
  const draft = writeDraft(folder, holder);
  try {
    linkSync(draft, lockFile(folder, number));
    return true;
  } catch (error) {
    return isTaken(error) ? false : createWithoutLink(folder, number, holder);
  } finally {
    rmSync(draft, { force: true });
  }
}

function createWithoutLink(folder: string, number: number, holder: LockHolder): boolean {
  try {
    writeFileSync(lockFile(folder, number), JSON.stringify(holder), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (isTaken(error)) {
      return false;
    }
    throw error;
  }
}

/** Our number is the highest while we hold it, so nobody else writes this file. Without the folder there is nothing to give back. */
function release(folder: string, number: number, holder: LockHolder): void {
  if (!existsSync(folder)) {
    return;
  }
  renameSync(writeDraft(folder, { ...holder, released: true }), lockFile(folder, number));
}

function writeDraft(folder: string, holder: LockHolder): string {
  const draft = join(folder, `draft.${process.pid}.${randomBytes(8).toString('hex')}`);
  writeFileSync(draft, JSON.stringify(holder), { mode: 0o600 });
  return draft;
}

/** A process that was killed over its draft left it. The draft of one that lives is on its way to be a lock, or to be removed. */
function removeStaleDrafts(folder: string): void {
  for (const name of readdirSync(folder).filter((name) => name.startsWith('draft.'))) {
    const writer = /^draft\.(\d+)\./.exec(name)?.[1];
    if (writer === undefined || processStart(Number(writer)) === undefined) {
      rmSync(join(folder, name), { force: true });
    }
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
