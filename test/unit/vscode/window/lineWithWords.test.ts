import { expect, test } from 'vitest';
import { lineWithWords } from '../../../../src/vscode/window/lineWithWords.ts';

const lines = ['/** Tries again. */', 'export function retryWithBackoff() {', '  retry();', '}'];

test.each([
  [['retry', 'backoff'], 1],
  [['RETRY'], 1],
  [['tries'], 0],
  [['nothing'], 0],
  [[], 0],
])('of %j the line %d has the most', (words, line) => {
  expect(lineWithWords(lines, words)).toBe(line);
});

test('no lines have none', () => {
  expect(lineWithWords([], ['a'])).toBe(0);
});
