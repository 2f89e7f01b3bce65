import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Changeset } from '../../../src/core/changes/changeset.ts';
import type { Hunk } from '../../../src/core/changes/hunks.ts';
import type { FilePart } from '../../../src/core/changes/planFile.ts';
import type { Checkout } from '../../../src/core/repository/repository.ts';
import { createCheckout } from '../../../src/node/changes/checkout.ts';
import { must, signal, TemporaryRepository } from './temporaryRepository.ts';

let repository: TemporaryRepository;

beforeEach(() => {
  repository = new TemporaryRepository();
});

afterEach(() => {
  repository.remove();
});

const path = 'text.txt';
const changed = [3, 11, 19, 27, 35, 43, 51, 59, 67, 75, 83, 91];

/** 100 lines, of which the given ones are changed: replaced, removed or doubled in turn. */
function text(lines: readonly number[], ending: string, last: string): string {
  const all = Array.from({ length: 100 }, (_, index) => {
    const kind = lines.includes(index) ? changed.indexOf(index) % 3 : -1;
    return [[`agent ${index}`], [], [`line ${index}`, `more ${index}`]][kind] ?? [`line ${index}`];
  });
  return all.flat().join(ending) + last;
}

interface Prepared {
  readonly changeset: Changeset;
  readonly checkout: Checkout;
  readonly hunks: readonly Hunk[];
}

async function prepare(base: string, result: string): Promise<Prepared> {
  repository.git('config', 'core.autocrlf', 'false');
  repository.commit({ [path]: base });
  const store = await repository.open();
  const { tree: before } = must(await store.snapshot(signal));
  const change = { path, op: 'write', mode: '100644', bytes: Buffer.from(result) } as const;
  const { tree } = must(await store.importChanges(before, [change], signal));
  const changeset = must(await store.changeset(before, tree, signal));
  const checkout = createCheckout({ root: repository.root, store });
  return { changeset, checkout, hunks: must(await checkout.hunks(changeset, path, signal)) ?? [] };
}

async function apply({ changeset, checkout }: Prepared, part: FilePart): Promise<string> {
  const plan = must(await checkout.planApply(changeset, [part], signal));
  expect(plan.conflicts).toEqual([]);
  must(await checkout.apply(changeset, plan, 'apply-0123456789', signal));
  return repository.read(path).toString();
}

/** The same hunks as a patch, applied by git itself. */
function appliedByGit(base: string, result: string, chosen: readonly number[]): string {
  repository.write(path, base);
  const file = join(repository.folder, 'result.txt');
  writeFileSync(file, result);
  const whole = gitDifference(file);
  const [head = '', ...hunks] = whole.split(/^(?=@@ )/m);
  const patch = join(repository.folder, 'some.patch');
  writeFileSync(patch, head + hunks.filter((_, index) => chosen.includes(index)).join(''));
  if (chosen.length > 0) {
    repository.git('apply', '--whitespace=nowarn', patch);
  }
  return repository.read(path).toString();
}

function gitDifference(file: string): string {
  repository.git('config', 'diff.noprefix', 'false');
  const lines = repository.git('-c', 'core.safecrlf=false', 'hash-object', '-w', file).trim();
  const before = repository.git('hash-object', '-w', path).trim();
  const difference = repository.git('diff', '-U3', before, lines);
  return difference
    .replaceAll(`a/${before}`, `a/${path}`)
    .replaceAll(`b/${lines}`, `b/${path}`)
    .replaceAll(`b/${before}`, `b/${path}`);
}

describe('applying some of the hunks of a file', () => {
  it.each([
    ['line feeds', '\n', '\n'],
    ['carriage returns', '\r\n', '\r\n'],
    ['no newline at the end', '\n', ''],
  ])('writes the bytes that git writes for the same subset, with %s', async (_, ending, last) => {
    const [base, result] = [text([], ending, last), text(changed, ending, last)];
    const prepared = await prepare(base, result);
    expect(prepared.hunks).toHaveLength(changed.length);
    await fc.assert(
      fc.asyncProperty(fc.subarray(changed.map((_line, index) => index)), async (chosen) => {
        repository.write(path, base);
        const to = prepared.hunks.filter((_hunk, index) => chosen.includes(index));
        const ours = await apply(prepared, { path, to });
        expect(ours).toBe(appliedByGit(base, result, chosen));
      }),
      { numRuns: 15 },
    );
  });

  it('one after the other in any order, between lines that the user changed, makes the whole change', async () => {
    const base = text([], '\n', '\n');
    const mine = (content: string): string => content.replace('line 7\n', 'mine 7\n').replace('line 88\n', '');
    const prepared = await prepare(base, text(changed, '\n', '\n'));
    const orders = fc.shuffledSubarray([...prepared.hunks], { minLength: prepared.hunks.length });
    await fc.assert(
      fc.asyncProperty(orders, async (order) => {
        repository.write(path, mine(base));
        const taken: Hunk[] = [];
        for (const hunk of order) {
          const from = taken.toSorted((one, other) => one.baseStart - other.baseStart);
          taken.push(hunk);
          const to = taken.toSorted((one, other) => one.baseStart - other.baseStart);
          await apply(prepared, { path, from, to });
        }
        expect(repository.read(path).toString()).toBe(mine(text(changed, '\n', '\n')));
      }),
      { numRuns: 5 },
    );
  });

  it('takes a conflict with the user in one hunk for that hunk alone', async () => {
    const prepared = await prepare(text([], '\n', '\n'), text(changed, '\n', '\n'));
    repository.write(path, text([], '\n', '\n').replace('line 3\n', 'mine 3\n'));
    const [first, second] = prepared.hunks;
    const conflicting = await prepared.checkout.planApply(
      prepared.changeset,
      [{ path, to: first === undefined ? [] : [first] }],
      signal,
    );
    expect(must(conflicting).conflicts).toMatchObject([{ reason: 'changed-meanwhile' }]);
    const taken = await apply(prepared, { path, to: second === undefined ? [] : [second] });
    expect(taken).toBe(text([11], '\n', '\n').replace('line 3\n', 'mine 3\n'));
  });

  it('refuses hunks that are none of the file, and touches nothing', async () => {
    const { changeset, checkout } = await prepare(text([], '\n', '\n'), text(changed, '\n', '\n'));
    const to = [{ baseStart: 999, baseCount: 1, resultStart: 0, resultCount: 0 }];
    expect(await checkout.planApply(changeset, [{ path, to }], signal)).toMatchObject({ ok: false });
    expect(repository.read(path).toString()).toBe(text([], '\n', '\n'));
  });
});
