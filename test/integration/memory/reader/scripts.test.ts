import { describe, expect, test } from 'vitest';
import { readWith } from './readWith.ts';

describe('what is read of scripts', () => {
  test('TypeScript: symbols with what they stand in, imports of all forms, calls with their caller', async () => {
    const facts = await readWith(
      'src/cart.ts',
      `import fallback, { type Item, price as cost } from './items.ts';
import * as log from '../log';
import './setup';
export { sum as total } from './sum.ts';
export * from './more.ts';

export const limit = 3;
let count = 0, other;

/** Holds items. */
export abstract class Cart<T extends Item> extends Base {
  private items: T[] = [];
  onChange = () => this.notify();

  constructor(readonly owner: string) {
    super();
  }

  get size(): number {
    return cost(this.items);
  }

  abstract clear(): void;
}

export interface Visitor {
  visit(cart: Cart<Item>): void;
}
type Names = string[];
export enum State {
  Open,
  Closed,
}
namespace Shop {
  export function open() {
    return new Cart('me');
  }
}
function pick(name: string): Item;
function pick(name: number): Item;
function pick(name: any): Item {
  const local = 1;
  const inner = async () => {
    await import('./lazy.ts');
    return log.warn?.(name);
  };
  return inner();
}
export { pick };
declare function outside(): void;
export default fallback;
`,
    );
    expect(facts).toEqual({
      symbols: [
        'exported constant limit 7-7',
        'variable count 8-8',
        'variable other 8-8',
        'exported class Cart 11-24',
        'method Cart.onChange 13-13',
        'method Cart.constructor 15-17',
        'method Cart.size 19-21',
        'method Cart.clear 23-23',
        'exported interface Visitor 26-28',
        'type Names 29-29',
        'exported enum State 30-33',
        'module Shop 34-38',
        'exported function Shop.open 35-37',
        'exported function pick 39-48',
        'function pick.inner 43-46',
        'function outside 50-50',
      ],
      imports: [
        './items.ts {fallback,Item,price} 1',
        '../log {} 2',
        './setup {} 3',
        './sum.ts {sum} 4',
        './more.ts {} 5',
        './lazy.ts {} 44',
      ],
      calls: [
        'Cart.onChange > this.notify 13',
        'Cart.size > cost 20',
        'Shop.open > Cart 36',
        'pick.inner > log.warn 45',
        'pick > inner 47',
      ],
    });
  });

  test('JavaScript: modules of the older form, and functions that are assigned', async () => {
    const facts = await readWith(
      'lib/app.js',
      `'use strict';
const { readFile, join: glue } = require('fs');
var app = exports = module.exports = {};
app.handle = function handle(req) {
  readFile(req);
};
Cart.prototype.add = function (item) {
  this.items.push(item);
};
exports.create = () => new Cart();
function Cart() {}
module.exports = { Cart, app };
class Box { #hidden() {} static make() { return helper\`x\`; } }
const table = { run() { go(); }, stop: function () {} };
`,
    );
    expect(facts).toEqual({
      symbols: [
        'exported variable app 3-3',
        'method app.handle 4-6',
        'method Cart.add 7-9',
        'exported function create 10-10',
        'exported function Cart 11-11',
        'class Box 13-13',
        'method Box.#hidden 13-13',
        'method Box.make 13-13',
        'constant table 14-14',
        'method table.run 14-14',
        'method table.stop 14-14',
      ],
      imports: ['fs {readFile,join} 2'],
      calls: [
        '> require 2',
        'app.handle > readFile 5',
        'Cart.add > items.push 8',
        'create > Cart 10',
        'Box.make > helper 13',
        'table.run > go 14',
      ],
    });
  });

  test('TSX: components are called where they are shown', async () => {
    const facts = await readWith(
      'src/View.tsx',
      `import { useState } from 'react';
export default function View({ rows }: Props) {
  const [open, setOpen] = useState<boolean>(false);
  return <Panel.Body><Row key="1" /><List<Item> rows={rows.map((row) => draw(row))}>x</List><div /></Panel.Body>;
}
`,
    );
    expect(facts).toEqual({
      symbols: ['exported function View 2-5'],
      imports: ['react {useState} 1'],
      calls: ['View > useState 3', 'View > Row 4', 'View > List 4', 'View > rows.map 4', 'View > draw 4'],
    });
  });

  test('tests are symbols by their titles', async () => {
    const { symbols, calls } = await readWith(
      'test/cart.test.ts',
      `describe('a cart', () => {
  test.each([1, 2])('adds %i', (count) => {
    add(count);
  });
  it(\`clears\`, async function () {});
});
`,
    );
    expect(symbols).toEqual(['test a cart 1-6', 'test a cart.adds %i 2-4', 'test a cart.clears 5-5']);
    expect(calls).toEqual([
      'a cart > describe 1',
      'a cart.adds %i > test.each 2',
      'a cart.adds %i > add 3',
      'a cart.clears > it 5',
    ]);
  });
});
