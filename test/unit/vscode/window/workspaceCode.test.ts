import { describe, expect, test } from 'vitest';
import { type CodeSymbol, symbolAround, symbolNamedAt } from '../../../../src/vscode/window/workspaceCode.ts';

const symbol = (kind: string, name: string, startLine: number, endLine: number, nameLine = startLine): CodeSymbol => ({
  kind,
  name,
  path: '/r/a.js',
  startLine,
  endLine,
  nameLine,
});
const symbols = [
  symbol('class', 'Counter', 1, 30, 2),
  symbol('method', 'up', 5, 9),
  symbol('variable', 'total', 6, 6),
  symbol('method', 'down', 11, 14, 12),
];

describe('the symbol at a line', () => {
  test('around it is the innermost function or class, never a variable', () => {
    expect(symbolAround(symbols, 6)?.name).toBe('up');
    expect(symbolAround(symbols, 10)?.name).toBe('Counter');
    expect(symbolAround(symbols, 31)).toBeUndefined();
  });

  test('named there is only the one whose name stands in the line, below a comment or a decorator too', () => {
    expect(symbolNamedAt(symbols, 5)?.name).toBe('up');
    expect(symbolNamedAt(symbols, 6)).toBeUndefined();
    expect(symbolNamedAt(symbols, 11)).toBeUndefined();
    expect(symbolNamedAt(symbols, 12)?.name).toBe('down');
    expect(symbolNamedAt(symbols, 2)?.name).toBe('Counter');
  });
});
