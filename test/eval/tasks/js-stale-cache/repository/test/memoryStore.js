/** A store in memory that counts its reads. */
export function memoryStore(products) {
  const byId = new Map(products.map((product) => [product.id, product]));
  return {
    reads: 0,
    product(id) {
      this.reads += 1;
      return byId.get(id);
    },
    inCategory(name) {
      this.reads += 1;
      return [...byId.values()].filter(({ category }) => category === name);
    },
    save(product) {
      byId.set(product.id, product);
    },
  };
}
