import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TestCase } from '../../../../../../src/core/changes/proof/proof.ts';
import { parseCargo } from '../../../../../../src/core/changes/proof/reports/cargoReport.ts';
import { parseGoJson } from '../../../../../../src/core/changes/proof/reports/goReport.ts';
import { parseJestJson } from '../../../../../../src/core/changes/proof/reports/jestReport.ts';
import { parseJunit } from '../../../../../../src/core/changes/proof/reports/junitReport.ts';
import { readReport, recogniseFormat } from '../../../../../../src/core/changes/proof/reports/readReport.ts';
import { parseTap } from '../../../../../../src/core/changes/proof/reports/tapReport.ts';
import { parseUnittest } from '../../../../../../src/core/changes/proof/reports/unittestReport.ts';

function fixture(name: string): string {
  return readFileSync(new URL(`../../../../../fixtures/reports/${name}`, import.meta.url), 'utf8');
}

function brief(tests: readonly TestCase[]): readonly string[] {
  return tests.map((test) => `${test.status} ${test.name}`);
}

function named(tests: readonly TestCase[], name: string): TestCase {
  const test = tests.find((each) => each.name === name);
  if (test === undefined) {
    throw new Error(`no test ${name}`);
  }
  return test;
}

describe('the TAP of node --test', () => {
  const { tests } = parseTap(fixture('node-test.tap'));

  it('gives the innermost tests under their whole path, and no test for a file without one', () => {
    expect(brief(tests)).toEqual([
      'passed adds # one',
      'passed counter > counts up',
      'failed counter > counts down',
      'skipped counter > later',
      'skipped counter > some day',
      String.raw`passed counter > nested > deep \ name`,
      'passed with subtests > inner one',
      'failed with subtests > inner two',
      'failed broken hook > never runs',
      'failed test/b.test.js',
      'failed test/d.test.js',
    ]);
  });

  it('says where a test failed and why', () => {
    const down = named(tests, 'counter > counts down');
    expect(down.file).toBe('test/a.test.js');
    expect(down.message).toContain('Expected values to be strictly equal:\n\n2 !== 1');
    expect(down.milliseconds).toBeCloseTo(0.708, 2);
    expect(named(tests, 'with subtests > inner two').message).toContain('multi\nline\nmessage');
  });

  it('gives the error of a file that could not be loaded', () => {
    const broken = named(tests, 'test/b.test.js');
    expect(broken.standsForMany).toBe(true);
    expect(broken.message).toContain("Cannot find module '/workspace/repo/test/missing.js'");
  });

  it('counts a parent that failed although all its subtests passed', () => {
    const text = '    ok 1 - inner\n    1..1\nnot ok 1 - outer\n';
    expect(brief(parseTap(text).tests)).toEqual(['passed outer > inner', 'failed outer']);
  });

  it('says what was expected and what came, objects as blocks, and at which line the test begins', () => {
    const point = (number: number, ...details: readonly string[]): string =>
      [`not ok ${number} - t${number}`, '  ---', ...details.map((line) => `  ${line}`), '  ...'].join('\n');
    const text = [
      'TAP version 13',
      point(1, "location: '/workspace/repo/a.test.js:12:3'", "error: '2 == 3'", 'expected: 3', 'actual: 2'),
      point(2, 'expected:', '  a: 2', '  b:', '    0: 1', 'actual:', '  a: 1', "operator: 'deepEqual'"),
      point(3, 'expected: |-', '  x', '  z', 'actual: |-', '  x', '  y'),
      point(4, "error: 'thrown'"),
    ].join('\n');
    const [one, two, three, four] = parseTap(text).tests;
    expect(one).toMatchObject({ file: 'a.test.js', line: 12, expected: '3', actual: '2' });
    expect(two).toMatchObject({ expected: 'a: 2\nb:\n  0: 1', actual: 'a: 1' });
    expect(three).toMatchObject({ expected: 'x\nz', actual: 'x\ny' });
    expect(four).not.toHaveProperty('expected');
    expect(two).not.toHaveProperty('line');
  });

  it('does not take what a test prints for a result', () => {
    expect(parseTap('TAP version 13\n# ok 1 - fake\n# not ok 2 - fake\n').tests).toEqual([]);
  });
});

describe('JUnit XML', () => {
  it('of pytest gives every test with its message', () => {
    const { tests } = parseJunit(fixture('pytest.xml'));
    expect(brief(tests)).toEqual([
      'failed tests.test_counter.CounterTest > test_down',
      'failed tests.test_counter.CounterTest > test_error',
      'skipped tests.test_counter.CounterTest > test_known',
      'skipped tests.test_counter.CounterTest > test_later',
      'failed tests.test_counter.CounterTest > test_sub',
      'passed tests.test_counter.CounterTest > test_up',
      'failed tests.test_counter.BrokenTest > test_never',
    ]);
    expect(tests[0]?.message).toContain('>       self.assertEqual(2, 1, "went wrong")');
  });

  it('of pytest shows a file that could not be imported as one failure that stands for many', () => {
    expect(parseJunit(fixture('pytest-collection-error.xml')).tests).toMatchObject([
      { name: 'tests.test_broken', status: 'failed', standsForMany: true },
    ]);
  });

  it('of mocha gives every test, with entities decoded', () => {
    const { tests } = parseJunit(fixture('mocha.xml'));
    expect(brief(tests)).toEqual([
      'passed counter > up',
      'failed counter > down <&>',
      'skipped counter > later',
      'failed hook > "before all" hook for "never"',
    ]);
    expect(tests[3]?.standsForMany).toBe(true);
  });

  it('with a document type is refused', () => {
    const bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><testsuite><testcase name="&a;"/></testsuite>';
    expect(parseJunit(bomb).tests).toEqual([]);
  });
});

describe.each([
  ['vitest', 'vitest.json'],
  ['jest', 'jest.json'],
])('the JSON of %s', (_runner, file) => {
  const { tests } = parseJestJson(fixture(file));

  it('gives every test under its path and a file that did not load as a failure', () => {
    expect(brief(tests)).toEqual([
      'passed counter > up',
      'failed counter > down',
      'skipped counter > later',
      'skipped counter > some day',
      'passed counter > nested > deep',
      'failed b.test.js',
    ]);
  });

  it('says in which file a test is and why it failed', () => {
    expect(tests[1]).toMatchObject({ file: 'a.test.js', message: expect.stringMatching(/expect/) });
    expect(tests[5]).toMatchObject({ standsForMany: true, message: expect.stringContaining('missing.js') });
  });
});

describe('the JSON lines of go test', () => {
  const { tests } = parseGoJson(fixture('go.json'));

  it('give the innermost tests, those that never ended and packages that do not build', () => {
    expect(brief(tests)).toEqual(
      [
        'passed example.com/counter > TestUp',
        'failed example.com/counter > TestTable > two',
        'passed example.com/counter > TestTable > one',
        'skipped example.com/counter > TestLater',
        'failed example.com/counter > TestHangs',
        'failed example.com/counter/broken',
      ].toSorted((left, right) => order(left) - order(right)),
    );

    function order(line: string): number {
      return tests.findIndex((test) => line.endsWith(` ${test.name}`));
    }
  });

  it('carry the messages of failures', () => {
    expect(named(tests, 'example.com/counter > TestTable > two').message).toContain('got 2, want 1');
    expect(named(tests, 'example.com/counter/broken')).toMatchObject({
      standsForMany: true,
      message: expect.stringContaining('undefined: nothing'),
    });
  });
});

describe('the text of cargo test', () => {
  const { tests } = parseCargo(fixture('cargo.txt'));

  it('gives unit, integration and documentation tests', () => {
    expect(brief(tests)).toEqual([
      'skipped tests::later',
      'passed tests::up',
      'failed tests::down',
      'passed whole',
      'passed src/lib.rs - add (line 2)',
    ]);
    expect(tests[2]?.message).toContain('went wrong');
  });

  it('does not take the captured output of a failed test for results', () => {
    const text =
      'running 1 test\ntest a ... FAILED\n\nfailures:\n\n---- a stdout ----\ntest b ... ok\n\ntest result: FAILED. 0 passed; 1 failed;';
    expect(brief(parseCargo(text).tests)).toEqual(['failed a']);
  });
});

describe('the text of unittest', () => {
  const { tests } = parseUnittest(fixture('unittest.txt'));

  it('gives tests, tests with descriptions, subtests as their test, and what failed to load or to set up', () => {
    expect(brief(tests).toSorted()).toEqual([
      'failed test_counter.BrokenTest.setUpClass',
      'failed test_counter.CounterTest.test_down',
      'failed test_counter.CounterTest.test_error',
      'failed test_counter.CounterTest.test_sub',
      'failed unittest.loader._FailedTest.test_broken',
      'passed test_counter.CounterTest.test_known',
      'passed test_counter.CounterTest.test_up',
      'skipped test_counter.CounterTest.test_later',
    ]);
    expect(named(tests, 'test_counter.CounterTest.test_sub').message).toMatch(/1 != 0[^]*2 != 0/);
    expect(named(tests, 'test_counter.BrokenTest.setUpClass').standsForMany).toBe(true);
    expect(named(tests, 'test_counter.CounterTest.test_down').standsForMany).not.toBe(true);
  });

  it("falls back on the runner's own counts when a test garbled its line", () => {
    const text =
      'test_a (m.T.test_a) ... noise\nmore\nok, really\ntest_b (m.T.test_b) ... ok\n\nRan 2 tests in 0.001s\n\nOK\n';
    expect(parseUnittest(text)).toMatchObject({ counts: { passed: 2, failed: 0, skipped: 0 } });
    expect(parseUnittest(text.replace('OK', 'FAILED (errors=1)'))).toMatchObject({ counts: { passed: 1, failed: 1 } });
  });
});

describe('any report', () => {
  const formats = ['tap', 'junit', 'vitest-json', 'jest-json', 'go-json', 'cargo-text', 'unittest-text'] as const;
  const files = [
    'node-test.tap',
    'pytest.xml',
    'mocha.xml',
    'vitest.json',
    'jest.json',
    'go.json',
    'cargo.txt',
    'unittest.txt',
  ];

  it('that is garbage or was cut and mixed never makes a parser throw or give unbounded tests', () => {
    const texts = files.map(fixture);
    const piece = fc.oneof(
      fc.string(),
      fc
        .tuple(fc.constantFrom(...texts), fc.nat(4_000), fc.nat(3_000))
        .map(([text, from, length]) => text.slice(from, from + length)),
    );
    fc.assert(
      fc.property(fc.constantFrom(...formats), fc.array(piece, { maxLength: 4 }), (format, pieces) => {
        const { tests } = readReport(format, pieces.join(''));
        expect(tests.every((test) => test.name.length <= 500 && (test.message?.length ?? 0) <= 4_000)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['tap', `${'    '.repeat(40)}ok 1 - x\n`.repeat(20_000)],
    ['tap', `ok 1 - ${'n'.repeat(200)}\n  ---\n`.repeat(20_000)],
    [
      'tap',
      Array.from({ length: 50 }, (_, depth) => `${'    '.repeat(50 - depth)}not ok 1 - ${'n'.repeat(100_000)}`).join(
        '\n',
      ),
    ],
    [
      'go-json',
      Array.from({ length: 40_000 }, (_, index) => `{"Action":"fail","Package":"p","Test":"T${index}/a"}`).join('\n'),
    ],
    ['go-json', `{"Action":"fail","Package":"p","Test":"${'a/'.repeat(200_000)}"}`],
    ['junit', '<testsuite>'.repeat(100_000)],
    ['junit', '<testsuites><testsuite>' + '<testcase name="a"><failure>'.repeat(50_000)],
    ['jest-json', '['.repeat(1_000_000)],
    ['unittest-text', `${'='.repeat(70)}\nFAIL: a (b.c)\n`.repeat(3_000)],
    ['cargo-text', `running 1 test\n${'test a ... ok\n'.repeat(300_000)}`],
  ] as const)('in format %s that is made to be slow is still read before the test times out', (format, text) => {
    expect(readReport(format, text).tests.length).toBeLessThanOrEqual(20_000);
  });

  it('of an unknown command is recognised by words that only one format has', () => {
    expect(recogniseFormat(fixture('node-test.tap'))).toBe('tap');
    expect(recogniseFormat(fixture('unittest.txt'))).toBe('unittest-text');
    expect(recogniseFormat(fixture('cargo.txt'))).toBe('cargo-text');
    expect(recogniseFormat('all 12 tests passed')).toBeUndefined();
  });
});
