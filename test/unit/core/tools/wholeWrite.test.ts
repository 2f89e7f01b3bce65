import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findPlaceholder } from '../../../../src/core/tools/placeholder.ts';
import { judgeWholeWrite } from '../../../../src/core/tools/wholeWrite.ts';

const before = 'import a\n\ndef one():\n    return 1\n\ndef two():\n    return 2\n\ndef three():\n    return 3\n';
const after = (comment: string): string => `import a\n\ndef one():\n    return 11\n\n${comment}\n`;

describe('a comment that stands for code', () => {
  it.each([
    '// ... existing code ...',
    '// ...existing code...',
    '// ... rest of the code unchanged',
    '// ... rest of the code remains the same ...',
    '// rest of the file stays the same',
    '// Rest of your code',
    '// The rest of the file is unchanged.',
    '// ... (rest of the implementation)',
    '// … other methods …',
    '// Other methods remain unchanged',
    '// existing imports here',
    '// ... previous code ...',
    '/* ... rest of the styles ... */',
    '{/* ... existing code ... */}',
    '# ... rest of the function remains the same',
    '# rest of the code unchanged',
    '# ... existing code ...',
    '    # ... remaining test cases ...',
    '# (keep the rest unchanged)'.replace(/[()]/g, ''),
    '-- rest of the file unchanged',
    '; remaining functions unchanged',
    '% rest of the code as before',
    '<!-- rest of the markup unchanged -->',
    '<!-- ... existing content ... -->',
    '""" ... rest of the module ... """',
    '(* ... other definitions ... *)',
    '* ... rest of the class ...',
    '// rest of the code omitted for brevity',
    '// no changes below',
    '// [unchanged]',
    '# remaining code goes here',
  ])('is found: %s', (comment) => {
    expect(findPlaceholder(before, after(comment))).toEqual({ line: 6, text: comment.trim() });
  });

  it.each([
    '// The rest of the arguments are passed on to the callback',
    '// rest of the line is the message, see the protocol',
    '// Other code paths handle the empty list',
    '# existing users keep their settings',
    '// ... and so on for every other planet',
    '// Same as above, but for streams',
    '// unchanged since version 2',
    '# existing code that calls this must hold the lock',
    '// The remaining tests need a network',
    '// previous implementation was O(n^2)',
    '/* Remaining lines of the header are ignored: RFC 9112. */',
    '...rest of the code unchanged',
    'const text = "// ... existing code ...";',
    'print("rest of the code unchanged")',
    'return [...existing, ...other];',
    '// ...',
    '// TODO: the other methods',
    '## Unchanged behaviour',
    '## Unchanged',
    '# No changes',
    '// no changes to the state machine here',
    '- existing code is left alone',
    '// keep the rest of the buffer for the next call',
    '// Existing tests cover the rest of the cases of this function',
  ])('is told from a comment about the code, and from code: %s', (line) => {
    expect(findPlaceholder(before, after(line))).toBeUndefined();
  });

  it('is looked for in prose only between dots: headings and lists look like comments', () => {
    for (const line of ['# Rest of the code', '* Other methods remain unchanged', '## Existing tests: unchanged']) {
      expect(findPlaceholder(before, after(line), 'docs/notes.md')).toBeUndefined();
    }
    expect(findPlaceholder(before, after('<!-- ... rest of the file ... -->'), 'README.md')).toMatchObject({ line: 6 });
  });

  it('is none where no line is missing, or where the file had it already', () => {
    const comment = '# ... existing code ...';
    expect(findPlaceholder(before, `${before}${comment}\n`)).toBeUndefined();
    expect(findPlaceholder(`${before}${comment}\n`, after(comment))).toBeUndefined();
  });

  it('never throws, and is looked for in bounded time', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string({ unit: fc.constantFrom('/', '.', ' ', 'rest of the code', '\n', '#', '*') }),
        (old, text) => {
          const found = findPlaceholder(old, text);
          expect(found === undefined || found.line >= 1).toBe(true);
        },
      ),
    );
    const long =
      `// ${'the rest '.repeat(20_000)}\n`.repeat(3) +
      '// all the all the all the all the all the '.repeat(4).slice(0, 199);
    const started = performance.now();
    findPlaceholder(
      before,
      `${long}\n${'// rest of the a a a a a a a a a a a a a a a a a a a a a a a a a a a\n'.repeat(5_000)}`,
    );
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe('new content for a whole file', () => {
  const long = Array.from({ length: 400 }, (_, index) => `line ${index}`).join('\n');

  it('is refused with the line that stands for code', () => {
    expect(judgeWholeWrite(before, after('# ... existing code ...'), 'a.py')).toMatchObject({
      reason: 'left-out',
      message: expect.stringMatching(/^Line 6 of the new content, "# \.\.\. existing code \.\.\.", stands for code/),
    });
  });

  it('is refused where it is only a part of a long file, with the way to mean it', () => {
    const part = long.split('\n').slice(0, 150).join('\n');
    expect(judgeWholeWrite(long, part, 'a.py')?.message).toMatch(
      /^The file has 400 lines and the new content only 150.*delete it first/,
    );
    expect(judgeWholeWrite(part, 'short\n', 'a.py')).toBeUndefined();
    expect(judgeWholeWrite(long, long.split('\n').slice(0, 250).join('\n'), 'a.py')).toBeUndefined();
    expect(judgeWholeWrite(long, '', 'a.py')).toBeUndefined();
  });

  it('is taken when every line of the old one is in it, whatever it adds', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 20 }), fc.array(fc.string(), { maxLength: 5 }), (lines, more) => {
        expect(judgeWholeWrite(lines.join('\n'), [...lines, ...more].join('\n'), 'a.py')).toBeUndefined();
      }),
    );
  });
});
