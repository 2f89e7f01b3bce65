import { describe, expect, test } from 'vitest';
import { importWants } from '../../../../src/core/memory/graph/imports/importWants.ts';
import { languageFamily } from '../../../../src/core/memory/graph/languageFamily.ts';
import { projectContext } from '../../../../src/core/memory/graph/projectContext.ts';
import { readProjectManifest } from '../../../../src/core/memory/graph/projectManifest.ts';
import { chooseTargets, offeredKeys, type Offer, wantKey } from '../../../../src/core/memory/graph/want.ts';

const languages: Readonly<Record<string, string>> = {
  ts: 'typescript',
  tsx: 'typescriptreact',
  js: 'javascript',
  json: 'json',
  py: 'python',
  go: 'go',
  rs: 'rust',
  java: 'java',
  kt: 'kotlin',
  c: 'c',
  h: 'cpp',
  cpp: 'cpp',
  cs: 'csharp',
  rb: 'ruby',
};
const familyOf = (path: string): string => languageFamily(languages[path.split('.').at(-1) ?? ''] ?? 'plaintext');

interface Case {
  readonly files: readonly string[];
  readonly from: string;
  readonly manifests?: Readonly<Record<string, string>>;
  readonly namespaces?: Readonly<Record<string, readonly string[]>>;
}

/** Files that an import leads to, in a repository of these files. */
function leads(
  { files, from, manifests = {}, namespaces = {} }: Case,
  specifier: string,
  ...names: string[]
): readonly string[] {
  const offers = [...files, from].map((path): Offer & { keys: readonly string[] } => ({
    path,
    family: familyOf(path),
    test: /test/i.test(path.split('/').at(-1) ?? ''),
    keys: offeredKeys(path, namespaces[path] ?? []),
  }));
  const context = projectContext(
    Object.entries(manifests).flatMap(([path, text]) => readProjectManifest(path, text) ?? []),
  );
  const importer = { path: from, family: familyOf(from), test: false };
  const settled = new Set<number>();
  const found = new Set<string>();
  for (const want of importWants(from, importer.family, { specifier, names }, context)) {
    if (settled.has(want.group)) continue;
    const key = wantKey(want);
    for (const path of chooseTargets(
      want,
      importer,
      offers.filter(({ keys }) => keys.includes(key)),
    )) {
      settled.add(want.group);
      found.add(path);
    }
  }
  return [...found].toSorted();
}

describe('imports of JavaScript and TypeScript', () => {
  const shop: Case = {
    from: 'src/page/page.ts',
    files: [
      'src/page/cart.ts',
      'src/page/cart.test.ts',
      'src/tax/index.ts',
      'src/a.service.ts',
      'src/x.js',
      'src/x.ts',
      'src/data.json',
      'src/cart.py',
    ],
  };
  test.each([
    ['./cart', ['src/page/cart.ts']],
    ['./cart.js', ['src/page/cart.ts']],
    ['./cart.ts?raw', ['src/page/cart.ts']],
    ['../tax', ['src/tax/index.ts']],
    ['../tax/index.js', ['src/tax/index.ts']],
    ['../a.service', ['src/a.service.ts']],
    ['../x.js', ['src/x.js']],
    ['../x', ['src/x.ts']],
    ['../data.json', ['src/data.json']],
    ['../cart', []],
    ['../../../../etc/x', []],
    ['node:fs', []],
    ['react', []],
    ['', []],
  ])('%j leads to %j', (specifier, expected) => {
    expect(leads(shop, specifier)).toEqual(expected);
  });

  const workspace: Case = {
    from: 'packages/page/src/deep/page.tsx',
    files: [
      'packages/shop/src/index.ts',
      'packages/shop/src/button.ts',
      'packages/shop/src/icons/heart.ts',
      'packages/plain/lib/main.js',
      'packages/page/src/tax.ts',
      'packages/page/src/internal/db.ts',
      'base/shared/log.ts',
    ],
    manifests: {
      'packages/shop/package.json': JSON.stringify({
        name: '@acme/shop',
        exports: {
          '.': { import: './dist/index.js', types: './dist/index.d.ts' },
          './button': './dist/button.js',
          './icons/*': './dist/icons/*.js',
        },
      }),
      'packages/plain/package.json': '{"name":"plain","main":"lib/main.js"}',
      'packages/page/package.json': '{"name":"page","imports":{"#db":"./src/internal/db.ts"}}',
      'packages/page/tsconfig.json': '{"extends":"../../base/tsconfig.base","compilerOptions":{"strict":true}}',
      'base/tsconfig.base.json':
        '{// all\n"compilerOptions":{"baseUrl":".","paths":{"~/*":["../packages/page/src/*"],"log":["shared/log"]}}}',
    },
  };
  test.each([
    ['@acme/shop', ['packages/shop/src/index.ts']],
    ['@acme/shop/button', ['packages/shop/src/button.ts']],
    ['@acme/shop/icons/heart', ['packages/shop/src/icons/heart.ts']],
    ['@acme/shop/nothing', []],
    ['@acme/shopping', []],
    ['plain', ['packages/plain/lib/main.js']],
    ['#db', ['packages/page/src/internal/db.ts']],
    ['~/tax', ['packages/page/src/tax.ts']],
    ['log', ['base/shared/log.ts']],
    ['shared/log', ['base/shared/log.ts']],
  ])('%j of a workspace leads to %j', (specifier, expected) => {
    expect(leads(workspace, specifier)).toEqual(expected);
  });
});

describe('imports of other languages', () => {
  const python: Case = {
    from: 'src/shop/cart/add.py',
    files: [
      'src/shop/__init__.py',
      'src/shop/tax.py',
      'src/shop/cart/__init__.py',
      'src/shop/cart/line.py',
      'examples/json.py',
      'tools/gen.py',
    ],
  };
  test.each([
    ['.', ['line'], ['src/shop/cart/line.py']],
    ['.', ['Cart'], ['src/shop/cart/__init__.py']],
    ['.line', [], ['src/shop/cart/line.py']],
    ['..', ['tax', 'Shop'], ['src/shop/__init__.py', 'src/shop/tax.py']],
    ['..tax', ['rate'], ['src/shop/tax.py']],
    ['shop.tax', [], ['src/shop/tax.py']],
    ['shop', ['tax'], ['src/shop/tax.py']],
    ['shop.cart', ['Cart', 'line'], ['src/shop/cart/__init__.py', 'src/shop/cart/line.py']],
    ['json', [], []],
    ['os.path', ['join'], []],
  ])('%j with %j of Python leads to %j', (specifier, names, expected) => {
    expect(leads(python, specifier, ...names)).toEqual(expected);
  });

  const go: Case = {
    from: 'svc/main.go',
    files: [
      'svc/cart/cart.go',
      'svc/cart/cart_test.go',
      'svc/cart/line.go',
      'svc/cart/deep/x.go',
      'other/cart/cart.go',
    ],
    manifests: { 'svc/go.mod': 'module example.com/shop\n\ngo 1.22\n' },
  };
  test('a package of Go leads to its files, without tests', () => {
    expect(leads(go, 'example.com/shop/cart')).toEqual(['svc/cart/cart.go', 'svc/cart/line.go']);
    expect(leads(go, 'example.com/shopping/cart')).toEqual([]);
    expect(leads(go, 'fmt')).toEqual([]);
  });

  const rust: Case = {
    from: 'crates/shop/src/cart/line.rs',
    files: [
      'crates/shop/src/lib.rs',
      'crates/shop/src/cart/mod.rs',
      'crates/shop/src/cart/line/price.rs',
      'crates/shop/src/tax.rs',
      'crates/tax-table/src/lib.rs',
      'crates/tax-table/src/rates.rs',
    ],
    manifests: { 'crates/tax-table/Cargo.toml': '[package]\nname = "tax-table"\n[dependencies]\nname = "no"\n' },
  };
  test.each([
    ['crate::tax::rate', ['crates/shop/src/tax.rs']],
    ['crate::cart', ['crates/shop/src/cart/mod.rs']],
    ['crate::Shop', ['crates/shop/src/lib.rs']],
    ['crate::{tax::rate, cart::{Cart, line}}', ['crates/shop/src/cart/mod.rs', 'crates/shop/src/tax.rs']],
    ['super::Cart', ['crates/shop/src/cart/mod.rs']],
    ['super::super::tax::rate', ['crates/shop/src/tax.rs']],
    ['price', ['crates/shop/src/cart/line/price.rs']],
    ['self::price::Price', ['crates/shop/src/cart/line/price.rs']],
    ['tax_table::rates::all', ['crates/tax-table/src/rates.rs']],
    ['tax_table::Rate', ['crates/tax-table/src/lib.rs']],
    ['std::collections::HashMap', []],
  ])('%j of Rust leads to %j', (specifier, expected) => {
    expect(leads(rust, specifier)).toEqual(expected);
  });
  test('tests of a crate stand beside its sources', () => {
    expect(leads({ ...rust, from: 'crates/shop/tests/all.rs' }, 'crate::tax')).toEqual(['crates/shop/src/tax.rs']);
  });

  const java: Case = {
    from: 'core/src/main/java/com/shop/Main.java',
    files: [
      'core/src/main/java/com/shop/cart/Cart.java',
      'core/src/main/java/com/shop/cart/Line.java',
      'core/src/test/java/com/shop/cart/CartTest.java',
      'web/src/main/kotlin/com/shop/web/Page.kt',
    ],
  };
  test.each([
    ['com.shop.cart.Cart', ['core/src/main/java/com/shop/cart/Cart.java']],
    ['static com.shop.cart.Cart.empty', ['core/src/main/java/com/shop/cart/Cart.java']],
    ['com.shop.cart.*', ['core/src/main/java/com/shop/cart/Cart.java', 'core/src/main/java/com/shop/cart/Line.java']],
    ['com.shop.web.Page', ['web/src/main/kotlin/com/shop/web/Page.kt']],
    ['java.util.List', []],
  ])('%j of Java leads to %j', (specifier, expected) => {
    expect(leads(java, specifier)).toEqual(expected);
  });

  const c: Case = {
    from: 'src/cart/cart.c',
    files: ['src/cart/cart.h', 'include/shop/tax.h', 'src/cart.h', 'vendor/x/cart.h'],
  };
  test.each([
    ['cart.h', ['src/cart/cart.h']],
    ['"../cart.h"', ['src/cart.h']],
    ['<shop/tax.h>', ['include/shop/tax.h']],
    ['<stdio.h>', []],
  ])('%j of C leads to %j', (specifier, expected) => {
    expect(leads(c, specifier)).toEqual(expected);
  });

  test('a namespace of C# leads to the files that declare it, or to its folder', () => {
    const csharp: Case = {
      from: 'App/Program.cs',
      files: ['Shop/Cart.cs', 'Shop/Tax/Rate.cs', 'Shop/Tax/Table.cs'],
      namespaces: { 'Shop/Cart.cs': ['Acme.Shop'] },
    };
    expect(leads(csharp, 'Acme.Shop')).toEqual(['Shop/Cart.cs']);
    expect(leads(csharp, 'using static Shop.Tax;')).toEqual(['Shop/Tax/Rate.cs', 'Shop/Tax/Table.cs']);
    expect(leads(csharp, 'System.Linq')).toEqual([]);
  });

  test('other languages name files by paths', () => {
    expect(leads({ from: 'lib/a.rb', files: ['lib/b.rb'] }, './b')).toEqual(['lib/b.rb']);
    expect(leads({ from: 'lib/a.rb', files: ['lib/b.rb'] }, 'json')).toEqual([]);
  });
});

describe('manifests', () => {
  test.each([
    ['package.json', '[1]'],
    ['package.json', '{"name": 3}'],
    ['tsconfig.json', '{"compilerOptions": {"paths": 3}}'],
    ['go.mod', '// nothing'],
    ['Cargo.toml', '[workspace]\nmembers = []'],
    ['other.json', '{}'],
  ])('%s with %s is none', (path, text) => {
    expect(readProjectManifest(path, text)).toBeUndefined();
  });
});
