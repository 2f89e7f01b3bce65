/** Chance that can be had again: the same seed gives the same choices (mulberry32). */
export class Randomness {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** From 0 up to 1. */
  fraction(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  below(limit: number): number {
    return Math.floor(this.fraction() * limit);
  }

  chance(of: number): boolean {
    return this.fraction() < of;
  }

  /** Of at least one. */
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  list<T>(most: number, make: () => T): T[] {
    return Array.from({ length: this.below(most + 1) }, make);
  }
}

/** How much is tried: a sample with every run of the unit tests, all of it with `npm run test:fuzz`. */
export function amount(sample: number, full: number): number {
  return process.env['NIGHTSHIFT_FUZZ'] === 'full' ? full : sample;
}

/** The same for each sample, so that what it finds came with the change under test; another one for each full run. It can be given. */
export function seedOfRun(): number {
  const given = Number(process.env['NIGHTSHIFT_FUZZ_SEED']);
  return Number.isInteger(given) && given > 0 ? given : amount(1, Date.now() % 1_000_000_007);
}
