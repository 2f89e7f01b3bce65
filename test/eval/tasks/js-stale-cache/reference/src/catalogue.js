import { Cache } from './cache.js';

/** Products by id, and the list of a category, both kept for a minute. */
export class Catalogue {
  #store;
  #products;
  #categories;

  constructor(store, now) {
    this.#store = store;
    this.#products = new Cache(60_000, now);
    this.#categories = new Cache(60_000, now);
  }

  product(id) {
    return this.#through(this.#products, id, () => this.#store.product(id));
  }

  category(name) {
    return this.#through(this.#categories, name, () => this.#store.inCategory(name));
  }

  save(product) {
    this.#store.save(product);
    this.#products.delete(product.id);
    // It may have moved from another category, and the old one is not known here.
    this.#categories.clear();
  }

  #through(cache, key, load) {
    const known = cache.get(key);
    if (known !== undefined) return known;
    const value = load();
    cache.set(key, value);
    return value;
  }
}
