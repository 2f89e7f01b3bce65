import { array, assert, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { parseAddress } from '../../../../src/vscode/review/reviewTitle.ts';
import { parseRow, parseSide, rowAddress, sideAddress } from '../../../../src/vscode/review/sideAddress.ts';

test('any path and repository come back from their address', () => {
  const part = string({ minLength: 1, unit: 'grapheme' }).filter((text) => !text.includes('/') && isWellFormed(text));
  assert(
    property(array(part, { minLength: 1, maxLength: 4 }), part, (parts, root) => {
      const side = { root, task: 'task-1', path: parts.join('/'), side: 'result', hash: 'ab' } as const;
      expect(parseAddress(sideAddress(side))).toEqual(side);
    }),
  );
});

test('the address keeps the file name readable for language and icon', () => {
  const address = sideAddress({ root: '/r', task: 't', path: 'src/a b.ts', side: 'base', hash: 'x' });
  expect(address.split('?')[0]).toBe('nightshift:/src/a%20b.ts');
});

test('the address of a row is told apart from that of a file that can be opened', () => {
  const side = { root: '/r', task: 't', path: 'src/a.ts', side: 'result', hash: 'x' } as const;
  const parts = (address: string) => {
    const { protocol, pathname, search } = new URL(address);
    return { scheme: protocol.slice(0, -1), path: pathname, query: decodeURIComponent(search.slice(1)) };
  };
  const [row, file] = [parts(rowAddress(side)), parts(sideAddress(side))];
  expect([parseRow(row), parseSide(row)]).toEqual([side, undefined]);
  expect([parseRow(file), parseSide(file)]).toEqual([undefined, side]);
});

test.each([
  { scheme: 'file', path: '/a', query: 'root=r&task=t&side=base&hash=x' },
  { scheme: 'nightshift', path: '/a', query: '' },
  { scheme: 'nightshift', path: '/a', query: 'root=r&task=t&side=both&hash=x' },
  { scheme: 'nightshift', path: '/', query: 'root=r&task=t&side=base&hash=x' },
])('an address of another kind is none of ours: %j', (address) => {
  expect(parseSide(address)).toBeUndefined();
});

/** A lone surrogate is no Unicode text, and git names have none. */
function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
