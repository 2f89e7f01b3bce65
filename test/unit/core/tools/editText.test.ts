import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editText } from '../../../../src/core/tools/editText.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function edited(file: string, oldText: string, newText: string): string {
  const result = editText(bytesOf(file), oldText, newText);
  if (!result.ok) {
    throw new Error(`${result.error.reason}: ${result.error.message}`);
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(result.value.bytes);
}

function refusal(file: Uint8Array | string, oldText: string, newText = 'x') {
  const result = editText(typeof file === 'string' ? bytesOf(file) : file, oldText, newText);
  if (result.ok) {
    throw new Error('the edit was made');
  }
  return result.error;
}

/** Is there a place in the file that reads as `oldText`, with every byte before and after it kept? */
function keepsAllButOnePlace(file: string, oldText: string, result: Uint8Array): boolean {
  const unix = (text: string) => text.replaceAll('\r\n', '\n').replace(/^\uFEFF/, '');
  for (let start = 0; start <= file.length; start += 1) {
    for (let end = start + 1; end <= file.length; end += 1) {
      const before = bytesOf(file.slice(0, start));
      const after = bytesOf(file.slice(end));
      if (
        unix(file.slice(start, end)) === unix(oldText) &&
        before.length + after.length <= result.length &&
        before.every((byte, index) => byte === result[index]) &&
        after.every((byte, index) => byte === result[result.length - after.length + index])
      ) {
        return true;
      }
    }
  }
  return false;
}

describe('editText', () => {
  it('replaces the one place and says its line', () => {
    const result = editText(bytesOf('one\ntwo\nthree\n'), 'two', '2');
    expect(result).toEqual({ ok: true, value: { bytes: bytesOf('one\n2\nthree\n'), line: 2, match: 'exact' } });
  });

  it('takes hidden characters by the names that they were shown under, and keeps a name that stands in the file', () => {
    expect(edited('if (a\u202e) {}\n', 'if (a<U+202E>) {}', 'if (a<U+202E> && b) {}')).toBe('if (a\u202e && b) {}\n');
    expect(edited('say <U+202E> here\n', '<U+202E> here', '<U+202E> there')).toBe('say <U+202E> there\n');
  });

  it('matches text with \\n in a file with \\r\\n and inserts the ends of the file', () => {
    expect(edited('a\r\nb\r\nc\r\n', 'a\nb\n', 'a\nx\ny\n')).toBe('a\r\nx\r\ny\r\nc\r\n');
  });

  it('inserts \\n into a file with \\n even when the model sends \\r\\n', () => {
    expect(edited('a\nb\n', 'a\r\nb', 'a\r\nc')).toBe('a\nc\n');
  });

  it('leaves mixed line ends outside of what changes as they were', () => {
    expect(edited('a\r\nb\nc\r\nd\n', 'a\nb\nc\nd', 'a\nb\nC\nd')).toBe('a\r\nb\nC\r\nd\n');
  });

  it('keeps a byte order mark whether or not the model sends it', () => {
    expect(edited('\uFEFFlet a;\n', 'let a;', 'let b;')).toBe('\uFEFFlet b;\n');
    expect(edited('\uFEFFlet a;\n', '\uFEFFlet a;', 'let b;')).toBe('\uFEFFlet b;\n');
  });

  it('does not treat a replacement as a pattern', () => {
    expect(edited('price: 1', '1', "$& $' $1")).toBe("price: $& $' $1");
  });

  it('can delete the whole text', () => {
    expect(edited('all\n', 'all\n', '')).toBe('');
  });

  it('refuses an ambiguous text and says at which lines it is', () => {
    const error = refusal('x = 1\ny\nx = 1\n', 'x = 1');
    expect(error.reason).toBe('ambiguous-match');
    expect(error.message).toContain('2 times, at lines 1, 3');
  });

  it('counts overlapping places as ambiguous', () => {
    expect(refusal('aaa', 'aa').reason).toBe('ambiguous-match');
  });

  it('names the nearest lines with their numbers and white space when nothing matches', () => {
    const error = refusal('function a() {\n\treturn 1;\n}\n', 'function a() {\n  return 2;\n}');
    expect(error.reason).toBe('no-match');
    expect(error.message).toContain('line 1 "function a() {", line 2 "\\treturn 1;", line 3 "}"');
  });

  it('finds a near line by likeness when no line is equal', () => {
    expect(refusal('zzz\nconst total = items.length + 1;\n', 'const totals = items.length - 1;').message).toContain(
      'line 2 "const total = items.length + 1;"',
    );
  });

  it('says to leave out line numbers when they were copied', () => {
    expect(refusal('alpha\nbeta\n', '2 | beta').message).toContain('Leave out the line numbers.');
  });

  it('refuses empty text, bytes that are not UTF-8 and text with a NUL', () => {
    expect(refusal('a', '').reason).toBe('no-match');
    expect(refusal(Uint8Array.of(0x61, 0xff), 'a').reason).toBe('binary');
    expect(refusal('a\0b', 'a').reason).toBe('binary');
  });

  it('never matches half of a character', () => {
    expect(refusal('a\u{1F600}b', '\uD83D').reason).toBe('no-match');
  });

  it('answers in bounded time and length for a long file', () => {
    const file = Array.from({ length: 60_000 }, (_, index) => `const value${index} = ${index};`).join('\n');
    expect(refusal(file, 'const valu = nothing;\n'.repeat(500)).message.length).toBeLessThan(2_000);
  });

  const line = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\t', 'é', '\u{1F600}', '\r', '$'), maxLength: 6 });
  const lineEnd = fc.constantFrom('\n', '\r\n');
  const fileText = fc
    .tuple(fc.boolean(), fc.array(fc.tuple(line, lineEnd), { maxLength: 8 }), line)
    .map(([mark, lines, last]) => (mark ? '\uFEFF' : '') + lines.map(([text, end]) => text + end).join('') + last);

  it('changes no byte before or after the matched text', () => {
    fc.assert(
      fc.property(fileText, fileText, fc.nat(40), fc.nat(12), (file, newText, from, length) => {
        const oldText = file.slice(from, from + length);
        const result = editText(bytesOf(file), oldText, newText);
        if (!result.ok || result.value.match !== 'exact') {
          return;
        }
        expect(keepsAllButOnePlace(file, oldText, result.value.bytes)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('is undone by the reverse edit when that is unambiguous and the file has one kind of line end', () => {
    fc.assert(
      fc.property(fileText, lineEnd, fc.nat(40), fc.integer({ min: 1, max: 12 }), (mixed, end, from, length) => {
        const file = mixed.replaceAll('\r', '').replaceAll('\n', end);
        const oldText = file.slice(from, from + length);
        const there = editText(bytesOf(file), oldText, 'REPLACED\nTEXT');
        if (!there.ok || !file.includes('\n', from + length)) {
          return;
        }
        const back = editText(there.value.bytes, 'REPLACED\nTEXT', oldText);
        // A cut inside \r\n or a character, or at the mark, cannot come back as it was.
        if (/^\n|\r$|\uFEFF/.test(oldText) || /\p{Surrogate}/u.test(oldText)) {
          return;
        }
        expect(back).toMatchObject({ ok: true, value: { bytes: bytesOf(file) } });
      }),
      { numRuns: 500 },
    );
  });

  describe('where the text stands nowhere exactly', () => {
    function loosely(file: string, oldText: string, newText: string) {
      const result = editText(bytesOf(file), oldText, newText);
      return result.ok
        ? { match: result.value.match, text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(result.value.bytes) }
        : result.error.reason;
    }

    it.each([
      [
        'white space at line ends',
        'let one = 1;  \nlet two = 2;\n',
        'let one = 1;\nlet two = 2;',
        'let one = 1;\nlet two = 3;',
        'trim-end',
        'let one = 1;  \nlet two = 3;\n',
      ],
      [
        'indentation, which the new text gets',
        'class A {\n    run() {\n        go(1);\n    }\n}\n',
        'run() {\n    go(1);\n}',
        'run() {\n    if (a) {\n        go(2);\n    }\n}',
        'trim',
        'class A {\n    run() {\n        if (a) {\n            go(2);\n        }\n    }\n}\n',
      ],
      [
        'tabs where spaces were given',
        'def f():\n\treturn one\n',
        'def f():\n    return one',
        'def f():\n    return two',
        'trim',
        'def f():\n\treturn two\n',
      ],
      [
        'too deep an indentation',
        'alpha(1)\nbeta(2)\n',
        '    alpha(1)\n    beta(2)',
        '    alpha(1)\n    gamma(3)',
        'trim',
        'alpha(1)\ngamma(3)\n',
      ],
      [
        'the kind of quotes',
        'say("it’s good");\n',
        'say("it\'s good");',
        'say("it\'s bad");',
        'punctuation',
        'say("it\'s bad");\n',
      ],
    ])('finds it with %s aside', (_what, file, oldText, newText, match, text) => {
      expect(loosely(file, oldText, newText)).toEqual({ match, text });
      const windows = file.replaceAll('\n', '\r\n');
      expect(loosely(windows, oldText, newText)).toEqual({ match, text: text.replaceAll('\n', '\r\n') });
      expect(loosely(`\uFEFF// mark\n${file}`, oldText, newText)).toEqual({ match, text: `\uFEFF// mark\n${text}` });
    });

    it('keeps lines that stay as they are in the file', () => {
      const file = 'if (a) {\n\tfirst(); \n\tsecond();\n\tthird();\n}\n';
      expect(loosely(file, '  first();\n  second();\n  third();', '  first();\n  2nd();\n  third();')).toEqual({
        match: 'trim',
        text: 'if (a) {\n\tfirst(); \n\t2nd();\n\tthird();\n}\n',
      });
    });

    it.each([
      ['it stands there twice', 'going(1);\n  x();\ngoing(1);\n', '\tgoing(1);', '\tgoing(2);', 'ambiguous-match'],
      [
        'new lines have an indentation of which the file says nothing',
        'a:\n\tone()\n\ttwo()\n',
        '  one()\n  two()',
        '  one()\n      deep()',
        'no-match',
      ],
      [
        'the same indentation stands for two',
        'a();\n  bcd();\n',
        '    a();\n    bcd();',
        '    a();\n    x();',
        'no-match',
      ],
      ['it is too little to tell', 'f(\n}\n', '  }', '', 'no-match'],
      ['it is part of a line', 'const a  = 1;\n', 'a = 1', 'a = 2', 'no-match'],
    ])('changes nothing where %s', (_why, file, oldText, newText, reason) => {
      expect(loosely(file, oldText, newText)).toBe(reason);
    });

    it('says at which lines it could be meant', () => {
      expect(refusal('going(1);\n  x();\ngoing(1);\n', '\tgoing(1);').message).toContain('at lines 1, 3;');
    });

    it('changes no byte outside of the lines that it found, and finds only lines that are alike', () => {
      const words = fc.constantFrom('alpha(1);', 'beta "x"', 'gamma’s', 'if (delta) {', '}', '');
      const indent = fc.constantFrom('', '  ', '    ', '\t', '\t\t');
      const fileLine = fc.tuple(indent, words, fc.constantFrom('', ' ', '\t')).map((parts) => parts.join(''));
      const lines = fc.array(fileLine, { minLength: 1, maxLength: 8 });
      fc.assert(
        fc.property(
          lines,
          fc.nat(7),
          fc.integer({ min: 1, max: 4 }),
          indent,
          lineEnd,
          fc.array(fileLine, { maxLength: 4 }),
          (file, from, count, other, end, added) => {
            const wanted = file.slice(from, from + count).map((line) => other + line.trim().replace('’', "'"));
            const text = file.join(end);
            const result = editText(bytesOf(text), wanted.join('\n'), added.join('\n'));
            if (!result.ok || result.value.match === 'exact') {
              return;
            }
            const at = result.value.line - 1;
            const alike = (line: string) => line.trim().replace('’', "'");
            // Text that ends with a line end is the lines before it, with that line end.
            const ended = wanted.at(-1) === '';
            const found = ended ? wanted.slice(0, -1) : wanted;
            expect(file.slice(at, at + found.length).map(alike)).toEqual(found.map(alike));
            const before = file
              .slice(0, at)
              .map((line) => line + end)
              .join('');
            const rest = file.slice(at + found.length);
            const after = ended ? rest.join(end) : rest.map((line) => end + line).join('');
            const now = new TextDecoder().decode(result.value.bytes);
            expect(now.startsWith(before) && now.endsWith(after) && now.length >= before.length + after.length).toBe(
              true,
            );
          },
        ),
        { numRuns: 2_000 },
      );
    });
  });

  it('refuses new text in which a comment stands for what it would delete', () => {
    const file = 'function a() {\n  one();\n  two();\n  three();\n}\n';
    const error = refusal(file, file, 'function a() {\n  zero();\n  // ... rest of the code unchanged\n}\n');
    expect(error.reason).toBe('left-out');
    expect(error.message).toContain('Line 3 of the new text, "// ... rest of the code unchanged"');
  });

  it('says of near lines where they begin to differ, and when only white space does', () => {
    const lines = Array.from({ length: 12 }, (_, index) => `  step(${index});`);
    const file = `start() {\n${lines.join('\n')}\n}\n`;
    const wanted = lines.map((line) => line.replace('step(9)', 'step(90)')).join('\n');
    expect(refusal(file, wanted).message).toContain('Nearest: line 10 "  step(8);", line 11 "  step(9);"');
    expect(refusal('a();\n\tbcd();\n', '    a();\n    bcd();', '    a();\n    x();').message).toContain(
      'Only white space differs: the file indents with tabs.',
    );
  });

  it('never throws and never makes an edit it cannot justify, for any bytes and texts', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.string(), fc.string(), (file, oldText, newText) => {
        const copy = file.slice();
        const result = editText(file, oldText, newText);
        expect(file).toEqual(copy);
        if (result.ok) {
          expect(oldText).not.toBe('');
        } else {
          expect(result.error.message).not.toContain('\n');
        }
      }),
    );
  });
});
