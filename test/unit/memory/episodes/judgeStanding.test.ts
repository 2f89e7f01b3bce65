import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changedLines, sideOf } from '../../../../src/core/memory/episodes/changedLines.ts';
import type { EpisodeRecord } from '../../../../src/core/memory/episodes/episodeRecord.ts';
import { judgeStanding, type PresentFile, withLines } from '../../../../src/core/memory/episodes/judgeStanding.ts';
import { episodeWorth, outcomeWords } from '../../../../src/core/memory/episodes/outcomeWorth.ts';
import { outcomes } from '../../../../src/protocol/memory.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const blob = (text: string): string =>
  createHash('sha1')
    .update(`blob ${bytes(text).length}\0`)
    .update(text)
    .digest('hex');

const base = 'one\nconst a = 1;\ntwo\n';
const result = 'one\nconst a = 2;\nconst b = 3;\ntwo\n';

function record(changes: Partial<EpisodeRecord> = {}): EpisodeRecord {
  const plain: EpisodeRecord = {
    version: 1,
    id: 'episode-1',
    task: 'task-1',
    events: 1,
    goal: 'g',
    time: '2026-01-01T00:00:00Z',
    decision: 'accepted',
    acceptedAt: '2026-01-01T00:00:00Z',
    files: [{ path: 'a.js', base: blob(base), result: blob(result), applied: true }],
    approach: '',
    signature: [],
    proof: '',
    standing: { reverted: false, changedSince: [] },
    ...changes,
  };
  return withLines(plain, new Map([base, result].map((text) => [blob(text), bytes(text)])));
}

const now = (text: string | null, path = 'a.js') =>
  new Map<string, PresentFile | null>([
    [path, text === null ? null : { bytes: bytes(text), sha256: sha256(text), ids: [blob(text)] }],
  ]);

const dropped = { held: false, elsewhere: false };
const committed = { held: true, elsewhere: false };
const onBranch = { held: false, elsewhere: true };

describe('the standing of an accepted episode', () => {
  test('is neither stale nor reverted while the files are as the accept left them', () => {
    expect(judgeStanding(record(), now(result))).toEqual({ reverted: false, changedSince: [] });
    const merged = `// mine\n${result}`;
    const file = {
      path: 'a.js',
      base: blob(base),
      result: blob(result),
      applied: true,
      before: 'x',
      after: sha256(merged),
    };
    expect(judgeStanding(record({ files: [file] }), now(merged)).changedSince).toEqual([]);
  });

  test('is stale when others changed a file, and not reverted as long as a line of it stands', () => {
    for (const text of [`${result}three\n`, result.replace('a = 2', 'a = 7'), 'all new\n', null]) {
      expect(judgeStanding(record(), now(text), committed)).toEqual({ reverted: false, changedSince: ['a.js'] });
    }
  });

  test('is reverted when what it changed is gone, also where the file was changed beside it', () => {
    for (const history of [committed, dropped]) {
      expect(judgeStanding(record(), now(base), history)).toEqual({ reverted: true, changedSince: [] });
      expect(judgeStanding(record(), now(`${base}three\n`), history)).toEqual({
        reverted: true,
        changedSince: ['a.js'],
      });
    }
  });

  test('is not reverted by the checkout of a branch that never had it', () => {
    expect(judgeStanding(record(), now(base), onBranch)).toEqual({ reverted: false, changedSince: ['a.js'] });
    expect(judgeStanding(record(), now(base))).toEqual({ reverted: false, changedSince: ['a.js'] });
  });

  test('stays reverted whatever becomes of the code, until the change stands again', () => {
    const gone = record({ standing: { reverted: true, changedSince: [] } });
    expect(judgeStanding(gone, now('all new\n')).reverted).toBe(true);
    expect(judgeStanding(gone, now(base), onBranch).reverted).toBe(true);
    expect(judgeStanding(gone, now(`${result}more\n`))).toEqual({ reverted: false, changedSince: ['a.js'] });
  });

  test('says nothing of a file that could not be looked at', () => {
    expect(judgeStanding(record(), new Map(), dropped)).toEqual({ reverted: false, changedSince: [] });
  });

  test('of an added file is reverted when the file is gone', () => {
    const added = record({ files: [{ path: 'a.js', base: null, result: blob(result), applied: true }] });
    expect(judgeStanding(added, now(null), dropped).reverted).toBe(true);
    const deleted = record({ files: [{ path: 'a.js', base: blob(base), result: null, applied: true }] });
    expect(judgeStanding(deleted, now(null))).toEqual({ reverted: false, changedSince: [] });
    expect(judgeStanding(deleted, now(base), dropped).reverted).toBe(true);
  });
});

describe('the standing of an episode that is not in the checkout', () => {
  test('is stale when the code is neither as it was found nor as it was made', () => {
    for (const decision of ['open', 'rejected', 'failed'] as const) {
      const other = record({
        decision,
        files: [{ path: 'a.js', base: blob(base), result: blob(result), applied: false }],
      });
      expect(judgeStanding(other, now(base)).changedSince).toEqual([]);
      expect(judgeStanding(other, now(result)).changedSince).toEqual([]);
      expect(judgeStanding(other, now('new\n'))).toEqual({ reverted: false, changedSince: ['a.js'] });
    }
  });
});

describe('changed lines', () => {
  const line = fc.constantFrom('alpha', 'beta', '  gamma', '}', '', 'delta 1');
  const text = fc.array(line, { maxLength: 12 }).map((lines) => lines.join('\n'));

  test('find each side again, also between lines of others', () => {
    fc.assert(
      fc.property(text, text, (one, other) => {
        const lines = changedLines(bytes(one), bytes(other));
        if (lines === undefined) return;
        expect(sideOf(lines, bytes(one))).toBe('base');
        expect(sideOf(lines, bytes(other))).toBe('result');
        expect(sideOf(lines, bytes(`zeta\n${other}\nomega\n`))).toBe('result');
        expect(JSON.stringify(lines)).not.toMatch(/alpha|beta|gamma|delta/);
      }),
    );
  });

  test('are none of bytes that are no text, and of a change of white space', () => {
    expect(changedLines(bytes('a\0b'), bytes('c'))).toBeUndefined();
    expect(changedLines(bytes('  a\r\n'), bytes('a\n}\n'))).toBeUndefined();
  });
});

describe('the worth of an outcome', () => {
  test('puts what was accepted first, what nobody judged next, and what did not do last but not away', () => {
    const worth = (outcome: (typeof outcomes)[number], stale = false) => episodeWorth({ outcome, stale });
    expect(worth('accepted')).toBeGreaterThan(worth('open'));
    for (const outcome of ['failed', 'rejected', 'reverted'] as const) {
      expect(worth('open')).toBeGreaterThan(worth(outcome));
      expect(outcomeWords({ outcome, stale: false })).toMatch(/do not repeat|did not do/);
    }
    for (const outcome of outcomes) {
      expect(worth(outcome, true)).toBeLessThan(worth(outcome));
      expect(worth(outcome, true)).toBeGreaterThan(0);
      expect(outcomeWords({ outcome, stale: true })).toContain('changed since');
    }
  });
});
