/** Who asks a model: a person who waits before a dialogue, a task that a person has just let go on, a task nobody waits for. */
export type Urgency = 'person' | 'attended' | 'background';

/** Smaller goes first. */
const ranks: Readonly<Record<Urgency, number>> = { person: 0, attended: 1, background: 2 };

/** Waiting this long, milliseconds, is worth one rank: nobody waits for ever behind the more urgent. */
export const agingMs = 60_000;

/** How often a request may be passed by others whose model is loaded already. */
export const mostPasses = 4;

/** A request that waits for a slot. */
export interface SlotClaim {
  /** Whose it is: slots go round between these. */
  readonly party: string;
  readonly urgency: Urgency;
  /** Monotonic milliseconds since when it waits. */
  readonly since: number;
  readonly model: string;
  /** Window it was assembled for, tokens. */
  readonly contextTokens: number;
  /** Turns given away when it came; one more than those until its party's newest turn where that was later. */
  readonly round: number;
  /** How often others went first because their model was loaded. */
  readonly passes: number;
}

/** A model as the server has it, or had it until lately. */
export interface LoadedModel {
  /** Window it was loaded with, tokens. */
  readonly contextTokens: number;
  /** Requests that it answers now. */
  readonly running: number;
}

export interface SlotQuestion<Claim extends SlotClaim> {
  /** In order of arrival. */
  readonly waiting: readonly Claim[];
  /** Requests at the server. */
  readonly running: number;
  readonly slots: number;
  /** Monotonic milliseconds. */
  readonly now: number;
  /** By name; undefined for a server that loads nothing, or whose loading is not ours to spare. */
  readonly loaded: ReadonlyMap<string, LoadedModel> | undefined;
  /** The model that was loaded last. */
  readonly newest: string | undefined;
}

/** `contextTokens`: the window to send. */
export interface SlotAnswer<Claim extends SlotClaim> {
  readonly claim: Claim;
  readonly contextTokens: number;
}

/** The order in which requests are due: by rank, then round by round between parties, then by arrival. */
export function orderOfTurns<Claim extends SlotClaim>(waiting: readonly Claim[], now: number): readonly Claim[] {
  return waiting
    .map((claim, at) => ({ claim, at, rank: rankOf(claim, now) }))
    .toSorted((one, other) => one.rank - other.rank || one.claim.round - other.claim.round || one.at - other.at)
    .map(({ claim }) => claim);
}

/**
 * Which request is sent now, and with which window; undefined when none may be. Loading a model takes minutes, and so does loading
 * it with another window. So a request for the model that is loaded goes before one of the same rank that needs another, `mostPasses`
 * times; and the window of a model only grows while it is in use, which is once for each larger size: a request that needs less is
 * sent with the larger one, and one that needs more waits until no answer is under way that loading anew would break off. Nobody
 * is sent meanwhile.
 */
export function nextTurn<Claim extends SlotClaim>(question: SlotQuestion<Claim>): SlotAnswer<Claim> | undefined {
  const { waiting, running, slots, now, loaded, newest } = question;
  const order = orderOfTurns(waiting, now);
  const [first] = order;
  if (first === undefined || running >= slots) {
    return undefined;
  }
  if (loaded === undefined) {
    return { claim: first, contextTokens: first.contextTokens };
  }
  const patient = order.every(({ passes }) => passes < mostPasses);
  const ready = patient
    ? order.find((claim) => rankOf(claim, now) === rankOf(first, now) && claim.model === newest)
    : undefined;
  const claim = ready ?? first;
  const model = loaded.get(claim.model);
  if (model === undefined || claim.contextTokens > model.contextTokens) {
    // Who waits already would need it next.
    const wanted = waiting.filter((other) => other.model === claim.model).map((other) => other.contextTokens);
    return (model?.running ?? 0) > 0 ? undefined : { claim, contextTokens: Math.max(claim.contextTokens, ...wanted) };
  }
  return { claim, contextTokens: model.contextTokens };
}

function rankOf({ urgency, since }: SlotClaim, now: number): number {
  return Math.max(0, ranks[urgency] - Math.max(0, Math.floor((now - since) / agingMs)));
}
