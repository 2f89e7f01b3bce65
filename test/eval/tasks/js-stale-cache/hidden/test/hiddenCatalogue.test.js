import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Catalogue } from '../src/catalogue.js';
import { memoryStore } from './memoryStore.js';

const names = (products) => products.map(({ name }) => name);

test('a product that moves leaves its old category', () => {
  const catalogue = new Catalogue(memoryStore([{ id: 1, name: 'Tea', category: 'drinks' }]), () => 0);
  assert.deepEqual(names(catalogue.category('drinks')), ['Tea']);
  assert.deepEqual(names(catalogue.category('gifts')), []);
  catalogue.save({ id: 1, name: 'Tea', category: 'gifts' });
  assert.deepEqual(names(catalogue.category('gifts')), ['Tea']);
  assert.deepEqual(names(catalogue.category('drinks')), []);
});

test('it still caches', () => {
  const store = memoryStore([{ id: 1, name: 'Tea', category: 'drinks' }]);
  const catalogue = new Catalogue(store, () => 0);
  catalogue.category('drinks');
  catalogue.category('drinks');
  assert.equal(store.reads, 1);
});
