import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SourceTable } from '../../../../src/core/memory/watching/sourceTable.ts';
import type { SourceChanges } from '../../../../src/core/memory/sourceWatcher.ts';
import { fingerprintOf } from '../../../../src/node/memory/watching/fileLook.ts';
import { openGitTruth } from '../../../../src/node/memory/watching/gitTruth.ts';
import { IgnoreFiles } from '../../../../src/node/memory/watching/ignoreFiles.ts';
import { racyMs, SourceJudge } from '../../../../src/node/memory/watching/sourceJudge.ts';
import { SourceView } from '../../../../src/node/memory/watching/sourceView.ts';
import { must, signal, TemporaryRepository } from '../../repository/temporaryRepository.ts';

let repository: TemporaryRepository;
let told: SourceChanges[];
let refusal: Error | undefined;

beforeEach(() => {
  repository = new TemporaryRepository();
  told = [];
  refusal = undefined;
});

afterEach(() => repository.remove());

async function open(): Promise<SourceView> {
  const truth = must(await openGitTruth(repository.root, signal));
  const tell = async (changes: SourceChanges): Promise<void> => {
    told.push(changes);
    if (refusal !== undefined) throw refusal;
  };
  return new SourceView({ root: repository.root, truth, exclude: [], maxBytes: 1e6, signal, tell });
}

const head = (): string => repository.git('rev-parse', 'HEAD').trim();
/** What was told since it was asked last. */
function news() {
  const all = told.splice(0);
  return {
    changed: all.flatMap(({ changed }) => changed.map(({ path }) => path)),
    removed: all.flatMap(({ removed }) => removed),
    heads: all.flatMap((each) => (each.head === undefined ? [] : [each.head])),
    complete: all.map(({ complete }) => complete),
  };
}

describe('a view of the sources', () => {
  it('looks at everything when the first commit comes, and when there is none any more', async () => {
    const view = await open();
    must(await view.sweep());
    await view.flush(true);
    expect(news()).toEqual({ changed: [], removed: [], heads: [], complete: [true] });
    // As a pull does: nobody saw these files before they were in a commit.
    repository.commit({ 'a.ts': 'a', 'b.ts': 'b' });
    must(await view.refresh());
    await view.flush(true);
    expect(news()).toMatchObject({ changed: ['a.ts', 'b.ts'], heads: [head()] });
    repository.git('checkout', '-q', '--orphan', 'other');
    repository.git('rm', '-rqf', '.');
    must(await view.refresh());
    await view.flush(true);
    expect(news()).toMatchObject({ changed: [], removed: ['a.ts', 'b.ts'] });
  });

  it('tells what it found once, the commit with it, and once that it is complete', async () => {
    repository.commit({ 'a.ts': 'a' });
    const view = await open();
    await view.flush(false);
    expect(told).toEqual([]);
    must(await view.sweep());
    await view.flush(false);
    expect(news()).toEqual({ changed: ['a.ts'], removed: [], heads: [head()], complete: [false] });
    await view.flush(true);
    await view.flush(true);
    await view.flush(false);
    expect(news()).toEqual({ changed: [], removed: [], heads: [], complete: [true] });
    repository.git('commit', '-q', '--allow-empty', '-m', 'none');
    must(await view.refresh());
    await view.flush(true);
    expect(news()).toEqual({ changed: [], removed: [], heads: [head()], complete: [true] });
  });

  it('tells all again that nobody took in: files, removals, the commit and that it is complete', async () => {
    repository.commit({ 'a.ts': 'a', 'b.ts': 'b' });
    const view = await open();
    must(await view.sweep());
    await view.flush(true);
    news();
    rmSync(join(repository.root, 'b.ts'));
    repository.commit({ 'a.ts': 'other', 'c.ts': 'c' });
    must(await view.refresh());
    refusal = new Error('the disk is full');
    await expect(view.flush(true)).rejects.toThrow('the disk is full');
    refusal = undefined;
    const first = news();
    must(await view.sweep());
    await view.flush(true);
    const again = news();
    expect(again).toEqual({ changed: ['a.ts', 'c.ts'], removed: ['b.ts'], heads: [head()], complete: [true] });
    expect({ ...first, changed: first.changed.toSorted() }).toEqual(again);
  });
});

describe('a file that is changed again within the grain of the clock', () => {
  const look = (changed: number) => ({ kind: 'file', bytes: 3, modified: changed, changed }) as const;

  function judge(): { readonly judge: SourceJudge; readonly table: SourceTable } {
    const table = new SourceTable();
    const rules = new IgnoreFiles(repository.root, undefined, []);
    return { judge: new SourceJudge(repository.root, 1e6, table, rules), table };
  }

  it('is known by its bytes, and told again by them', () => {
    repository.write('a.ts', 'one');
    const { judge: one } = judge();
    const now = Date.now();
    one.judge('a.ts', 'file', look(now));
    expect(one.batch.take(false, undefined).changed.map(({ path }) => path)).toEqual(['a.ts']);
    const before = fingerprintOf(repository.root, 'a.ts', 3);
    expect([...one.racy]).toEqual([['a.ts', before]]);
    repository.write('a.ts', 'two');
    expect(fingerprintOf(repository.root, 'a.ts', 3)).not.toBe(before);
    one.judge('a.ts', 'file', look(now));
    expect(one.batch.size).toBe(0);
    one.judge('a.ts', 'file', look(now), true);
    expect(one.batch.size).toBe(1);
  });

  it('is read again where another run knew it, and one that rested since is not', () => {
    repository.write('a.ts', 'one');
    const { judge: one, table } = judge();
    const [now, rested] = [Date.now(), Date.now() - 10 * racyMs];
    table.set('a.ts', { bytes: 3, modified: now });
    one.judge('a.ts', 'file', look(now));
    expect(one.batch.take(false, undefined).changed).toHaveLength(1);
    table.set('a.ts', { bytes: 3, modified: rested });
    one.racy.clear();
    one.judge('a.ts', 'file', look(rested));
    expect([one.batch.size, one.racy.size]).toEqual([0, 0]);
  });
});
