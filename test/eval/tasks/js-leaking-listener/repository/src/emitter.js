/** A small event emitter. `on` answers a function that removes the listener again. */
export class Emitter {
  #listeners = new Map();

  on(event, listener) {
    const wrapped = (...args) => listener(...args);
    const list = this.#listeners.get(event) ?? [];
    this.#listeners.set(event, [...list, wrapped]);
    return () => this.off(event, wrapped);
  }

  off(event, listener) {
    const list = this.#listeners.get(event) ?? [];
    this.#listeners.set(
      event,
      list.filter((known) => known !== listener),
    );
  }

  emit(event, ...args) {
    for (const listener of this.#listeners.get(event) ?? []) listener(...args);
  }

  count(event) {
    return this.#listeners.get(event)?.length ?? 0;
  }
}
