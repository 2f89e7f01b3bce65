import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { errorLikeness, traceError, withoutValues } from '../../../../src/core/memory/recall/errorSignature.ts';

describe('the signature of an error', () => {
  test.each([
    ["ENOENT: no such file or directory, open '/home/ada/x.json'", 'ENOENT: no such file or directory, open <text>'],
    ['cannot open /home/ada/x.json for reading', 'cannot open <path> for reading'],
    ['cannot open C:\\Users\\ada\\x.json', 'cannot open <path>'],
    ['index 12 is out of 3.5 (at 0x7ffe12ab)', 'index <n> is out of <n> (at <n>)'],
    ['GET https://example.com/a/b?c=1 failed with 502', 'GET <address> failed with <n>'],
    ['task 123e4567-e89b-12d3-a456-426614174000 of deadbeef01 ended', 'task <n> of <n> ended'],
    ["can't read what isn't there", "can't read what isn't there"],
  ])('of %s is %s', (message, expected) => {
    expect(withoutValues(message)).toBe(expected);
  });

  test('is the same whatever values the message has', () => {
    const quoted = fc.stringMatching(/^[\w ./:-]{0,30}$/);
    const path = fc.stringMatching(/^(\/[a-z][\w-]{0,8}){1,5}\.ts$/);
    fc.assert(
      fc.property(fc.nat(), fc.nat(), quoted, path, (count, address, text, file) => {
        const message = `no '${text}' in "${text}" at 0x${address.toString(16)}, ${count} of ${count / 4} read from ${file}`;
        expect(withoutValues(message)).toBe('no <text> in <text> at <n>, <n> of <n> read from <path>');
      }),
    );
  });

  test('leaves the package of a type out, and takes the first line of a message', () => {
    expect(traceError('java.lang.IllegalStateException', 'closed\nsecond')).toEqual({
      type: 'IllegalStateException',
      message: 'closed',
      signature: 'IllegalStateException: closed',
    });
    expect(traceError('std::out_of_range', '').signature).toBe('out_of_range');
  });

  test('is likest to itself, then to one of the same type and words, then to one of other words', () => {
    const own = traceError('TypeError', "Cannot read 'a' of undefined").signature;
    const near = traceError('TypeError', 'Cannot read a property of null').signature;
    const far = traceError('RangeError', 'Invalid array length').signature;
    expect(errorLikeness(own, own)).toBe(1);
    expect(errorLikeness(own, near)).toBeGreaterThan(0.5);
    expect(errorLikeness(own, far)).toBe(0);
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        const alike = errorLikeness(one, other);
        expect(alike).toBeGreaterThanOrEqual(0);
        expect(alike).toBeLessThanOrEqual(1);
        expect(errorLikeness(other, one)).toBe(alike);
      }),
    );
  });
});
