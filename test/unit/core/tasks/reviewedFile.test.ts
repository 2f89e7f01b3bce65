import { describe, expect, it } from 'vitest';
import { isReviewed } from '../../../../src/core/tasks/reviewedFile.ts';
import type { Task } from '../../../../src/core/tasks/task.ts';
import type { TraceEntry } from '../../../../src/core/trace/traceEvent.ts';
import { created, entry, fold, imported } from '../../../fakes/traceEvents.ts';

const mark = (hash: string, path: string, reviewed = true): TraceEntry =>
  entry('file-reviewed', { hash, path, reviewed }, 'user');
const marks = (task: Task): readonly string[] =>
  (task.changeset?.files ?? []).filter((file) => isReviewed(task, file)).map(({ path }) => path);
/** A result in which both files have these bytes. */
function result(hash: string, bytes: Readonly<Record<string, string>>): TraceEntry {
  const made = imported(hash, Object.keys(bytes));
  if (made.type === 'changeset-imported') {
    made.data.changeset.files = made.data.changeset.files.map((file) => ({ ...file, result: bytes[file.path] ?? '' }));
  }
  return made;
}

describe('a file that a person looked at', () => {
  const paths = ['a.js', 'b.js'];
  const first = { 'a.js': 'a1', 'b.js': 'b1' };
  const task = [created(), result('h1', first)];

  it('is marked until the mark is taken back', () => {
    expect(marks(fold(...task, mark('h1', 'a.js')))).toEqual(['a.js']);
    expect(marks(fold(...task, mark('h1', 'a.js'), mark('h1', 'a.js'), mark('h1', 'b.js')))).toEqual(paths);
    expect(marks(fold(...task, mark('h1', 'a.js'), mark('h1', 'a.js', false)))).toEqual([]);
  });

  it('is no longer marked when it changed again, and others stay so', () => {
    const marked = [...task, mark('h1', 'a.js'), mark('h1', 'b.js')];
    expect(marks(fold(...marked, result('h2', first)))).toEqual(paths);
    expect(marks(fold(...marked, result('h2', { ...first, 'a.js': 'a2' })))).toEqual(['b.js']);
    // What it was before is what was looked at.
    expect(marks(fold(...marked, result('h2', { ...first, 'a.js': 'a2' }), result('h3', first)))).toEqual(paths);
  });

  it('is marked by its user only, and only as part of the result that they saw', () => {
    const byAgent = entry('file-reviewed', { hash: 'h1', path: 'a.js', reviewed: true }, 'agent');
    expect(marks(fold(...task, byAgent))).toEqual([]);
    expect(marks(fold(...task, result('h2', first), mark('h1', 'a.js')))).toEqual([]);
    expect(marks(fold(...task, mark('h1', 'c.js')))).toEqual([]);
  });
});
