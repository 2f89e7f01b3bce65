const mebibyte = 2 ** 20;
const gibibyte = 2 ** 30;

/** Memory of the machine that the engine runs on, bytes. */
export interface MachineMemory {
  readonly totalBytes: number;
  /** What programs could still get without swapping; absent where the engine is on another machine and does not tell. */
  readonly availableBytes?: number;
  /**
   * What boxes of other agent hosts on the same engine may use by their limits; 0 where `availableBytes` tells what they leave.
   * Several hosts could then promise the same bytes: commands in boxes make themselves the kernel's first victims.
   */
  readonly othersBytes: number;
}

/** A box and the task that has, or wants, it. */
export interface BoxClaim {
  readonly task: string;
  readonly memoryBytes: number;
}

export interface StartLimits {
  /** Boxes of this agent host at once. */
  readonly boxes: number;
  /** Memory that is left to everything else on the machine. */
  readonly reserveBytes: number;
}

export interface RoomQuestion {
  /** Starts that wait, the longest first; not empty. */
  readonly waiting: readonly BoxClaim[];
  readonly held: readonly BoxClaim[];
  /** What warm boxes that nobody has yet may use. */
  readonly warmBytes: number;
  readonly machine: MachineMemory;
  readonly limits: StartLimits;
}

/** `index` is the place in `waiting` of the start that may go now. */
export type RoomAnswer =
  | { readonly admitted: true; readonly index: number }
  | { readonly admitted: false; readonly reason: 'memory' | 'number'; readonly message: string };

/** A box gets no less than this, or does not start: below it the kernel would have to choose a victim at once. */
export const leastAvailableBytes = 512 * mebibyte;

/** An eighth of the machine, between half a gibibyte and two: what a desktop needs to stay answering. */
export function usualReserve(totalBytes: number): number {
  return Math.min(2 * gibibyte, Math.max(gibibyte / 2, totalBytes / 8));
}

/**
 * Which start may go now. The first in line goes when its whole limit fits beside the whole limits of all others, so that boxes
 * that use all they may cannot exhaust the machine; nobody overtakes, so that a large box is not kept waiting by small ones.
 * Two exceptions keep work from standing still for ever. The only box of this host starts on a machine that is smaller than its
 * limit, and beside the boxes of other hosts when all it may use is available now. And when every box is held by a task that
 * itself waits for another one, none of them would ever be given back: then the first such task goes on, one box over the line,
 * and nobody else until it is done. Both still ask for `leastAvailableBytes`.
 */
export function judgeRoom(question: RoomQuestion): RoomAnswer {
  const { waiting, held, warmBytes, machine } = question;
  const first = waiting[0];
  if (first === undefined) {
    throw new RangeError('Nobody waits for a box.');
  }
  const refusal = refuseBeside(first, question);
  if (refusal === undefined) {
    return { admitted: true, index: 0 };
  }
  if (warmBytes > 0) {
    return refusal;
  }
  const index = held.length === 0 ? 0 : firstOfStuck(question);
  const shares = held.length === 0 && machine.othersBytes > 0;
  const least = Math.max(leastAvailableBytes, shares ? first.memoryBytes : 0);
  // A machine that does not tell what is available is trusted with one box, not with one beside those of others.
  const available = machine.availableBytes ?? (shares ? 0 : Infinity);
  return index >= 0 && available >= least ? { admitted: true, index } : refusal;
}

/** The place in line of a task that holds a box, when all that hold one wait; -1 when some box may yet be given back. */
function firstOfStuck({ waiting, held }: RoomQuestion): number {
  const waitingTasks = new Set(waiting.map((claim) => claim.task));
  const holders = new Set(held.map((claim) => claim.task));
  return held.every((claim) => waitingTasks.has(claim.task))
    ? waiting.findIndex((claim) => holders.has(claim.task))
    : -1;
}

/** What keeps one more box from being started beside all others, without any exception; undefined when nothing does. */
export function refuseBeside(
  wanted: BoxClaim,
  { held, warmBytes, machine, limits }: Omit<RoomQuestion, 'waiting'>,
): Extract<RoomAnswer, { admitted: false }> | undefined {
  if (held.length >= limits.boxes) {
    const message = `It waits for a sandbox: ${held.length} run, and no more than ${limits.boxes} may.`;
    return { admitted: false, reason: 'number', message };
  }
  const others = held.reduce((sum, claim) => sum + claim.memoryBytes, machine.othersBytes + warmBytes);
  const free = machine.totalBytes - limits.reserveBytes - others;
  if (wanted.memoryBytes > free) {
    return short(wanted, `${amount(Math.max(0, free))} of ${amount(machine.totalBytes)} are not promised to others`);
  }
  // What running boxes use already is counted twice here, as used and as promised: the careful side.
  const available = (machine.availableBytes ?? Infinity) - others + machine.othersBytes;
  return wanted.memoryBytes > available
    ? short(wanted, `other programs leave ${amount(machine.availableBytes ?? 0)}`)
    : undefined;
}

function short(wanted: BoxClaim, why: string): Extract<RoomAnswer, { admitted: false }> {
  const message = `It waits for memory: a sandbox may use ${amount(wanted.memoryBytes)}, and ${why}.`;
  return { admitted: false, reason: 'memory', message };
}

function amount(bytes: number): string {
  return `${(bytes / gibibyte).toFixed(1)} GiB`;
}
