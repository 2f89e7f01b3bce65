import { failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { labelNames } from './profiles.ts';
import type { Sandbox, SandboxEngine, SandboxFailure } from './sandbox.ts';
import type { SandboxSpec } from './sandboxSpec.ts';
import {
  type BoxClaim,
  judgeRoom,
  type MachineMemory,
  refuseBeside,
  type RoomAnswer,
  type StartLimits,
  usualReserve,
} from './startRoom.ts';

export interface StartLimitOptions {
  /** Boxes of this agent host at once. */
  readonly boxes: number;
  /** Memory that is left to everything else; `usualReserve` of the machine when absent. Bytes. */
  readonly reserveBytes?: number;
  /** Asked before each start and, while one waits, every `recheckMs`. */
  readonly machine: (signal: AbortSignal) => Promise<Result<MachineMemory, SandboxFailure>>;
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Boxes that are kept warm behind this engine. */
  readonly warm?: WarmBoxes;
  /** Called when a start begins to wait and when its reason changes. */
  readonly onWait?: (spec: SandboxSpec, message: string) => void;
  /** Called with each box that was started. */
  readonly onStart?: (spec: SandboxSpec) => void;
}

export interface WarmBoxes {
  /** Memory that warm boxes may use beside the one that a start of `wanted` would take. Bytes. */
  reservedBytes(wanted?: SandboxSpec): number;
  /** Gives up all warm boxes but the one that a start of `wanted` would take. */
  makeRoom(wanted: SandboxSpec): Promise<void>;
}

export interface LimitedEngine extends SandboxEngine {
  /** Whether one more warm box has its place: never while a start waits, and never over the line. */
  hasRoom(spec: SandboxSpec): Promise<boolean>;
}

/** Milliseconds between looks at the machine's memory while a start waits: other programs give no notice. */
export const recheckMs = 1_000;

type Refusal = Extract<RoomAnswer, { admitted: false }>;

interface Waiter {
  readonly spec: SandboxSpec;
  readonly claim: BoxClaim;
  readonly admit: () => void;
  /** Why it waits, as it was told last: the figures of a message change with each look. */
  told?: Refusal['reason'];
}

/**
 * The same engine, which starts a box only when the machine has room for it (`judgeRoom`). Other starts wait in line, for as long
 * as their signal lets them. A machine that does not tell its memory limits nothing but the number.
 */
export function withStartLimits(engine: SandboxEngine, options: StartLimitOptions): LimitedEngine {
  const never = new AbortController().signal;
  const held = new Set<BoxClaim>();
  const line: Waiter[] = [];
  let looking = false;
  let lookAgain = false;

  async function machineNow(): Promise<{ readonly machine: MachineMemory; readonly limits: StartLimits }> {
    const asked = await options.machine(never);
    const machine = asked.ok ? asked.value : { totalBytes: Infinity, othersBytes: 0 };
    const reserve = options.reserveBytes ?? usualReserve(machine.totalBytes);
    return { machine, limits: { boxes: options.boxes, reserveBytes: asked.ok ? reserve : 0 } };
  }

  /** Lets go whoever may. One look at a time; what changes meanwhile is looked at again. */
  async function look(): Promise<void> {
    if (looking) {
      lookAgain = true;
      return;
    }
    looking = true;
    try {
      do {
        lookAgain = false;
        await admitWhoMay();
      } while (lookAgain);
    } finally {
      looking = false;
    }
  }

  async function admitWhoMay(): Promise<void> {
    while (line.length > 0) {
      const state = await machineNow();
      const first = line[0];
      if (first === undefined) {
        return;
      }
      const warmBytes = options.warm?.reservedBytes(first.spec) ?? 0;
      const waiting = line.map((waiter) => waiter.claim);
      const answer = judgeRoom({ ...state, waiting, held: [...held], warmBytes });
      if (answer.admitted) {
        const [admitted] = line.splice(answer.index, 1);
        if (admitted !== undefined) {
          held.add(admitted.claim);
          admitted.admit();
        }
      } else if (warmBytes > 0) {
        await options.warm?.makeRoom(first.spec);
        if ((options.warm?.reservedBytes(first.spec) ?? 0) >= warmBytes) {
          return tell(answer);
        }
      } else {
        return tell(answer);
      }
    }
  }

  function tell({ reason, message }: Refusal): void {
    for (const waiter of line) {
      if (waiter.told !== reason) {
        waiter.told = reason;
        options.onWait?.(waiter.spec, message);
      }
    }
  }

  async function lookWhileWaiting(waiter: Waiter, ended: AbortSignal): Promise<void> {
    while (line.includes(waiter)) {
      await look();
      await options.sleep(recheckMs, ended);
    }
  }

  /** False when `signal` was aborted first. */
  async function awaitTurn(spec: SandboxSpec, claim: BoxClaim, signal: AbortSignal): Promise<boolean> {
    const done = new AbortController();
    let waiter: Waiter | undefined;
    const admitted = new Promise<boolean>((resolve) => {
      waiter = { spec, claim, admit: () => resolve(true) };
      line.push(waiter);
      signal.addEventListener('abort', () => resolve(false), { signal: done.signal, once: true });
    });
    if (waiter !== undefined) {
      void lookWhileWaiting(waiter, done.signal);
    }
    const turn = await admitted;
    done.abort();
    if (!turn) {
      const place = line.findIndex((each) => each.claim === claim);
      line.splice(place, place < 0 ? 0 : 1);
      // Its turn may have come in the same moment.
      release(claim);
    }
    return turn;
  }

  function release(claim: BoxClaim): void {
    held.delete(claim);
    void look();
  }

  async function releaseAtEnd(claim: BoxClaim, box: Sandbox): Promise<void> {
    await box.died;
    release(claim);
  }

  return {
    info: (signal) => engine.info(signal),
    chooseRuntime: (wish, signal) => engine.chooseRuntime(wish, signal),
    ensureBaseImage: (signal, onProgress) => engine.ensureBaseImage(signal, onProgress),
    reap: (signal) => engine.reap(signal),
    async start(spec, signal) {
      const claim = { task: spec.labels[labelNames.task] ?? '', memoryBytes: spec.memoryBytes };
      const turn = !signal.aborted && (await awaitTurn(spec, claim, signal));
      if (!turn) {
        return fail(failure('aborted', 'The start of a sandbox was cancelled while it waited for its turn.'));
      }
      let started: Result<Sandbox, SandboxFailure> | undefined;
      try {
        started = await engine.start(spec, signal);
      } finally {
        if (started?.ok !== true) {
          release(claim);
        }
      }
      if (!started.ok) {
        return started;
      }
      void releaseAtEnd(claim, started.value);
      options.onStart?.(spec);
      return ok(started.value);
    },
    async hasRoom(spec) {
      const state = await machineNow();
      const claim = { task: '', memoryBytes: spec.memoryBytes };
      const warmBytes = options.warm?.reservedBytes() ?? 0;
      return line.length === 0 && refuseBeside(claim, { ...state, held: [...held], warmBytes }) === undefined;
    },
  };
}
