import { failure } from '../../base/failure.ts';
import { fail } from '../../base/result.ts';
import { type EndpointBreaker, outcomeOf } from './endpointBreaker.ts';
import type { EndpointSlots, Slot } from './endpointSlots.ts';
import type { LanguageModel, Reservation, ReserveWish } from './languageModel.ts';
import type { Urgency } from './slotOrder.ts';

/** A wait that is over sooner, milliseconds, is not told. */
const unspokenMs = 500;

/** Between two words on the same wait, milliseconds. */
const retellMs = 15_000;

/** An Ollama server stops within a token's time of its client's leaving; its place is free this much later, milliseconds. */
const letGoMs = 200;

type Sleep = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** A model server as all who ask it share it. */
export interface Endpoint {
  readonly breaker: EndpointBreaker;
  readonly slots: EndpointSlots;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Ends without an error when the signal aborts. */
  readonly sleep: Sleep;
}

/** Who asks: turns go round between parties, the more urgent first. */
export interface Requester {
  readonly party: string;
  readonly urgency: Urgency;
}

/**
 * The same model, whose requests wait while their server rests after failures, and then for their turn at it. Nothing is sent by
 * who waits, and who waits for the end of a rest takes no place.
 */
export function sharedModel(model: LanguageModel, endpoint: Endpoint, requester: Requester): LanguageModel {
  return {
    id: model.id,
    ...(model.access === undefined ? {} : { access: model.access }),
    probe: (signal) => model.probe(signal),
    servedWindow: async (signal) => model.servedWindow?.(signal),
    reserve: (wish) => reserveTurn(model, endpoint, requester, wish),
    async chat(request, options) {
      const wish = { contextTokens: request.contextTokens, signal: options.signal };
      const turn = await reserveTurn(model, endpoint, requester, wish);
      if (turn === undefined) {
        return fail(failure('aborted', 'The request to the model was cancelled while it waited for its turn.'));
      }
      try {
        return await turn.chat({ ...request, contextTokens: turn.contextTokens }, options);
      } finally {
        turn.release();
      }
    },
  };
}

/** A turn at the model, at once where nobody waits for it; undefined when the signal ended the wait. */
export async function reserve(model: LanguageModel, wish: ReserveWish): Promise<Reservation | undefined> {
  const { contextTokens } = wish;
  const free: Reservation = {
    contextTokens,
    chat: (request, options) => model.chat(request, options),
    release: () => undefined,
  };
  return model.reserve === undefined ? free : model.reserve(wish);
}

async function reserveTurn(
  model: LanguageModel,
  endpoint: Endpoint,
  { party, urgency }: Requester,
  { contextTokens, signal, onWait = () => undefined }: ReserveWish,
): Promise<Reservation | undefined> {
  const { breaker, slots, now, sleep } = endpoint;
  const since = now();
  while (!signal.aborted) {
    const waitMs = breaker.waitMs();
    if (waitMs > 0) {
      const told = tell(sleep, signal, () => restText, onWait);
      await sleep(waitMs, signal);
      told.end();
      continue;
    }
    const queueing = slots.queue({ party, urgency, model: model.id.name, contextTokens, since }, signal);
    const told = tell(sleep, signal, () => queueText(queueing.before()), onWait);
    const slot = await queueing.slot;
    told.end();
    if (slot === undefined) {
      break;
    }
    const admission = breaker.admit();
    if (signal.aborted || !('settle' in admission)) {
      slot.release();
      if ('settle' in admission) {
        admission.settle('unknown');
      }
      continue;
    }
    return reservation(model, endpoint, slot, admission.settle);
  }
  return undefined;
}

function reservation(
  model: LanguageModel,
  { sleep }: Endpoint,
  slot: Slot,
  settle: (outcome: ReturnType<typeof outcomeOf>) => void,
): Reservation {
  let outcome: ReturnType<typeof outcomeOf> = 'unknown';
  let left = false;
  let released = false;
  return {
    contextTokens: slot.contextTokens,
    async chat(request, options) {
      left = true;
      const answer = await model.chat(request, options);
      left = !answer.ok && (answer.error.reason === 'aborted' || answer.error.reason === 'timeout');
      outcome = outcomeOf(answer);
      return answer;
    },
    release() {
      if (released) {
        return;
      }
      released = true;
      settle(outcome);
      if (left) {
        void sleep(letGoMs, new AbortController().signal).then(slot.release);
      } else {
        slot.release();
      }
    },
  };
}

const restText = 'Waiting for the model: its server failed and is left alone for a while';

function queueText(before: number): string {
  return before === 0
    ? 'Waiting for the model'
    : `Waiting for the model: ${before === 1 ? '1 task' : `${before} tasks`} before it`;
}

/** Says `text` when the wait has lasted a while, and again now and then when it says something else, until `end`. */
function tell(
  sleep: Sleep,
  signal: AbortSignal,
  text: () => string,
  onWait: (message: string) => void,
): { end(): void } {
  const over = new AbortController();
  const ended = AbortSignal.any([signal, over.signal]);
  const speak = async (): Promise<void> => {
    let said: string | undefined;
    for (let pause = unspokenMs; ; pause = retellMs) {
      await sleep(pause, ended);
      if (ended.aborted) {
        return;
      }
      const now = text();
      if (now !== said) {
        onWait(now);
      }
      said = now;
    }
  };
  void speak();
  return { end: () => over.abort() };
}
