import { Serializer, withDeadline } from '../../base/async.ts';
import type { Clock } from '../../base/clock.ts';
import { errorText, failure } from '../../base/failure.ts';
import type { Logger } from '../../base/logger.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { guestProtocolVersion } from '../../protocol/guestLimits.ts';
import { engineDeadlines } from './budgets.ts';
import { labelNames } from './profiles.ts';
import type { Sandbox, SandboxEngine, SandboxFailure } from './sandbox.ts';
import type { SandboxSpec } from './sandboxSpec.ts';
import { specRights } from './specRights.ts';
import type { WarmBoxes } from './startLimits.ts';

export interface WarmPoolOptions {
  /** Boxes kept ready for each set of rights. */
  readonly size: number;
  /** How long boxes of a kind are kept ready after the last time one was wanted, milliseconds. */
  readonly keepMs: number;
  /** Milliseconds from a hand-out until its place is filled again: whoever just got a box has the machine first. */
  readonly refillAfterMs: number;
  /** Whether the machine has a place for one more that nobody needs yet. */
  readonly hasRoom: (spec: SandboxSpec) => Promise<boolean>;
  readonly clock: Clock;
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly logger: Logger;
}

export interface WarmPool extends SandboxEngine, WarmBoxes {
  /** A box like this will be wanted soon. */
  expect(spec: SandboxSpec): void;
  /** Boxes that are ready now. */
  ready(): number;
  /** Destroys every box that nobody has and keeps none from here on. */
  close(): Promise<void>;
}

/** What stands on a warm box instead of a task and a run; the owner is the same, so that the reaper finds it. */
const warmLabel = 'warm';
/** Milliseconds that a warm box has to answer when it is handed out; one that does not is dropped. */
const answerMs = 1_000;
/** Boxes of one kind that may fail or die in a row before no more are kept ready, until one starts for a task. */
const mostFailures = 3;

/** One box on its way to be ready, or ready. */
interface WarmBox {
  readonly starting: Promise<Result<Sandbox, SandboxFailure>>;
  /** The same box, once it has answered a request after its start: it greets before it has loaded what requests need. */
  readonly serving: Promise<Result<Sandbox, SandboxFailure>>;
  box?: Sandbox;
}

/** The boxes of one set of rights. */
interface Shelf {
  readonly spec: SandboxSpec;
  readonly boxes: Set<WarmBox>;
  /** Monotonic milliseconds. */
  wantedAt: number;
  failures: number;
  filling: boolean;
  watched: boolean;
}

/**
 * The same engine, with boxes that were started before they are needed. A box is handed out once, to a start that asks for exactly
 * its rights, after it has answered; another one takes its place in the background. What goes wrong with a warm box costs time and
 * never a task: the start is then a cold one. The boxes that are handed out belong to whoever asked, as always.
 */
export function withWarmPool(engine: SandboxEngine, options: WarmPoolOptions): WarmPool {
  const { clock, logger } = options;
  const shelves = new Map<string, Shelf>();
  const ended = new AbortController();
  /** One refill at a time: they run beside the work of tasks. */
  const refills = new Serializer();

  function want(spec: SandboxSpec): Shelf {
    const key = specRights(spec);
    const shelf = shelves.get(key) ?? {
      spec: { ...spec, labels: { ...spec.labels, [labelNames.task]: warmLabel, [labelNames.run]: warmLabel } },
      boxes: new Set(),
      wantedAt: 0,
      failures: 0,
      filling: false,
      watched: false,
    };
    shelves.set(key, shelf);
    shelf.wantedAt = clock.monotonic();
    void watch(shelf);
    return shelf;
  }

  /** Gives the boxes up when none was wanted for a while. */
  async function watch(shelf: Shelf): Promise<void> {
    if (shelf.watched) {
      return;
    }
    shelf.watched = true;
    for (let left = options.keepMs; left > 0 && !ended.signal.aborted;) {
      await options.sleep(left, ended.signal);
      left = shelf.wantedAt + options.keepMs - clock.monotonic();
    }
    shelves.delete(specRights(shelf.spec));
    await drop(shelf, 0);
  }

  async function fill(shelf: Shelf, afterMs = 0): Promise<void> {
    if (shelf.filling) {
      return;
    }
    shelf.filling = true;
    try {
      if (afterMs > 0) {
        await options.sleep(afterMs, ended.signal);
      }
      await refills.run(async () => {
        while (isWanted(shelf) && shelf.boxes.size < options.size && shelf.failures < mostFailures) {
          if (!(await options.hasRoom(shelf.spec)) || !isWanted(shelf)) {
            return;
          }
          await addBox(shelf);
        }
      });
    } catch (error) {
      logger.warn(`No sandbox could be kept ready: ${errorText(error)}`);
    } finally {
      shelf.filling = false;
    }
  }

  function isWanted(shelf: Shelf): boolean {
    return !ended.signal.aborted && shelves.get(specRights(shelf.spec)) === shelf;
  }

  async function addBox(shelf: Shelf): Promise<void> {
    const starting = engine.start(shelf.spec, ended.signal);
    const warm: WarmBox = { starting, serving: starting.then(awaitService) };
    shelf.boxes.add(warm);
    const started = await warm.serving.catch((error: unknown) => fail(failure('start-failed', errorText(error))));
    if (!started.ok) {
      shelf.boxes.delete(warm);
      shelf.failures += 1;
      logger.info(`A sandbox could not be kept ready: ${started.error.message}`);
      return;
    }
    warm.box = started.value;
    void replaceWhenDead(shelf, warm, started.value);
  }

  async function awaitService(started: Result<Sandbox, SandboxFailure>): Promise<Result<Sandbox, SandboxFailure>> {
    if (!started.ok || (await greeted(started.value, ended.signal, engineDeadlines.start))) {
      return started;
    }
    await started.value.destroy();
    return fail(failure('start-failed', 'It greeted, and answers no request.'));
  }

  async function replaceWhenDead(shelf: Shelf, warm: WarmBox, box: Sandbox): Promise<void> {
    const { message } = await box.died;
    if (shelf.boxes.delete(warm)) {
      shelf.failures += 1;
      logger.info(`A sandbox that was kept ready died: ${message}`);
      void fill(shelf);
    }
  }

  /** Destroys all boxes of a shelf but `keep`; those that are being started, as soon as they are. */
  async function drop(shelf: Shelf, keep: number): Promise<void> {
    const dropped = [...shelf.boxes].slice(keep);
    dropped.forEach((warm) => shelf.boxes.delete(warm));
    await Promise.all(dropped.map(destroyWarm));
  }

  async function destroyWarm(warm: WarmBox): Promise<void> {
    try {
      const started = await warm.starting;
      await (started.ok ? started.value.destroy() : undefined);
    } catch (error) {
      logger.warn(`A sandbox that was kept ready could not be given up: ${errorText(error)}`);
    }
  }

  /** A box that has just answered; undefined when there is none. A box that is being started is waited for: it is the quickest. */
  async function takeReady(shelf: Shelf, signal: AbortSignal): Promise<Sandbox | undefined> {
    while (!signal.aborted && !ended.signal.aborted) {
      const warm = [...shelf.boxes].find((each) => each.box !== undefined) ?? [...shelf.boxes][0];
      if (warm === undefined) {
        return undefined;
      }
      shelf.boxes.delete(warm);
      const box = await answering(warm, signal);
      if (box !== undefined) {
        return box;
      }
      shelf.failures += 1;
      void destroyWarm(warm);
    }
    return undefined;
  }

  async function answering(warm: WarmBox, signal: AbortSignal): Promise<Sandbox | undefined> {
    const waited = await withDeadline(
      engineDeadlines.create + engineDeadlines.start,
      signal,
      'Waiting for a sandbox that is being started',
      () => warm.serving,
    ).catch(() => undefined);
    if (waited?.ok !== true || !waited.value.ok) {
      return undefined;
    }
    const box = waited.value.value;
    return (await greeted(box, signal, answerMs)) ? box : undefined;
  }

  async function greeted(box: Sandbox, signal: AbortSignal, deadlineMs: number): Promise<boolean> {
    const params = { protocolVersion: guestProtocolVersion };
    const reply = await box.request('hello', params, { signal, deadlineMs });
    return reply.ok && reply.value.protocolVersion === guestProtocolVersion;
  }

  return {
    info: (signal) => engine.info(signal),
    chooseRuntime: (wish, signal) => engine.chooseRuntime(wish, signal),
    ensureBaseImage: (signal, onProgress) => engine.ensureBaseImage(signal, onProgress),
    reap: (signal) => engine.reap(signal),
    async start(spec, signal) {
      const began = clock.monotonic();
      if (ended.signal.aborted) {
        return engine.start(spec, signal);
      }
      const shelf = want(spec);
      const box = await takeReady(shelf, signal);
      const started = box === undefined ? await engine.start(spec, signal) : ok(box);
      if (started.ok) {
        shelf.failures = 0;
        void fill(shelf, options.refillAfterMs);
      }
      return box === undefined ? started : ok(handedOut(box, clock.monotonic() - began));
    },
    expect(spec) {
      if (!ended.signal.aborted) {
        void fill(want(spec));
      }
    },
    ready: () => [...shelves.values()].flatMap((shelf) => [...shelf.boxes].filter((warm) => warm.box)).length,
    reservedBytes(wanted) {
      const own = wanted === undefined ? undefined : specRights(wanted);
      return [...shelves].reduce((sum, [key, { boxes, spec }]) => {
        const taken = key === own ? 1 : 0;
        return sum + Math.max(0, boxes.size - taken) * spec.memoryBytes;
      }, 0);
    },
    async makeRoom(wanted) {
      const own = specRights(wanted);
      await Promise.all([...shelves].map(([key, shelf]) => drop(shelf, key === own ? 1 : 0)));
    },
    async close() {
      ended.abort();
      await Promise.all([...shelves.values()].map((shelf) => drop(shelf, 0)));
      await refills.run(async () => undefined);
    },
  };
}

/** The box as the engine made it, with the time that this start took. */
function handedOut(box: Sandbox, startMs: number): Sandbox {
  return {
    id: box.id,
    spec: box.spec,
    startMs,
    died: box.died,
    request: (method, params, callOptions) => box.request(method, params, callOptions),
    openTerminal: (size, variables, callOptions) => box.openTerminal(size, variables, callOptions),
    putTree: (files, callOptions) => box.putTree(files, callOptions),
    destroy: () => box.destroy(),
  };
}
