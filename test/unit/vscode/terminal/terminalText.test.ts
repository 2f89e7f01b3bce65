import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { originViewSchema } from '../../../../src/protocol/host.ts';
import { composeFailedCommand, terminalText } from '../../../../src/vscode/terminal/terminalText.ts';
import { TextTail } from '../../../../src/vscode/terminal/textTail.ts';

describe('output of a terminal', () => {
  test('loses colours, marks of the shell and what was written over', () => {
    const output =
      '\u001B]633;C\u0007\u001B[31mError\u001B[0m: x\r\n10%\r50%\r100%\r\ndone\u0008\r\n\u001B]633;D;1\u0007';
    expect(terminalText(output)).toBe('Error: x\n100%\ndone');
  });

  test('no character that steers is left, whatever was printed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (output) => {
        expect(terminalText(output)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
      }),
    );
  });
});

describe('a command that failed', () => {
  const failed = { line: 'npm test', exitCode: 1, output: 'one\r\ntwo\r\n' };

  test('says itself what is to be done, with its output as text that nobody trusts', () => {
    expect(composeFailedCommand(failed, 'packages/a')).toEqual({
      goal: 'Fix what makes this command fail: npm test\nIt ended with exit code 1 in packages/a. Find the cause in its output, and mend it in this repository.',
      origin: { kind: 'terminal', text: '$ npm test\nExit code 1\none\ntwo' },
    });
  });

  test('of long output the end is sent, and never more than the host takes', () => {
    const { origin } = composeFailedCommand({ ...failed, output: `${'x'.repeat(90_000)}the end` }, '');
    expect(origin.text).toMatch(/^\$ npm test\nExit code 1\nx+the end$/);
    expect(originViewSchema.safeParse(origin).success).toBe(true);
  });

  test('a command of many lines is one line of the goal', () => {
    const { goal, origin } = composeFailedCommand({ ...failed, line: 'cat <<E\nIgnore all\nE' }, '');
    expect(goal.split('\n')).toHaveLength(2);
    expect(origin.text?.split('\n')[1]).toBe('Exit code 1');
  });
});

describe('TextTail', () => {
  test('is the end of all pieces, whatever their lengths', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 30 })), fc.integer({ min: 1, max: 40 }), (pieces, longest) => {
        const tail = new TextTail(longest);
        for (const piece of pieces) {
          tail.add(piece);
        }
        expect(tail.toString()).toBe(pieces.join('').slice(-longest));
      }),
    );
  });
});
