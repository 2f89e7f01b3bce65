import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chainStart, encodeLine, lineHash, readTrace, verifyLines } from '../../../../src/core/trace/hashChain.ts';
import type { TraceEntry } from '../../../../src/core/trace/traceEvent.ts';
import { answer, anyEntry, created, entry, move, toolCalled } from '../../../fakes/traceEvents.ts';

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
const encoder = new TextEncoder();
const ts = '2026-11-22T10:00:00.000Z';

function linesOf(entries: readonly TraceEntry[], start = chainStart): string[] {
  let prev = start;
  return entries.map((item, seq) => {
    const line = encodeLine(item, { seq, ts, prev });
    prev = lineHash(encoder.encode(line), sha256);
    return line;
  });
}

const bytesOf = (lines: readonly string[]): Uint8Array => encoder.encode(lines.map((line) => `${line}\n`).join(''));
const headOf = (lines: readonly string[]) => ({ seq: lines.length - 1, hash: sha256(lines.at(-1) ?? '') });
const verify = (lines: readonly string[], against: readonly string[] = lines) =>
  verifyLines(bytesOf(lines), sha256, headOf(against));

const sample = linesOf([
  created(),
  move('prepare'),
  toolCalled('edit_file', { path: 'a', edits: [{ find: 'é\u2028', replace: '\ud800' }] }, 'write'),
  answer({ text: 'Grüße 🌙' }),
  entry('vote-cast', { agent: 'implementer', vote: 'approve', hash: 'h', reason: 'ok' }),
]);

describe('the chain of a trace', () => {
  test('a line has its keys in the order of the format, and the hash of the raw line before it', () => {
    expect(sample[1]).toBe(
      `{"v":1,"seq":1,"ts":"${ts}","type":"task-moved","actor":"host","data":{"move":"prepare","from":"queued","to":"applied"},"prev":"${sha256(sample[0] ?? '')}"}`,
    );
  });

  test('a whole trace verifies, and reading it gives back what was written', () => {
    expect(verify(sample)).toEqual({ ok: true, events: 5 });
    const { events, head } = readTrace(bytesOf(sample), sha256);
    expect(events.map((event) => encodeLine(event, event))).toEqual(sample);
    expect(head).toEqual(headOf(sample));
  });

  test('an empty trace verifies, unless a checkpoint says that there was more', () => {
    expect(verifyLines(new Uint8Array(), sha256)).toEqual({ ok: true, events: 0 });
    expect(verifyLines(new Uint8Array(), sha256, headOf(sample))).toMatchObject({ ok: false, firstBad: { line: 1 } });
  });

  test('what was appended after the checkpoint is fine', () => {
    expect(verify(sample, sample.slice(0, 2)).ok).toBe(true);
  });

  test.each([
    ['white space', (line: string) => line.replace('"seq":2', '"seq": 2')],
    ['a repeated key', (line: string) => line.replace('"actor":"agent"', '"actor":"user","actor":"agent"')],
    ['a repeated key in the data', (line: string) => line.replace('"path":"a"', '"path":"b","path":"a"')],
    [
      'a repeated key spelled with an escape',
      (line: string) => line.replace('"path":"a"', '"p\\u0061th":"b","path":"a"'),
    ],
    ['another number form', (line: string) => line.replace('"step":0', '"step":0.0')],
    ['another order of keys', (line: string) => line.replace('"v":1,"seq":2', '"seq":2,"v":1')],
    ['an escape', (line: string) => line.replace('"a"', '"\\u0061"')],
    ['another key', (line: string) => line.replace('"v":1,', '"v":1,"x":1,')],
    ['a carriage return', (line: string) => `${line}\r`],
    ['a byte order mark', (line: string) => `\uFEFF${line}`],
  ])('%s in a line is found in that line, even in the last one and without a checkpoint', (_, mutate) => {
    for (const lines of [sample, sample.slice(0, 3)]) {
      const changed = lines.with(2, mutate(lines[2] ?? ''));
      expect(changed[2]).not.toBe(lines[2]);
      const verification = verifyLines(bytesOf(changed), sha256);
      expect(verification).toMatchObject({ ok: false, events: 2, firstBad: { line: 3 } });
    }
  });

  test('a trace that was written anew from a line on is found by a checkpoint', () => {
    const forged = linesOf([
      created({ goal: 'another' }),
      move('prepare'),
      move('work'),
      move('verify'),
      move('review'),
    ]);
    expect(verifyLines(bytesOf(forged), sha256).ok).toBe(true);
    expect(verify(forged, sample)).toMatchObject({ ok: false, firstBad: { line: 5 } });
  });

  test('a schema-invalid line is found although its hashes are right', () => {
    const bad = entry('vote-cast', { agent: 'a', vote: 'maybe' as 'approve', hash: 'h', reason: 'r' });
    const lines = linesOf([created(), bad, move('prepare')]);
    expect(verify(lines)).toMatchObject({
      events: 1,
      firstBad: { line: 2, reason: 'the line is not an event of this format' },
    });
  });
});

const traces = fc.array(anyEntry, { minLength: 2, maxLength: 8 }).map((entries) => linesOf([created(), ...entries]));

/** Picks places in a trace by shares of it, so that shrinking keeps them valid. */
function mutations(count = 2) {
  return fc.tuple(
    traces,
    fc.array(fc.double({ min: 0, max: 0.999_999, noNaN: true }), { minLength: count, maxLength: count }),
  );
}
const at = (share: number | undefined, length: number): number => Math.floor((share ?? 0) * length);

describe('any change of any trace is found', () => {
  test('whole traces verify', () => {
    fc.assert(
      fc.property(traces, (lines) => {
        expect(verify(lines)).toEqual({ ok: true, events: lines.length });
      }),
    );
  });

  test('a bit flipped', () => {
    fc.assert(
      fc.property(mutations(), fc.nat(7), ([lines, [share]], bit) => {
        const bytes = bytesOf(lines);
        const place = at(share, bytes.length);
        bytes[place] = (bytes[place] ?? 0) ^ (1 << bit);
        const verification = verifyLines(bytes, sha256, headOf(lines));
        const line = new TextDecoder().decode(bytesOf(lines).subarray(0, place)).split('\n').length;
        expect(verification.ok).toBe(false);
        // The line itself shows it, or the one after, whose `prev` it no longer is.
        expect([line, line + 1]).toContain(verification.firstBad?.line);
      }),
      { numRuns: 2000 },
    );
  });

  test('a line deleted', () => {
    fc.assert(
      fc.property(mutations(), ([lines, [share]]) => {
        const place = at(share, lines.length);
        expect(verify(lines.toSpliced(place, 1), lines)).toMatchObject({ ok: false, firstBad: { line: place + 1 } });
      }),
    );
  });

  test('two lines swapped', () => {
    fc.assert(
      fc.property(mutations(), ([lines, [a, b]]) => {
        const [first, second] = [at(a, lines.length), at(b, lines.length)].sort((x, y) => x - y);
        fc.pre(first !== second && first !== undefined && second !== undefined);
        const swapped = lines.with(first, lines[second] ?? '').with(second, lines[first] ?? '');
        expect(verify(swapped, lines)).toMatchObject({ ok: false, firstBad: { line: first + 1 } });
      }),
    );
  });

  test('a line repeated', () => {
    fc.assert(
      fc.property(mutations(), ([lines, [share]]) => {
        const place = at(share, lines.length);
        const repeated = lines.toSpliced(place, 0, lines[place] ?? '');
        expect(verify(repeated, lines)).toMatchObject({ ok: false, firstBad: { line: place + 2 } });
      }),
    );
  });

  test('a line inserted, even one that is made to fit', () => {
    fc.assert(
      fc.property(mutations(), anyEntry, ([lines, [share]], item) => {
        const place = 1 + at(share, lines.length - 1);
        const line = encodeLine(item, { seq: place, ts, prev: sha256(lines[place - 1] ?? '') });
        fc.pre(line !== lines[place]);
        expect(verify(lines.toSpliced(place, 0, line), lines).ok).toBe(false);
      }),
    );
  });

  test('a cut at any byte, against a checkpoint', () => {
    fc.assert(
      fc.property(mutations(), ([lines, [share]]) => {
        const bytes = bytesOf(lines);
        expect(verifyLines(bytes.subarray(0, at(share, bytes.length)), sha256, headOf(lines)).ok).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  test('white space added anywhere', () => {
    fc.assert(
      fc.property(mutations(), fc.constantFrom(' ', '\t', '\r', '\n'), ([lines, [share]], space) => {
        const text = lines.map((line) => `${line}\n`).join('');
        const place = at(share, text.length + 1);
        const changed = encoder.encode(text.slice(0, place) + space + text.slice(place));
        expect(verifyLines(changed, sha256, headOf(lines)).ok).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  test('any key of any line repeated', () => {
    fc.assert(
      fc.property(mutations(), ([lines, [a, b]]) => {
        const place = at(a, lines.length);
        const line = lines[place] ?? '';
        const keys = [
          ...line.matchAll(/[{,]("(?:v|seq|ts|type|actor|data|prev|run|step|call|tool|goal|task|hash)":)/g),
        ];
        const key = keys[at(b, keys.length)];
        fc.pre(key !== undefined);
        const start = key.index + 1;
        const changed = lines.with(place, `${line.slice(0, start)}${key[1]}0,${line.slice(start)}`);
        expect(verifyLines(bytesOf(changed), sha256)).toMatchObject({ ok: false, firstBad: { line: place + 1 } });
      }),
      { numRuns: 500 },
    );
  });
});
