import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Catalogue } from '../src/catalogue.js';
import { memoryStore } from './memoryStore.js';

test('asks the store once a minute', () => {
  const store = memoryStore([{ id: 1, name: 'Tea', category: 'drinks' }]);
  let time = 0;
  const catalogue = new Catalogue(store, () => time);
  catalogue.product(1);
  catalogue.product(1);
  assert.equal(store.reads, 1);
  time = 61_000;
  catalogue.product(1);
  assert.equal(store.reads, 2);
});

test('a saved product is in the list of its category at once', () => {
  const store = memoryStore([{ id: 1, name: 'Tea', category: 'drinks' }]);
  const catalogue = new Catalogue(store, () => 0);
  catalogue.category('drinks');
  catalogue.save({ id: 2, name: 'Coffee', category: 'drinks' });
  assert.deepEqual(
    catalogue.category('drinks').map(({ name }) => name),
    ['Tea', 'Coffee'],
  );
});
