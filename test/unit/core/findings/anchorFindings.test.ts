import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linesOf } from '../../../../src/base/quotedLines.ts';
import { anchorFindings, placeFinding } from '../../../../src/core/findings/anchorFindings.ts';
import type { ReportedFinding } from '../../../../src/core/findings/finding.ts';
import { readSarif } from '../../../../src/core/findings/readSarif.ts';
import { writeSarif } from '../../../../src/core/findings/writeSarif.ts';
import { sha256 } from '../../../../src/node/tasks/sha256.ts';

const text = 'one\ntwo\nthree\ntwo\nfive';
const files = new Map([
  ['a.js', text],
  ['.github/workflows/ci.yml', 'on: push'],
]);
const read = async (path: string) => {
  const found = files.get(path);
  return found === undefined ? undefined : linesOf(found);
};
const line = (at: number, startCharacter = 0, endCharacter?: number) => ({
  startLine: at,
  startCharacter,
  endLine: at,
  ...(endCharacter === undefined ? {} : { endCharacter }),
});
const finding = (over: Partial<ReportedFinding> = {}): ReportedFinding => ({
  tool: 'lint',
  rule: 'r1',
  severity: 'warning',
  message: 'bad',
  path: 'a.js',
  region: line(1),
  ...over,
});
const anchor = async (...reported: ReportedFinding[]) => (await anchorFindings(reported, read, sha256)).findings;

describe('findings that are kept', () => {
  it('have ids that do not depend on where their lines stand', async () => {
    const [before] = await anchor(finding({ region: line(2) }));
    files.set('a.js', `zero\n${text}`);
    const [after] = await anchor(finding({ region: line(3) }));
    files.set('a.js', text);
    expect(after?.id).toBe(before?.id);
  });

  it('are one where the same is said twice, and two on lines that look the same', async () => {
    expect(await anchor(finding(), finding())).toHaveLength(1);
    const two = await anchor(finding(), finding({ region: line(3) }));
    expect(new Set(two.map(({ id }) => id)).size).toBe(2);
  });

  it('follow their lines, and say where these are no longer there', async () => {
    const [kept] = await anchor(finding({ region: line(2, 1, 3) }));
    if (kept === undefined) {
      throw new Error('Nothing was kept.');
    }
    expect(placeFinding(kept, linesOf(`x\ny\n${text}`))).toEqual({ region: line(4, 1, 3), stale: false });
    expect(placeFinding(kept, linesOf(text.replace('three', '3')))).toEqual({ region: line(2, 1, 3), stale: true });
    expect(placeFinding(kept, undefined)).toMatchObject({ stale: true });
  });

  it.each([
    ['the words to be replaced', [{ path: 'a.js', region: line(1, 0, 2), text: 'x' }], 'tw'],
    ['the end of the text', [{ path: 'a.js', region: { ...line(4), endLine: 5, endCharacter: 0 }, text: '' }], 'five'],
    [
      'lines with their end',
      [{ path: 'a.js', region: { ...line(0), endLine: 2, endCharacter: 0 }, text: '' }],
      'one\ntwo\n',
    ],
  ])('a fix knows %s', async (_, fix, oldText) => {
    expect((await anchor(finding({ fix })))[0]?.fix?.map((each) => each.oldText)).toEqual([oldText]);
  });

  it.each([
    ['in a file that is not there', [{ path: 'b.js', region: line(0), text: '' }]],
    ['in a file that only a person changes', [{ path: '.github/workflows/ci.yml', region: line(0), text: '' }]],
    ['beyond the end of the file', [{ path: 'a.js', region: line(9), text: '' }]],
    ['beyond the end of a line', [{ path: 'a.js', region: line(0, 0, 9), text: '' }]],
    [
      'that overlaps itself',
      [
        { path: 'a.js', region: line(0, 0, 2), text: '' },
        { path: 'a.js', region: line(0, 1, 3), text: '' },
      ],
    ],
  ])('a fix %s is none, also where another part of it would do', async (_, fix) => {
    const [kept] = await anchor(finding({ fix: [...fix, { path: 'a.js', region: line(3, 0, 1), text: 'T' }] }));
    expect(kept).toBeDefined();
    expect(kept?.fix).toBeUndefined();
  });
});

describe('SARIF that is written', () => {
  const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
  const region = fc
    .tuple(fc.nat(4), fc.nat(2), fc.option(fc.nat(1), { nil: undefined }))
    .map(([at, start, length]) => line(at, start, length === undefined ? undefined : start + length));
  const reported = fc.record({
    tool: fc.constantFrom('lint', 'scan'),
    rule: fc.constantFrom('r1', 'r2', ''),
    severity: fc.constantFrom('error' as const, 'warning' as const, 'note' as const),
    message: words,
    path: fc.constantFrom('a.js', 'src/ä b#?%.js'),
    region,
    fix: fc.option(fc.tuple(fc.record({ path: fc.constant('a.js'), region, text: words })), { nil: undefined }),
  });

  it('is read again as what it was written of, with what was dismissed as suppressed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(reported, { maxLength: 6 }), words, async (all, reason) => {
        const kept = (await anchor(...all)).map((each, index) =>
          index % 2 === 0 ? each : { ...each, dismissed: reason },
        );
        const again = readSarif(writeSarif(kept));
        if (!again.ok) {
          throw new Error(again.error.message);
        }
        const plain = again.value.findings.map((each) => ({ ...each, fix: each.fix, suppressed: each.suppressed }));
        const sorted = ['lint', 'scan'].flatMap((tool) => plain.filter((each) => each.tool === tool));
        expect(sorted).toEqual(
          ['lint', 'scan'].flatMap((tool) =>
            kept
              .filter((each) => each.tool === tool)
              .map(({ id: _id, quote: _quote, fix, ...each }) => ({
                tool: each.tool,
                rule: each.rule,
                severity: each.severity,
                message: each.message,
                path: each.path,
                region: each.region,
                fix: fix?.map(({ path, region: at, text: by }) => ({ path, region: at, text: by })),
                suppressed: 'dismissed' in each ? each.dismissed : undefined,
              })),
          ),
        );
        const ids = (await anchorFindings(again.value.findings, read, sha256)).findings.map(({ id }) => id);
        expect(new Set(ids)).toEqual(new Set(kept.map(({ id }) => id)));
      }),
    );
  });
});
