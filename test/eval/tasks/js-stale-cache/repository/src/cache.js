/** A map whose entries are forgotten after `lifetimeMs`. */
export class Cache {
  #entries = new Map();
  #lifetimeMs;
  #now;

  constructor(lifetimeMs, now = Date.now) {
    this.#lifetimeMs = lifetimeMs;
    this.#now = now;
  }

  get(key) {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (this.#now() - entry.at > this.#lifetimeMs) {
      this.#entries.delete(key);
      return undefined;
    }
    return entry.value;
  }

  set(key, value) {
    this.#entries.set(key, { value, at: this.#now() });
  }

  delete(key) {
    this.#entries.delete(key);
  }
}
