import type { Clock } from '../../base/clock.ts';
import { type LoadedModel, nextTurn, orderOfTurns, type SlotClaim } from './slotOrder.ts';

/**
 * How long a server is asked to keep a model after its last request, milliseconds. Longer than most tests take, so that it does not
 * unload between two steps of a task, and not for ever: then its memory is given back.
 */
export const keptLoadedMs = 15 * 60_000;

export interface SlotsOptions {
  /** Requests at the server at once. */
  readonly slots: number;
  /** The server loads models, and anew for another window; false where that is not ours to spare. */
  readonly loads: boolean;
  readonly clock: Clock;
}

export type SlotWish = Pick<SlotClaim, 'party' | 'urgency' | 'model' | 'contextTokens' | 'since'>;

/** A place at the server. */
export interface Slot {
  /** The window to send, tokens; never less than what was wished. */
  readonly contextTokens: number;
  /** Gives the place to the next one; once. */
  readonly release: () => void;
}

export interface SlotQueueing {
  /** Undefined when the signal ended the wait. */
  readonly slot: Promise<Slot | undefined>;
  /** Other parties that are served before, or at this moment. */
  readonly before: () => number;
}

interface Waiting extends SlotClaim {
  readonly enter: (slot: Slot) => void;
}

interface Kept extends LoadedModel {
  /** Monotonic milliseconds of its newest turn. */
  readonly usedAt: number;
}

/**
 * The places at one model server, for all tasks of this host: who is sent next, and with which window. Lives as long as the host. It
 * knows nothing of what others, such as a second host on the machine, ask of the same server; the server queues them itself.
 */
export class EndpointSlots {
  private readonly options: SlotsOptions;
  private waiting: readonly Waiting[] = [];
  /** Requests at the server: whose, and of which model. */
  private readonly running = new Set<Waiting>();
  private readonly loaded = new Map<string, Kept>();
  private newest: string | undefined;
  /** Turns given away so far. */
  private round = 0;
  /** Who had the newest one. */
  private latest: string | undefined;

  constructor(options: SlotsOptions) {
    this.options = options;
  }

  queue(wish: SlotWish, signal: AbortSignal): SlotQueueing {
    let resolve: (slot: Slot | undefined) => void = () => undefined;
    const slot = new Promise<Slot | undefined>((settle) => (resolve = settle));
    const leave = (): void => {
      this.waiting = this.waiting.filter(({ enter: other }) => other !== enter);
      resolve(undefined);
      // It may have been the one that the others had to wait for.
      this.admit();
    };
    const enter = (given: Slot): void => {
      signal.removeEventListener('abort', leave);
      resolve(given);
    };
    if (signal.aborted) {
      resolve(undefined);
      return { slot, before: () => 0 };
    }
    signal.addEventListener('abort', leave, { once: true });
    const round = this.round + (wish.party === this.latest ? 1 : 0);
    this.waiting = [...this.waiting, { ...wish, round, passes: 0, enter }];
    this.admit();
    return { slot, before: () => this.before(wish.party, enter) };
  }

  private admit(): void {
    const { slots, loads, clock } = this.options;
    for (;;) {
      const now = clock.monotonic();
      this.forget(now);
      const turn = nextTurn({
        waiting: this.waiting,
        running: this.running.size,
        slots,
        now,
        loaded: loads ? this.loaded : undefined,
        newest: this.newest,
      });
      if (turn === undefined) {
        return;
      }
      this.give(turn.claim, turn.contextTokens, now);
    }
  }

  private give(claim: Waiting, contextTokens: number, now: number): void {
    const { party, model, enter } = claim;
    const order = orderOfTurns(this.waiting, now);
    const passed = new Set(order.slice(0, order.indexOf(claim)));
    this.round += 1;
    this.latest = party;
    this.waiting = this.waiting
      .filter((other) => other !== claim)
      .map((other) => ({
        ...other,
        ...(other.party === party ? { round: this.round + 1 } : {}),
        ...(passed.has(other) ? { passes: other.passes + 1 } : {}),
      }));
    this.running.add(claim);
    this.use(model, contextTokens, now, 1);
    this.newest = model;
    let released = false;
    const release = (): void => {
      if (!released) {
        released = true;
        this.running.delete(claim);
        this.use(model, contextTokens, this.options.clock.monotonic(), -1);
        this.admit();
      }
    };
    enter({ contextTokens, release });
  }

  private use(model: string, contextTokens: number, usedAt: number, more: number): void {
    const running = (this.loaded.get(model)?.running ?? 0) + more;
    this.loaded.set(model, { contextTokens, running, usedAt });
  }

  /** What the server has unloaded by now may come back with another window. */
  private forget(now: number): void {
    for (const [model, { running, usedAt }] of this.loaded) {
      if (running === 0 && now - usedAt >= keptLoadedMs) {
        this.loaded.delete(model);
      }
    }
  }

  private before(own: string, enter: Waiting['enter']): number {
    const order = orderOfTurns(this.waiting, this.options.clock.monotonic());
    const at = order.findIndex((claim) => claim.enter === enter);
    const others = at === -1 ? [] : [...this.running, ...order.slice(0, at)].map(({ party }) => party);
    return new Set(others.filter((party) => party !== own)).size;
  }
}
