import { describe, expect, it } from 'vitest';
import { boxChannel } from '../../../src/host/boxChannel.ts';

describe('the way to boxes that the user wishes for', () => {
  it.each([
    [undefined, undefined],
    ['', undefined],
    ['stdio', undefined],
    ['socket', 'socket'],
  ])('is, with NIGHTSHIFT_CHANNEL=%s, %s', (set, wish) => {
    expect(boxChannel({ NIGHTSHIFT_CHANNEL: set })).toEqual({ ok: true, value: wish });
  });
});
