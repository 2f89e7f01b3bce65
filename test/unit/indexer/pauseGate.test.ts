import { describe, expect, test } from 'vitest';
import { PauseGate } from '../../../src/indexer/pauseGate.ts';

const settled = async (promise: Promise<void>): Promise<boolean> => {
  let done = false;
  void promise.then(() => (done = true));
  await new Promise((resolve) => setImmediate(resolve));
  return done;
};

describe('the gate of a pause', () => {
  test('lets work pass while it is open, and holds it up until it is open again', async () => {
    const gate = new PauseGate();
    expect(await settled(gate.pass())).toBe(true);
    gate.set(true);
    const held = gate.pass();
    expect(await settled(held)).toBe(false);
    gate.set(false);
    expect(await settled(held)).toBe(true);
  });

  test('tells who waits that it was shut, and lets those go who need not know', async () => {
    const gate = new PauseGate();
    const [needs, need] = [new AbortController(), new AbortController()];
    const one = gate.whenShut(needs.signal);
    const two = gate.whenShut(need.signal);
    expect(await settled(Promise.race([one, two]))).toBe(false);
    needs.abort();
    expect(await settled(one)).toBe(true);
    expect(await settled(two)).toBe(false);
    gate.set(true);
    expect(await settled(two)).toBe(true);
    expect(await settled(gate.whenShut(new AbortController().signal))).toBe(true);
  });
});
