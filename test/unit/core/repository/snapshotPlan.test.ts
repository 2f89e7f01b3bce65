import { describe, expect, it } from 'vitest';
import { leavesTree } from '../../../../src/core/repository/linkTarget.ts';
import { planSnapshot, type WorkingFile } from '../../../../src/core/repository/snapshotPlan.ts';

const file = (path: string, size: number, more: Partial<WorkingFile> = {}): WorkingFile => ({
  path,
  kind: 'file',
  size,
  mode: '100644',
  ...more,
});

describe('planning a snapshot', () => {
  it('takes files up to the caps in the order of their paths and gives a reason for each other', () => {
    const plan = planSnapshot(
      [
        file('c', 60),
        file('b', 50),
        file('a', 101),
        file('d', 10),
        file('e', 10),
        file('f', 1),
        file('.env', 1),
        file('gone', 0, { kind: 'missing' }),
        file('pipe', 0, { kind: 'special' }),
        file('link', 3, { kind: 'link', mode: '120000', target: '../x' }),
      ],
      { fileBytes: 100, uncommittedBytes: 100, uncommittedFiles: 3 },
    );
    expect(plan.taken.map((one) => one.path)).toEqual(['b', 'd', 'e']);
    expect(plan.excluded).toEqual([
      { path: '.env', reason: 'secret' },
      { path: 'a', reason: 'too-large' },
      { path: 'c', reason: 'over-total' },
      { path: 'f', reason: 'over-total' },
      { path: 'link', reason: 'link-outside' },
      { path: 'pipe', reason: 'special' },
    ]);
    expect(plan.dropped).toEqual(['.env', 'a', 'c', 'f', 'gone', 'link', 'pipe']);
  });

  it('takes nothing that a killed accept left behind, and does not speak of it', () => {
    const plan = planSnapshot([
      file('src/.nightshift-apply-4f0c2d.tmp', 5),
      file('.nightshift-apply-4f0c2d.tmp', 5),
      file('.nightshift-apply-4f0c2d.tmp/own.txt', 5),
      file('src/nightshift-apply-4f0c2d.tmp', 5),
      file('.nightshift-Notes.tmp', 5),
    ]);
    expect(plan.taken.map((one) => one.path)).toEqual([
      '.nightshift-Notes.tmp',
      '.nightshift-apply-4f0c2d.tmp/own.txt',
      'src/nightshift-apply-4f0c2d.tmp',
    ]);
    expect(plan.excluded).toEqual([]);
  });
});

describe('the target of a link', () => {
  it.each([
    ['a', 'b', false],
    ['a/b', '../c', false],
    ['a/b', './x/../../c', false],
    ['a', '../c', true],
    ['a/b', '../../c', true],
    ['a/b', 'x/../../../a', true],
    ['a', '/etc/passwd', true],
    ['a', 'C:\\x', true],
    ['a', '..\\x', true],
    ['a', '.git/config', true],
    ['a', '', true],
  ])('at %s to %s leaves the tree: %s', (path, target, leaves) => {
    expect(leavesTree(path, target)).toBe(leaves);
  });
});
