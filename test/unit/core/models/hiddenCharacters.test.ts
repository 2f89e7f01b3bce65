import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameHidden, restoreHidden } from '../../../../src/core/models/hiddenCharacters.ts';

describe('characters that a person does not see', () => {
  it.each([
    ['\u202e', '202E'],
    ['\u2066', '2066'],
    ['\u200b', '200B'],
    ['\u2060', '2060'],
    ['\ufeff', 'FEFF'],
    ['\u00ad', '00AD'],
    ['\u3164', '3164'],
    ['\u{e0041}', 'E0041'],
    ['\u{e0100}', 'E0100'],
  ])('%j is named in its place', (character, name) => {
    expect(nameHidden(`a${character}b`)).toBe(`a<U+${name}>b`);
  });

  it('names a joiner between letters of code, and a second selector', () => {
    expect(nameHidden('ad\u200dmin')).toBe('ad<U+200D>min');
    expect(nameHidden('x\ufe0f\ufe01\ufe02')).toBe('x\ufe0f<U+FE01><U+FE02>');
  });

  it.each(['👩\u200d👩\u200d👧', 'می\u200cخواهم', '❤\ufe0f', 'plain', 'naïve', '日本語'])(
    'leaves %s as it is',
    (text) => {
      expect(nameHidden(text)).toBe(text);
    },
  );

  it('gives the text back from its names, and names nothing twice', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!text.includes('<U+'));
        const shown = nameHidden(text);
        expect(restoreHidden(shown)).toBe(text);
        expect(nameHidden(shown)).toBe(shown);
      }),
      { numRuns: 500 },
    );
  });
});
