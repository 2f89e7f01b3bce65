import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cleanStorage } from '../../../src/core/sandbox/housekeeping.ts';
import { fileStorage } from '../../../src/node/tasks/fileStorage.ts';

const never = new AbortController().signal;
const hour = 3_600_000;
const day = 24 * hour;

describe('files of a workspace', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ns-files-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function write(path: string, bytes = 1_000, age = 0): string {
    const file = join(folder, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, Buffer.alloc(bytes, 1));
    const then = new Date(Date.now() - age);
    utimesSync(file, then, then);
    utimesSync(join(file, '..'), then, then);
    return file;
  }

  const clean = () =>
    cleanStorage(
      [
        fileStorage({
          tasks: join(folder, 'tasks'),
          heads: join(folder, 'heads'),
          work: join(folder, 'work'),
          lock: join(folder, 'lock'),
        }),
      ],
      { now: Date.now(), began: Date.now() - hour, imageBytes: 1, olderThanDays: 0 },
      { apply: true },
      never,
    );

  it('never takes a payload of a trace, nor a trace, nor a head, whatever their age', async () => {
    const kept = [
      write(`tasks/task-1/artifacts/${'a'.repeat(64)}`, 5_000, 300 * day),
      write('tasks/task-1/trace.jsonl', 10, 300 * day),
      write('heads/task-1.checkpoint', 10, 300 * day),
    ];
    expect(await clean()).toEqual({ items: [], problems: [], freedBytes: 0 });
    expect(kept.filter((file) => !existsSync(file))).toEqual([]);
  });

  it('takes what processes of before this host had not finished, and nothing of this one or of another name', async () => {
    const old = [
      write('work/work-abc/content-0', 700, 2 * hour),
      write('heads/task-1.json.tmp', 70, 2 * hour),
      write('tasks/task-1/artifacts/.tmp-1', 7, 2 * hour),
      write('lock/draft.00ff', 3, 2 * hour),
    ];
    const others = [
      write('work/work-new/content-0', 700),
      write('work/notes.txt', 700, 2 * hour),
      write('lock/host.1', 3, 2 * hour),
      write('heads/task-1.json', 70, 2 * hour),
    ];
    const report = await clean();
    expect(
      report.items
        .filter((item) => item.action === 'removed')
        .map((item) => item.name)
        .sort(),
    ).toEqual(['artifacts/.tmp-1', 'heads/task-1.json.tmp', 'lock/draft.00ff', 'work/work-abc']);
    expect(report.freedBytes).toBe(780);
    expect(old.filter((file) => existsSync(file))).toEqual([]);
    expect(others.filter((file) => !existsSync(file))).toEqual([]);
  });

  it('finds nothing in a workspace that has no state yet', async () => {
    expect(await clean()).toEqual({ items: [], problems: [], freedBytes: 0 });
  });
});
