import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSarif } from '../../../../src/core/findings/readSarif.ts';

const log = (...results: unknown[]): string => JSON.stringify({ version: '2.1.0', runs: [{ tool: {}, results }] });
const at = (uri: string, region?: unknown): unknown => ({ physicalLocation: { artifactLocation: { uri }, region } });

describe('reading a SARIF file', () => {
  it('counts lines and characters from 0, and decodes the path', () => {
    const region = { startLine: 3, startColumn: 5, endColumn: 9 };
    const result = { ruleId: 'r1', level: 'error', message: { text: 'bad' }, locations: [at('src/a%20b.ts', region)] };
    expect(readSarif(log(result))).toEqual({
      ok: true,
      value: {
        tools: ['SARIF'],
        findings: [
          {
            tool: 'SARIF',
            rule: 'r1',
            severity: 'error',
            message: 'bad',
            path: 'src/a b.ts',
            region: { startLine: 2, startCharacter: 4, endLine: 2, endCharacter: 8 },
            fix: undefined,
            suppressed: undefined,
          },
        ],
        elsewhere: 0,
      },
    });
  });

  it('takes a fix whole, or not at all where a part of it leaves the repository', () => {
    const change = (uri: string): unknown => ({
      artifactLocation: { uri },
      replacements: [{ deletedRegion: { startLine: 1, endLine: 1, endColumn: 2 }, insertedContent: { text: 'x' } }],
    });
    const result = (...uris: string[]): unknown => ({
      message: { text: 'm' },
      locations: [at('a.ts')],
      fixes: [{ artifactChanges: uris.map(change) }],
    });
    const read = readSarif(log(result('a.ts'), result('a.ts', '../b.ts')));
    const region = { startLine: 0, startCharacter: 0, endLine: 0, endCharacter: 1 };
    expect(read.ok && read.value.findings.map((each) => each.fix)).toEqual([
      [{ path: 'a.ts', region, text: 'x' }],
      undefined,
    ]);
  });

  it.each([
    '../a',
    '/etc/passwd',
    'file:///etc/passwd',
    'a/../../b',
    '.git/config',
    '%2e%2e/a',
    '%2fetc',
    'a%00b',
    'C:/a',
    'a%5Cb',
    '%zz',
    '',
  ])('counts a result at %s as elsewhere', (uri) => {
    expect(readSarif(log({ message: {}, locations: [at(uri)] }))).toEqual({
      ok: true,
      value: { tools: ['SARIF'], findings: [], elsewhere: 1 },
    });
  });

  it('takes absolute addresses below the root, and none that only look like it', () => {
    const results = ['file:///home/me/app/a%20b.ts', 'file:///home/me/app/../x', 'file:///home/me/apple/a.ts'].map(
      (uri) => ({ message: {}, locations: [at(uri)] }),
    );
    const read = readSarif(log(...results), '/home/me/app');
    expect(read.ok && read.value.findings.map(({ path }) => path)).toEqual(['a b.ts']);
    expect(read.ok && read.value.elsewhere).toBe(2);
  });

  it('takes the level of the rule where a result has none, and the reason of what is suppressed', () => {
    const rules = [
      { id: 'quiet', defaultConfiguration: { level: 'note' } },
      { id: 'loud', defaultConfiguration: { level: 'error' } },
    ];
    const results = [
      { ruleId: 'loud', message: {}, locations: [at('a.ts')] },
      { ruleIndex: 0, message: {}, locations: [at('a.ts')], suppressions: [{ kind: 'external', justification: 'no' }] },
      { level: 'warning', ruleIndex: 1, message: {}, locations: [at('a.ts')], suppressions: [{ status: 'rejected' }] },
    ];
    const read = readSarif(
      JSON.stringify({ version: '2.1.0', runs: [{ tool: { driver: { name: 'lint', rules } }, results }] }),
    );
    expect(
      read.ok && read.value.findings.map((each) => [each.tool, each.rule, each.severity, each.suppressed]),
    ).toEqual([
      ['lint', 'loud', 'error', undefined],
      ['lint', 'quiet', 'note', 'no'],
      ['lint', 'loud', 'warning', undefined],
    ]);
  });

  it('leaves out what is no complaint', () => {
    const quiet = [{ kind: 'pass' }, { kind: 'notApplicable' }, { level: 'none' }];
    const results = quiet.map((each) => ({ ...each, message: {}, locations: [at('a.ts')] }));
    expect(readSarif(log(...results))).toEqual({ ok: true, value: { tools: ['SARIF'], findings: [], elsewhere: 0 } });
  });

  it('says in one line what is wrong with a file that is none', () => {
    for (const text of ['{', '{"version":"2.0.0","runs":[]}', '{"version":"2.1.0"}']) {
      const read = readSarif(text);
      expect(!read.ok && read.error.message).toMatch(/^the file is no .*; export it as SARIF 2\.1\.0$/);
    }
  });

  it('never gives a path that leaves the repository, nor an end before its start', () => {
    const number = fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined });
    const region = fc.record({ startLine: number, startColumn: number, endLine: number, endColumn: number });
    const part = fc.constantFrom('..', '.', 'a', '%2e%2e', '%2f', '/', '.git', '%2Egit', '\\');
    const uri = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(uri, region, (name, where) => {
        const read = readSarif(log({ message: {}, locations: [at(name, where)] }));
        for (const finding of read.ok ? read.value.findings : []) {
          expect(finding.path.split('/')).not.toEqual(expect.arrayContaining(['..']));
          expect(finding.path).not.toMatch(/^\/|\\|(^|\/)\.git(\/|$)/i);
          const { startLine, startCharacter, endLine, endCharacter } = finding.region;
          expect(endLine).toBeGreaterThanOrEqual(startLine);
          expect(endLine > startLine || (endCharacter ?? startCharacter) >= startCharacter).toBe(true);
        }
        expect(read.ok).toBe(true);
      }),
    );
  });
});
