import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '../../../src/node/tasks/sha256.ts';
import { move } from '../../fakes/traceEvents.ts';
import { TaskFolder } from './taskFolder.ts';

let folder: TaskFolder;

beforeEach(() => {
  folder = new TaskFolder();
});

afterEach(() => folder.remove());

describe('a trace of another version', () => {
  test('with an event that this one does not know is not called changed, and not opened', async () => {
    await (await folder.written(move('prepare'))).close();
    const text = await readFile(folder.files.trace, 'utf8');
    const prev = sha256(text.trimEnd().split('\n').at(-1) ?? '');
    const line = {
      v: 1,
      seq: 2,
      ts: '2030-01-01T00:00:00.000Z',
      type: 'moon-rose',
      actor: 'host',
      data: { full: true },
    };
    await writeFile(folder.files.trace, `${text}${JSON.stringify({ ...line, prev })}\n`);
    const reason = expect.stringContaining('written by a newer version of Nightshift: line 3 is a "moon-rose"');
    expect(await folder.verify()).toMatchObject({ ok: false, events: 2, firstBad: { reason, version: 'newer' } });
    const opening = await folder.reopen();
    expect(opening).toMatchObject({ ok: false, error: { reason: 'foreign', message: reason } });
    // One in the wrong place, or that is no event of any version, is still a change.
    for (const changed of [
      { ...line, prev: 'f'.repeat(64) },
      { ...line, seq: 9, prev },
      { ...line, type: 'Moon', prev },
      { ...line, actor: 'moon', prev },
    ]) {
      await writeFile(folder.files.trace, `${text}${JSON.stringify(changed)}\n`);
      const { firstBad } = await folder.verify();
      expect(firstBad).toMatchObject({ line: 3 });
      expect(firstBad).not.toHaveProperty('version');
    }
  });

  test('without signed checkpoints is named as such', async () => {
    await (await folder.written(move('prepare'))).close();
    await rm(folder.files.head);
    await writeFile(join(folder.roots.heads, 'task-1.json'), '{"seq":1}');
    const reason = expect.stringContaining('was written by an older version without signed checkpoints');
    const { firstBad } = await folder.verify();
    expect(firstBad).toEqual({ reason, version: 'older' });
    expect(await folder.reopen()).toMatchObject({ ok: false, error: { reason: 'foreign', message: reason } });
  });
});
