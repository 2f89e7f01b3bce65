import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Emitter } from '../src/emitter.js';
import { nextChange, watch } from '../src/watch.js';

test('collects changes below its prefix', () => {
  const emitter = new Emitter();
  const watcher = watch(emitter, 'src/');
  emitter.emit('change', 'src/a.js');
  emitter.emit('change', 'docs/b.md');
  assert.deepEqual(watcher.changes, ['src/a.js']);
});

test('a closed watcher collects nothing and leaves no listener', () => {
  const emitter = new Emitter();
  const watcher = watch(emitter, 'src/');
  watcher.close();
  emitter.emit('change', 'src/a.js');
  assert.deepEqual(watcher.changes, []);
  assert.equal(emitter.count('change'), 0);
});

test('waiting for a change leaves no listener', async () => {
  const emitter = new Emitter();
  const waiting = nextChange(emitter, 'src/', 1_000);
  emitter.emit('change', 'src/a.js');
  assert.equal(await waiting, 'src/a.js');
  assert.equal(emitter.count('change'), 0);
});
