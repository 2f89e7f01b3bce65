import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TerminalFilter } from '../../../../src/core/sandbox/terminalFilter.ts';

const esc = '\u001b';
const shown = (text: string): string => new TerminalFilter().push(text);

describe('the filter of a terminal', () => {
  test.each([
    ['plain text and control characters', 'a\r\n\tb\b\u0007ü 漢 🙂'],
    ['colours', `${esc}[1;38;2;255;0;10mred${esc}[0m`],
    ['cursor movement', `${esc}[2J${esc}[10;20H${esc}7${esc}8${esc}M`],
    ['private modes', `${esc}[?1049h${esc}[?2004l${esc}[?25l`],
    ['character sets', `${esc}(0qqq${esc}(B`],
    ['a question for the place of the cursor', `${esc}[6n`],
  ])('lets %s through', (_, text) => {
    expect(shown(text)).toBe(text);
  });

  test.each([
    ['the clipboard', `${esc}]52;c;ZWNobyBoaQ==\u0007`],
    ['a title', `${esc}]0;root@host${esc}\\`],
    ['a link', `${esc}]8;;file:///etc/passwd${esc}\\`],
    ['marks of shell integration', `${esc}]633;E;rm -rf /;nonce\u0007`],
    ['marks of another terminal', `${esc}]1337;SetUserVar=a=b\u0007`],
    ['device control', `${esc}P+q544e${esc}\\`],
    ['an application command', `${esc}_Gf=24;AAAA${esc}\\`],
    ['a privacy message', `${esc}^x${esc}\\`],
    ['a string', `${esc}Xabc${esc}\\`],
    ['the same in eight bits', '\u009d52;c;AAAA\u009c\u0090q\u009c\u009fx\u009c'],
    ['a report of the title', `${esc}[21t`],
    ['a checksum of the screen', `${esc}[1;1;1;1;2;2*y`],
    ['a string that ends in the beginning of another', `${esc}]52;c;A${esc}]0;x\u0007`],
  ])('takes out %s', (_, text) => {
    expect(shown(`before${text}after`)).toBe('beforeafter');
  });

  test('a control character in the beginning of a string acts, and the string is taken out all the same', () => {
    expect(shown(`before${esc}\n]52;c;AAAA\u0007after`)).toBe('before\nafter');
    expect(shown(`before${esc}\u007f]52;c;AAAA\u0007after`)).toBe('beforeafter');
  });

  test('a cancelled string gives nothing away, and what follows is seen', () => {
    expect(shown(`${esc}]52;c;AAAA\u0018after`)).toBe('after');
  });

  test('a string that never ends takes no memory', () => {
    const filter = new TerminalFilter();
    filter.push(`${esc}]52;c;`);
    expect(filter.push('A'.repeat(1_000_000))).toBe('');
    expect(JSON.stringify(filter).length).toBeLessThan(200);
    const long = new TerminalFilter();
    expect(long.push(`${esc}[${'1;'.repeat(100_000)}`).length).toBeLessThan(200_001);
    expect(JSON.stringify(long).length).toBeLessThan(600);
  });

  const part = fc.oneof(
    fc.string({ maxLength: 5 }),
    fc.constantFrom(
      esc,
      ']',
      '[',
      '52;c;A',
      '\u0007',
      '\\',
      '\u009d',
      '\u009c',
      'P',
      't',
      'm',
      '1;2',
      '(',
      '\u0018',
      '*y',
      '\n',
      '\u007f',
    ),
  );
  const texts = fc.array(part, { maxLength: 30 }).map((parts) => parts.join(''));

  test('shows the same wherever the text is cut', () => {
    fc.assert(
      fc.property(texts, fc.array(fc.nat(40), { maxLength: 5 }), (text, cuts) => {
        const filter = new TerminalFilter();
        const at = [...new Set(cuts)].filter((cut) => cut < text.length).toSorted((a, b) => a - b);
        // Decoders never cut a character of two units.
        const whole = at.filter((cut) => !/[\udc00-\udfff]/.test(text[cut] ?? ''));
        const pieces = [0, ...whole].map((from, index) => text.slice(from, [...whole, text.length][index]));
        expect(pieces.map((piece) => filter.push(piece)).join('')).toBe(shown(text));
      }),
    );
  });

  test('never lets the beginning of a string through, as a terminal reads it', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(entersString(shown(text))).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });
});

/** The states of a terminal's parser (https://vt100.net/emu/dec_ansi_parser), as far as they lead to strings. */
function entersString(text: string): boolean {
  let state: 'ground' | 'escape' | 'between' | 'csi' = 'ground';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code === 0x1b) {
      state = 'escape';
    } else if (code === 0x18 || code === 0x1a) {
      state = 'ground';
    } else if (code >= 0x80 && code <= 0x9f) {
      if ([0x90, 0x98, 0x9d, 0x9e, 0x9f].includes(code)) {
        return true;
      }
      state = code === 0x9b ? 'csi' : 'ground';
    } else if (code < 0x20 || code === 0x7f) {
      // Acts, and changes no state.
    } else if (state === 'escape') {
      if ('P]X^_'.includes(character)) {
        return true;
      }
      state = character === '[' ? 'csi' : code <= 0x2f ? 'between' : 'ground';
    } else if (state === 'between') {
      state = code <= 0x2f ? 'between' : 'ground';
    } else if (state === 'csi') {
      state = code >= 0x40 ? 'ground' : 'csi';
    }
  }
  return false;
}
