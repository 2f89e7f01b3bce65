import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bareName,
  chooseCallees,
  layOut,
  type NamedSymbol,
  type NameUse,
} from '../../../../src/core/memory/graph/callees.ts';
import { linksOf, usesOf } from '../../../../src/core/memory/graph/fileLinks.ts';
import { mentionsOf } from '../../../../src/core/memory/graph/mentions.ts';
import { modulePath } from '../../../../src/core/memory/graph/modulePath.ts';
import { testedName } from '../../../../src/core/memory/testedName.ts';
import { chooseTargets, type Offer } from '../../../../src/core/memory/graph/want.ts';
import { graphFacts } from '../../../fakes/graphFacts.ts';

test.each([
  ['src/cart.ts', 'src/cart'],
  ['src/cart.d.ts', 'src/cart'],
  ['src/cart.service.ts', 'src/cart.service'],
  ['src/cart/index.tsx', 'src/cart'],
  ['shop/__init__.py', 'shop'],
  ['src/cart/mod.rs', 'src/cart'],
  ['index.js', 'index'],
  ['.eslintrc', '.eslintrc'],
  ['Makefile', 'Makefile'],
])('the module of %s is %s', (path, module) => {
  expect(modulePath(path)).toBe(module);
});

describe('a test', () => {
  test.each([
    ['a/cart.test.ts', 'cart'],
    ['a/cart.spec.tsx', 'cart'],
    ['a/cart.integration.test.ts', 'cart'],
    ['a/test_cart.py', 'cart'],
    ['a/cart_test.go', 'cart'],
    ['a/CartTest.java', 'Cart'],
    ['a/CartTests.cs', 'Cart'],
    ['a/TestCart.java', 'Cart'],
    ['a/cart_spec.rb', 'cart'],
    ['a/cartTest.js', 'cart'],
    ['a/CART_TEST.c', 'CART'],
    ['a/EDIT.ts', 'EDIT'],
    ['a/latest.ts', 'latest'],
    ['test/cart.js', 'cart'],
  ])('%s is one of %s', (path, name) => {
    expect(testedName(path)).toBe(name);
  });

  const offer = (path: string, test = false): Offer => ({ path, family: 'javascript', test });
  const pair = (from: string, ...paths: string[]): readonly string[] =>
    chooseTargets(
      { by: 'pair', value: 'cart', group: 0 },
      offer(from, true),
      paths.map((path) => offer(path, path.includes('.test.'))),
    );

  test('is paired with the file beside it, else with the one in folders of the same names, else with the only one', () => {
    expect(pair('src/cart.test.ts', 'src/cart.ts', 'lib/cart.ts')).toEqual(['src/cart.ts']);
    expect(pair('test/shop/cart.test.ts', 'src/shop/cart.ts', 'src/page/cart.ts')).toEqual(['src/shop/cart.ts']);
    expect(pair('test/cart.test.ts', 'src/deep/cart.ts')).toEqual(['src/deep/cart.ts']);
    expect(pair('test/cart.test.ts', 'a/cart.ts', 'b/cart.ts')).toEqual([]);
    expect(pair('test/cart.test.ts', 'src/cart.test.ts')).toEqual([]);
  });
});

describe('a document names', () => {
  const mentions = (text: string) =>
    mentionsOf('docs/guide.md', graphFacts({ kind: 'document', language: 'markdown', text }));

  test('files by path or between backticks, folders, and symbols between backticks', () => {
    const found = mentions(
      'See [the cart](../src/cart.ts#L12), src/tax.ts:14. `page.ts` and `src/shop/` hold `Cart.add(item)`, `total()`, `rateOf`, `MAX_ITEMS`; not `npm run build`, `true`, page.ts, e.g. this, https://example.com/a/b.ts or 1/2.',
    );
    expect(found.files.map(({ text }) => text)).toEqual(['../src/cart.ts', 'src/tax.ts', 'page.ts']);
    expect(found.files[0]?.wants[0]).toEqual({ by: 'module', value: 'src/cart.ts', group: 0 });
    expect(found.folders).toEqual(['src/shop']);
    expect(found.symbols).toEqual(['Cart.add', 'total', 'rateOf', 'MAX_ITEMS']);
  });

  test('a bounded number of things, whatever it says', () => {
    expect(mentions('`a/b.ts` '.repeat(50_000)).files).toHaveLength(1);
    const many = Array.from({ length: 5_000 }, (_, index) => `\`someName${index}\``).join(' ');
    expect(mentions(many).symbols).toHaveLength(400);
  });

  test('nothing where it is code', () => {
    expect(mentionsOf('a.ts', graphFacts({ text: '`src/cart.ts`' }))).toEqual({ files: [], folders: [], symbols: [] });
  });
});

describe('what a file says of others', () => {
  test('is one link for each module, and one use for each name of each caller', () => {
    const facts = graphFacts({
      imports: [['./cart', 'b'], ['./cart', 'a'], './tax', ['./tax', 'rate']],
      calls: ['add', ['f', 'cart.add'], ['f', 'cart.add'], ['f', 'add']],
    });
    expect(linksOf('src/a.ts', facts).map(({ text, names }) => [text, names])).toEqual([
      ['./cart', ['a', 'b']],
      ['./tax', []],
    ]);
    expect(usesOf('src/a.ts', facts).map(({ name, bare, caller, count }) => [name, bare, caller, count])).toEqual([
      ['add', 'add', '', 1],
      ['cart.add', 'add', 'f', 2],
      ['add', 'add', 'f', 1],
    ]);
  });
});

describe('a call', () => {
  const symbol = (path: string, qualified: string, more: Partial<NamedSymbol> = {}): NamedSymbol => ({
    path,
    qualified,
    family: 'javascript',
    test: false,
    kind: 'function',
    ...more,
  });
  const use = (more: Partial<NameUse> = {}): NameUse => ({
    name: 'add',
    caller: '',
    path: 'src/a.ts',
    family: 'javascript',
    test: false,
    imports: new Map([['src/b.ts', new Set<string>()]]),
    ...more,
  });
  const chosen = (from: NameUse, ...symbols: NamedSymbol[]): readonly string[] =>
    chooseCallees(from, layOut(symbols)).map(
      ({ symbol: { path, qualified }, weight }) => `${path}#${qualified} ${weight.toFixed(2)}`,
    );

  test('means its own file first, then what is imported, then the only one', () => {
    const [own, imported, far] = [symbol('src/a.ts', 'add'), symbol('src/b.ts', 'add'), symbol('src/c.ts', 'add')];
    expect(chosen(use(), own, imported, far)).toEqual(['src/a.ts#add 1.00']);
    expect(chosen(use(), imported, far)).toEqual(['src/b.ts#add 0.80']);
    expect(chosen(use({ imports: new Map([['src/b.ts', new Set(['add'])]]) }), imported, far)).toEqual([
      'src/b.ts#add 0.95',
    ]);
    expect(chosen(use(), far)).toEqual(['src/c.ts#add 0.60']);
  });

  test('of a name that many things have weighs little or leads nowhere', () => {
    const some = ['c', 'd', 'e'].map((name) => symbol(`src/${name}.ts`, 'add'));
    expect(chosen(use(), ...some)).toEqual(['src/c.ts#add 0.10', 'src/d.ts#add 0.10', 'src/e.ts#add 0.10']);
    expect(chosen(use(), ...some, symbol('src/f.ts', 'add'), symbol('src/g.ts', 'add'))).toEqual([]);
  });

  test('goes by what is written before the name, or by what the caller stands in', () => {
    const methods = [symbol('src/b.ts', 'Cart.add'), symbol('src/b.ts', 'List.add')];
    expect(chosen(use({ name: 'Cart.add' }), ...methods)).toEqual(['src/b.ts#Cart.add 0.80']);
    expect(chosen(use({ name: 'list.add' }), ...methods)).toEqual(['src/b.ts#List.add 0.80']);
    const own = [symbol('src/a.ts', 'Cart.add'), symbol('src/a.ts', 'List.add')];
    expect(chosen(use({ name: 'this.add', caller: 'Cart.fill' }), ...own)).toEqual(['src/a.ts#Cart.add 1.00']);
    expect(chosen(use({ caller: 'List.fill' }), ...own)).toEqual(['src/a.ts#List.add 1.00']);
  });

  test('reaches no other language, no heading, and of tests only those that a test calls', () => {
    expect(chosen(use(), symbol('a.py', 'add', { family: 'python' }))).toEqual([]);
    expect(chosen(use(), symbol('a.md', 'add', { kind: 'heading' }))).toEqual([]);
    expect(chosen(use(), symbol('src/x.test.ts', 'add', { test: true }))).toEqual([]);
    expect(chosen(use({ test: true }), symbol('src/x.test.ts', 'add', { test: true }))).toHaveLength(1);
  });

  test('within a folder needs no import where the language asks for none', () => {
    const go = { family: 'go' };
    const beside = symbol('shop/b.go', 'add', go);
    const far = symbol('page/b.go', 'add', go);
    expect(chosen(use({ ...go, path: 'shop/a.go' }), beside, far)).toEqual(['shop/b.go#add 0.80']);
  });

  test('never weighs more than it should, and does not depend on the order of what it may mean', () => {
    const candidate = fc
      .tuple(
        fc.constantFrom('src/a.ts', 'src/b.ts', 'src/c.ts', 'lib/d.ts'),
        fc.constantFrom('add', 'Cart.add', 'List.add'),
      )
      .map(([path, qualified]) => symbol(path, qualified));
    const unique = fc.uniqueArray(candidate, { selector: ({ path, qualified }) => path + qualified });
    fc.assert(
      fc.property(
        unique,
        fc.constantFrom('add', 'cart.add', 'this.add'),
        fc.constantFrom('', 'Cart.fill'),
        (symbols, name, caller) => {
          const one = chooseCallees(use({ name, caller }), layOut(symbols));
          const other = chooseCallees(use({ name, caller }), layOut(symbols.toReversed()));
          expect(one.reduce((sum, { weight }) => sum + weight, 0)).toBeLessThanOrEqual(1 + 1e-9);
          expect(new Set(other.map((found) => found.symbol))).toEqual(new Set(one.map((found) => found.symbol)));
        },
      ),
    );
  });

  test('looks at few symbols also where thousands have the name', () => {
    let looks = 0;
    const counted = (at: number): NamedSymbol => ({
      ...symbol(`src/p${at}/run.ts`, 'add'),
      get family() {
        looks += 1;
        return 'javascript';
      },
    });
    const symbols = layOut(Array.from({ length: 5_000 }, (_, at) => counted(at)));
    looks = 0;
    expect(chooseCallees(use(), symbols)).toEqual([]);
    expect(chooseCallees(use({ path: 'src/p7/run.ts' }), symbols)).toHaveLength(1);
    expect(chooseCallees(use({ imports: new Map([['src/p8/run.ts', new Set()]]) }), symbols)).toHaveLength(1);
    expect(looks).toBeLessThan(10);
  });

  test.each([
    ['add', 'add'],
    ['cart.add', 'add'],
    ['Cart::add', 'add'],
    ['cart->add', 'add'],
  ])('by %s is looked up as %s', (name, bare) => {
    expect(bareName(name)).toBe(bare);
  });
});
