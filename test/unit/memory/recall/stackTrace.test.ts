import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readStackTrace, traceSignature } from '../../../../src/core/memory/recall/stackTrace.ts';

/** `Cart.add src/cart.ts:12`, libraries in brackets. */
function frames(text: string): readonly string[] {
  return readStackTrace(text).frames.map(({ path, line, symbol, library }) => {
    const shown = `${symbol === undefined ? '' : `${symbol} `}${path}${line === undefined ? '' : `:${line}`}`;
    return library ? `[${shown}]` : shown;
  });
}

const errors = (text: string): readonly string[] => readStackTrace(text).errors.map(({ signature }) => signature);

describe('frames are read out of', () => {
  test('Node, with causes, classes, async functions and code made at run time', () => {
    const text = `/srv/app/src/cart.ts:12
    throw new TypeError('x');
    ^

TypeError [ERR_X]: Cannot read properties of undefined (reading 'price')
    at Cart.add (/srv/app/src/cart.ts:12:9)
    at new Shop (file:///srv/app/src/shop.ts:3:1)
    at async Promise.all (index 0)
    at async Object.run [as go] (C:\\work\\app\\src\\run.ts:4:5)
    at eval (eval at make (/srv/app/src/make.ts:7:3), <anonymous>:1:1)
    at Object.<anonymous> (/srv/app/src/main.ts:1:1)
    at Module._compile (node:internal/modules/cjs/loader:1554:14)
    at /srv/app/node_modules/express/lib/router.js:4:5 {
  [cause]: Error: connect ECONNREFUSED 127.0.0.1:5432
      at connect (/srv/app/src/database.ts:8:2)
}`;
    expect(frames(text)).toEqual([
      'connect /srv/app/src/database.ts:8',
      '/srv/app/src/cart.ts:12',
      'Cart.add /srv/app/src/cart.ts:12',
      'Shop /srv/app/src/shop.ts:3',
      'run C:/work/app/src/run.ts:4',
      'eval /srv/app/src/make.ts:7',
      '/srv/app/src/main.ts:1',
      '[_compile node:internal/modules/cjs/loader:1554]',
      '[/srv/app/node_modules/express/lib/router.js:4]',
    ]);
    expect(errors(text)).toEqual([
      'TypeError: Cannot read properties of undefined (reading <text>)',
      'Error: connect ECONNREFUSED <n>:<n>',
    ]);
  });

  test('browsers, with hosts and queries taken off', () => {
    const text = `addItem@http://localhost:5173/src/cart.ts?t=1699:12:9
@https://shop.example/assets/index-4f3a.js:1:22113
async*load@webpack:///./src/load.ts:3:4`;
    expect(frames(text)).toEqual(['addItem src/cart.ts:12', 'assets/index-4f3a.js:1', 'load src/load.ts:3']);
  });

  test('Python, where the innermost is last', () => {
    const text = `Traceback (most recent call last):
  File "/srv/app/shop/tax.py", line 3, in rate
    return table[country]
KeyError: 'XX'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/srv/app/main.py", line 9, in <module>
    total()
  File "/usr/lib/python3.12/functools.py", line 9, in wrapper
  File "/srv/app/shop/cart.py", line 21, in Cart.total
    raise shop.errors.CartError("no rate")
shop.errors.CartError: no rate for 12 items`;
    expect(frames(text)).toEqual([
      'rate /srv/app/shop/tax.py:3',
      'Cart.total /srv/app/shop/cart.py:21',
      '[wrapper /usr/lib/python3.12/functools.py:9]',
      '/srv/app/main.py:9',
    ]);
    expect(errors(text)).toEqual(['KeyError: <text>', 'CartError: no rate for <n> items']);
  });

  test('pytest', () => {
    const text = `    def test_total():
>       assert total([1]) == 2
E       assert 1 == 2

tests/test_cart.py:12: AssertionError
tests/test_cart.py:9: in test_rate
E       KeyError: 'XX'
=========================== short test summary info ============================
FAILED tests/test_cart.py::test_total - assert 1 == 2`;
    const trace = readStackTrace(text);
    expect(frames(text)).toEqual(['tests/test_cart.py:12', 'test_rate tests/test_cart.py:9', 'tests/test_cart.py']);
    expect(trace.tests).toEqual(['test_total']);
    expect(errors(text)).toContain('KeyError: <text>');
  });

  test('a panic of Go, and a failing test of it', () => {
    const text = `panic: runtime error: index out of range [5] with length 3 [recovered]
	panic: runtime error: index out of range [5] with length 3

goroutine 7 [running]:
testing.tRunner.func1.2({0x4f1, 0xc00})
	/usr/local/go/src/testing/testing.go:1631 +0x24a
example.com/shop/cart.(*Cart).Add(0xc000012345, {0x1, 0x2})
	/home/ada/shop/cart/cart.go:21 +0x1d
main.main.func1()
	/home/ada/shop/main.go:8 +0x85
created by main.main in goroutine 1
	/home/ada/shop/main.go:7 +0x65
--- FAIL: TestAdd (0.00s)
    cart_test.go:12: got 1, want 2`;
    expect(frames(text)).toEqual([
      '[tRunner /usr/local/go/src/testing/testing.go:1631]',
      'Cart.Add /home/ada/shop/cart/cart.go:21',
      'main /home/ada/shop/main.go:8',
      'main /home/ada/shop/main.go:7',
      'cart_test.go:12',
    ]);
    expect(errors(text)).toEqual(['panic: runtime error: index out of range [<n>] with length <n>']);
    expect(readStackTrace(text).tests).toEqual(['TestAdd']);
  });

  test('a panic of Rust with its backtrace, and cargo test', () => {
    const text = `---- cart::tests::adds stdout ----

thread 'cart::tests::adds' panicked at src/cart.rs:21:9:
index out of bounds: the len is 3 but the index is 5
stack backtrace:
   0: rust_begin_unwind
             at /rustc/9fc6b43126469e3858e2fe86cafb4f0fd5068869/library/std/src/panicking.rs:665:5
   1: shop::cart::Cart::add::h0123456789abcdef
             at ./src/cart.rs:21:9
   2: shop::total::{{closure}}
             at ./src/total.rs:4:13
   3: <shop::cart::Cart as core::ops::Drop>::drop
             at ./src/cart.rs:40:5
error[E0308]: mismatched types
 --> src/main.rs:4:5`;
    expect(frames(text)).toEqual([
      '[rust_begin_unwind /rustc/9fc6b43126469e3858e2fe86cafb4f0fd5068869/library/std/src/panicking.rs:665]',
      'Cart.add src/cart.rs:21',
      'total src/total.rs:4',
      'Cart.drop src/cart.rs:40',
      'src/main.rs:4',
    ]);
    expect(errors(text)).toEqual([
      'panic: index out of bounds: the len is <n> but the index is <n>',
      'E0308: mismatched types',
    ]);
    expect(readStackTrace(text).tests).toEqual(['cart::tests::adds']);
    expect(errors(`thread 'main' panicked at 'no rate', src/tax.rs:3:5`)).toEqual(['panic: no rate']);
  });

  test('Java, with modules, inner classes and the root cause first', () => {
    const text = `Exception in thread "main" java.lang.IllegalStateException: cart 12 is closed
	at com.shop.Cart$Line.add(Cart.java:21)
	at com.shop.Cart.<init>(Cart.java:4)
	at java.base/java.util.ArrayList.forEach(ArrayList.java:1511)
	at com.shop.Main.main(Main.java:8)
Caused by: com.shop.TaxException: no rate for "XX"
	at com.shop.Tax.rate(Tax.java:3)
	... 3 more`;
    expect(frames(text)).toEqual([
      'Tax.rate com/shop/Tax.java:3',
      'Cart.Line.add com/shop/Cart.java:21',
      'Cart com/shop/Cart.java:4',
      '[ArrayList.forEach java/util/ArrayList.java:1511]',
      'Main.main com/shop/Main.java:8',
    ]);
    expect(errors(text)).toEqual(['IllegalStateException: cart <n> is closed', 'TaxException: no rate for <text>']);
  });

  test('C#', () => {
    const text = `Unhandled exception. System.ArgumentNullException: Value cannot be null. (Parameter 'item')
   at Shop.Cart.Add(Item item, List\`1 others) in /home/ada/shop/Cart.cs:line 21
   at System.Linq.Enumerable.ToList[T](IEnumerable\`1 source)
   at Program.<Main>$(String[] args) in C:\\shop\\Program.cs:line 3`;
    expect(frames(text)).toEqual(['Cart.Add /home/ada/shop/Cart.cs:21', 'Program.Main C:/shop/Program.cs:3']);
    expect(errors(text)).toEqual(['ArgumentNullException: Value cannot be null. (Parameter <text>)']);
  });

  test('C and C++: compilers, gdb and sanitizers', () => {
    const text = `==4242==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010 at pc 0x0001
    #0 0x4f8b1c in shop::Cart::add(int) /home/ada/shop/src/cart.cpp:21:9
    #1 0x7f0000 in __libc_start_main (/lib/x86_64-linux-gnu/libc.so.6+0x2d0)
#0  0x0000555 in add (cart=0x0, item=5) at src/cart.c:21
#1  main () at src/main.c:4
src/cart.c:7:3: error: expected ';' before 'return'
terminate called after throwing an instance of 'std::out_of_range'
  what():  vector::_M_range_check: __n (which is 5)`;
    expect(frames(text)).toEqual([
      'Cart.add /home/ada/shop/src/cart.cpp:21',
      'add src/cart.c:21',
      'main src/main.c:4',
      'src/cart.c:7',
    ]);
    expect(errors(text)).toEqual([
      'AddressSanitizer: heap-use-after-free on address <n> at pc <n>',
      'error: expected <text> before <text>',
      'out_of_range: vector::_M_range_check: __n (which is <n>)',
    ]);
  });

  test('vitest, jest and the TypeScript compiler, with colours', () => {
    const text = `\u001B[31m FAIL \u001B[39m test/cart.test.ts > cart > adds
AssertionError: expected 1 to be 2 // Object.is equality
 ❯ total src/cart.ts:21:9
 ❯ test/cart.test.ts:12:19
  ● Cart › adds

    expect(received).toBe(expected)

      at Object.toBe (test/shop.test.ts:5:20)
src/page.ts(10,5): error TS2345: Argument of type 'string' is not assignable`;
    const trace = readStackTrace(text);
    expect(frames(text)).toEqual([
      'total src/cart.ts:21',
      'test/cart.test.ts:12',
      'toBe test/shop.test.ts:5',
      'src/page.ts:10',
      'test/cart.test.ts',
    ]);
    expect(trace.tests).toEqual(['cart > adds', 'Cart › adds']);
    expect(errors(text)).toContain('TS2345: Argument of type <text> is not assignable');
  });

  test('logs that put something before each line, and traces inside JSON', () => {
    expect(frames('web_1  |     at add (/app/src/cart.js:1:2)')).toEqual(['add /app/src/cart.js:1']);
    expect(frames('2026-01-01T10:00:00.123Z     at add (/app/src/cart.js:1:2)')).toEqual(['add /app/src/cart.js:1']);
    expect(frames('{"stack":"Error: no\\n    at add (/app/src/cart.js:1:2)\\n    at b (/app/b.js:3:4)"}')).toEqual([
      'add /app/src/cart.js:1',
    ]);
  });

  test('nothing out of text that is none', () => {
    const text = `The meeting is at 10:30, at room 4:2.
See http://localhost:3000 and version 1.2.3:4.
const map = { at: 1 };
  12 | throw error;`;
    expect(readStackTrace(text)).toEqual({ frames: [], errors: [], tests: [] });
  });
});

describe('a trace', () => {
  const trace = (root: string, line: number, value: string): string =>
    `TypeError: Cannot read '${value}' of ${line}\n    at Cart.add (${root}/src/cart.ts:${line}:9)\n    at ${root}/node_modules/x/y.js:1:1`;

  test('has the same signature on another machine, with other lines and values', () => {
    fc.assert(
      fc.property(
        fc.nat(999_999),
        fc.stringMatching(/^[a-z]{1,8}$/),
        fc.stringMatching(/^(\/[a-z]{1,8}){1,3}$/),
        (line, value, root) => {
          expect(traceSignature(readStackTrace(trace(root, line, value)))).toEqual([
            'error TypeError: Cannot read <text> of <n>',
            'frame src/cart.ts#Cart.add',
          ]);
        },
      ),
    );
  });

  test('is read out of any text without failing, within its limits', () => {
    const pieces = [
      'at ',
      'File "',
      '(',
      ')',
      ':1',
      ':2',
      '/a.ts',
      '#0 ',
      ' in ',
      'Error: ',
      '@',
      '\n',
      '\t',
      '.go',
      'x',
      '❯ ',
      'eval at ',
    ];
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string()), { maxLength: 60 }), (parts) => {
        const read = readStackTrace(parts.join(''));
        for (const { path, line } of read.frames) {
          expect(path).not.toBe('');
          expect(Number.isSafeInteger(line ?? 0)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['spaces', ' '],
    ['words', 'a'],
    ['words with dots', 'a.'],
    ['places', 'a:1'],
    ['open brackets', '('],
    ['frames on one line', ' at a (b:1:2)'],
    ['evaluated code', '(eval at '],
    ['names of errors', 'Error'],
    ['quotes', `'"\``],
    ['slashes', '/a'],
    ['backslashes', '\\n \\'],
    ['colours', '\u001B[1'],
    ['short hostile lines', `at ${'a.'.repeat(200)}(${':1'.repeat(200)}\n`],
    ['long names', `${'Error'.repeat(150)}!\n`],
    ['Java without an end', `at ${'a.'.repeat(180)}(\n`],
    ['messages of slashes', `Error: ${'/a'.repeat(400)}"\n`],
    ['messages of colons', `Error: ${'a://'.repeat(200)}\n`],
    ['go lines', `\t${'a.go:'.repeat(150)}\n`],
    ['numbered frames', `#1 ${'in at '.repeat(150)}\n`],
    ['arrows', `❯ ${' a:1'.repeat(200)}\n`],
    ['generics', `   at ${'A<'.repeat(300)} in b.cs:line 1\n`],
    ['rust types', `  1: ${'<a as '.repeat(60)}\n at ./a.rs:1:2\n`],
    ['emails', `${'a@'.repeat(300)}b.js:1:2\n`],
    ['tests', `FAIL ${'a.b '.repeat(200)}\n`],
  ])('of %s takes time that grows with its length', (_, piece) => {
    const time = (length: number): number => {
      const text = piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
      let best = Number.POSITIVE_INFINITY;
      for (let round = 0; round < 5; round += 1) {
        const start = performance.now();
        readStackTrace(text);
        best = Math.min(best, performance.now() - start);
      }
      return best;
    };
    time(25_000);
    // Four times the text: four times the time, sixteen if it were quadratic; a floor, for what is too quick to compare.
    expect(time(100_000)).toBeLessThan(Math.max(9 * time(25_000), 200));
  });
});
