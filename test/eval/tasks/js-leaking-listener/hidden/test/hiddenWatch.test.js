import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Emitter } from '../src/emitter.js';
import { nextChange, watch } from '../src/watch.js';

test('waiting in vain leaves no listener either', async () => {
  const emitter = new Emitter();
  await assert.rejects(nextChange(emitter, 'src/', 5), /No change/);
  assert.equal(emitter.count('change'), 0);
});

test('closing one watcher leaves the others, and twice is as good as once', () => {
  const emitter = new Emitter();
  const first = watch(emitter, 'src/');
  const second = watch(emitter, 'src/');
  first.close();
  first.close();
  emitter.emit('change', 'src/a.js');
  assert.deepEqual(second.changes, ['src/a.js']);
  assert.equal(emitter.count('change'), 1);
});

test('the function that on answers still removes', () => {
  const emitter = new Emitter();
  const remove = emitter.on('change', () => undefined);
  remove();
  assert.equal(emitter.count('change'), 0);
});
