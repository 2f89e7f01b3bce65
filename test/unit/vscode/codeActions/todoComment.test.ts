import { array, assert, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findTodoComments } from '../../../../src/vscode/codeActions/todoComment.ts';

const texts = (lines: readonly string[], last = lines.length - 1): readonly string[] =>
  findTodoComments(lines, 0, last).map(({ text }) => text);

describe('findTodoComments', () => {
  test.each([
    ['  // TODO: handle zero', 'TODO: handle zero'],
    ['# FIXME(ana) wrong sign', 'FIXME(ana) wrong sign'],
    ['x = 1  /* HACK until 2.0 */ + 2', 'HACK until 2.0'],
    ['<!-- TODO write this -->', 'TODO write this'],
    ['-- TODO index this column', 'TODO index this column'],
    [' * TODO: document', 'TODO: document'],
    ['//TODO', 'TODO'],
  ])('reads the comment in %j', (line, text) => {
    expect(texts([line])).toEqual([text]);
  });

  test.each(['const todo = 1;', 'const TODO = 1;', '// todo list', '// TODOS', 'print("TODO")', ''])(
    'finds nothing in %j',
    (line) => {
      expect(texts([line])).toEqual([]);
    },
  );

  test('reads a comment to its end over several lines, and not into the code', () => {
    const lines = ['// TODO: count down too,', '// and never below zero.', 'export function count() {}', '// another'];
    expect(findTodoComments(lines, 0, 0)).toEqual([
      { line: 0, length: 2, keyword: 'TODO', text: 'TODO: count down too, and never below zero.' },
    ]);
  });

  test('a comment behind code is one line long', () => {
    expect(texts(['let a = 1; // TODO rename', '// unrelated'])).toEqual(['TODO rename']);
  });

  test('two comments below each other stay two', () => {
    expect(texts(['// TODO one', '// FIXME two'])).toEqual(['TODO one', 'FIXME two']);
  });

  test('looks only at the lines it was asked for', () => {
    expect(texts(['a', '// TODO later'], 0)).toEqual([]);
  });

  test('any lines give comments within their bounds and text on one line', () => {
    assert(
      property(array(string({ maxLength: 80 }), { maxLength: 12 }), (lines) => {
        for (const { line, length, text } of findTodoComments(lines, 0, lines.length - 1)) {
          expect(line + length).toBeLessThanOrEqual(lines.length);
          expect(text).not.toContain('\n');
        }
      }),
    );
  });
});
