import { assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapedJson, withoutControls } from '../../../src/base/plainText.ts';

const text = string({ unit: 'binary' });

describe('withoutControls', () => {
  it('leaves no control character but tab and line end, in any text', () => {
    assert(
      property(text, (any) => {
        expect(withoutControls(any)).not.toMatch(
          /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/,
        );
      }),
    );
  });

  it('keeps words, emoji, tabs and line ends', () => {
    expect(withoutControls('naïve\t漢字\n👩\u200d💻')).toBe('naïve\t漢字\n👩\u200d💻');
  });
});

describe('escapedJson', () => {
  it('escapes what a terminal would obey, and means the same', () => {
    const value = { name: 'a\u007fb\u009bc\u202ed\u2066e\u{e0041}\u001b' };
    expect(escapedJson(value)).toBe('{"name":"a\\u007fb\\u009bc\\u202ed\\u2066e\\udb40\\udc41\\u001b"}');
    assert(
      property(text, (any) => {
        expect(JSON.parse(escapedJson([any]))).toEqual([any]);
      }),
    );
  });
});
