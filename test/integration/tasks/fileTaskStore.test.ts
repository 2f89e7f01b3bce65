import { mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Journal } from '../../../src/core/tasks/taskStore.ts';
import { foldTrace } from '../../../src/core/tasks/taskReducer.ts';
import { begun, signCheckpoint } from '../../../src/core/trace/checkpointNote.ts';
import type { TraceEvent } from '../../../src/core/trace/traceEvent.ts';
import { FileTaskStore } from '../../../src/node/tasks/fileTaskStore.ts';
import { sha256 } from '../../../src/node/tasks/sha256.ts';
import { answer, callRefused, created, entry, move, toolCalled, toolReturned } from '../../fakes/traceEvents.ts';
import { testProtection } from '../../fakes/traceProtection.ts';
import { opened, protection, TaskFolder } from './taskFolder.ts';

let folder: TaskFolder;

beforeEach(() => {
  folder = new TaskFolder();
});

afterEach(() => folder.remove());

describe('a journal on disk', () => {
  test('gives back after a restart exactly the events that it gave when they were appended', async () => {
    const journal = await opened(folder.store.create('task-1'));
    const events: TraceEvent[] = [];
    for (const item of [
      created(),
      move('prepare'),
      toolCalled('edit_file', { path: 'ä', text: undefined }, 'write'),
      answer(),
    ]) {
      events.push(await journal.append(item));
    }
    await journal.close();
    const read: TraceEvent[] = [];
    const again = await opened(
      new FileTaskStore({ ...folder.roots, protection }).open('task-1', (event) => read.push(event)),
    );
    expect(read).toEqual(events);
    expect(foldTrace(read)).toEqual(foldTrace(events));
    expect(again.count).toBe(4);
    await again.append(move('work'));
    await again.close();
    expect(await folder.verify()).toMatchObject({ ok: true, events: 5 });
  });

  test('appends that are asked for at the same time come one after another in their order', async () => {
    const journal = await folder.written();
    const events = await Promise.all(Array.from({ length: 50 }, (_, step) => journal.append(callRefused(step))));
    expect(events.map((event) => event.seq)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    await journal.close();
    expect(await folder.verify()).toMatchObject({ ok: true, events: 51 });
  });

  test('the head follows intents and results at once and the rest within the group commit', async () => {
    const seq = (): Promise<number> => folder.signedSeq();
    const journal = await folder.written();
    expect(await seq()).toBe(0);
    await journal.append(toolCalled('read_file', {}, 'read', 'call-1'));
    await journal.append(toolReturned('read_file', true, 'call-1'));
    expect(await seq()).toBe(0);
    await expect.poll(seq, { timeout: 2000 }).toBe(2);
    await journal.append(toolCalled('edit_file', {}, 'write', 'call-2'));
    expect(await seq()).toBe(3);
    await journal.append(toolReturned('edit_file', true, 'call-2'));
    expect(await seq()).toBe(4);
    await journal.append(callRefused(9));
    await journal.close();
    expect(await seq()).toBe(5);
  });

  test('is for its user only', async () => {
    const journal = await folder.written();
    await journal.close();
    expect((await stat(folder.files.trace)).mode & 0o777).toBe(0o600);
    expect((await stat(folder.files.folder)).mode & 0o777).toBe(0o700);
  });

  test('a task has one journal at a time, and another after that one is closed', async () => {
    const journal = await folder.written();
    expect(await folder.reopen()).toMatchObject({ ok: false, error: { reason: 'io' } });
    await journal.close();
    await journal.close();
    await (await opened(folder.reopen())).close();
  });

  test('creating what exists, opening what does not, and names that are no task ids are failures', async () => {
    await (await folder.written()).close();
    expect(await folder.store.create('task-1')).toMatchObject({ ok: false, error: { reason: 'io' } });
    expect(await folder.store.open('task-2', () => undefined)).toMatchObject({
      ok: false,
      error: { reason: 'missing' },
    });
    for (const name of ['../task-1', '', 'A', 'a/b', '.', 'a\0', 'x'.repeat(200)]) {
      expect(await folder.store.open(name, () => undefined)).toMatchObject({ ok: false, error: { reason: 'missing' } });
      expect(await folder.store.create(name)).toMatchObject({ ok: false });
      await expect(folder.store.putArtifact(name, new Uint8Array(1))).rejects.toThrow('Not a task id');
    }
    expect(await readdir(folder.root)).toEqual(['heads', 'tasks']);
  });

  test('lists every task of which something is kept, and none where nothing was made yet', async () => {
    expect(await folder.store.list()).toEqual([]);
    await (await folder.written()).close();
    await mkdir(join(folder.roots.directory, 'task-0'));
    await writeFile(join(folder.roots.heads, 'task-2.checkpoint.tmp'), '');
    await writeFile(join(folder.roots.directory, 'Notes.txt'), '');
    await writeFile(join(folder.roots.directory, 'notes'), '');
    expect(await folder.store.list()).toEqual(['task-0', 'task-1', 'task-2']);
  });

  test.each([
    ['its folder was made', []],
    ['its head was being written', ['heads/task-1.checkpoint.tmp']],
    ['its head was written', ['heads/task-1.checkpoint']],
    ['its trace was made', ['heads/task-1.checkpoint', 'tasks/task-1/trace.jsonl']],
  ])('a creation that was killed when %s is missing, and can be removed whole', async (_, kept) => {
    await (await opened(folder.store.create('task-1'))).close();
    for (const path of ['heads/task-1.checkpoint', 'tasks/task-1/trace.jsonl'].filter((path) => !kept.includes(path))) {
      await rm(join(folder.root, path));
    }
    if (kept[0]?.endsWith('.tmp')) {
      await writeFile(join(folder.root, kept[0]), '');
    }
    expect(await folder.store.list()).toEqual(['task-1']);
    const again = await folder.reopen();
    if (again.ok) {
      expect(again.value.count).toBe(0);
      await again.value.close();
    } else {
      expect(again.error.reason).toBe('missing');
    }
    await folder.store.remove('task-1');
    expect((await readdir(folder.root, { recursive: true })).sort()).toEqual(['heads', 'tasks']);
  });

  test('a removal that was killed before the head was removed is missing, and can be ended', async () => {
    await (await opened(folder.store.create('task-1'))).close();
    await rm(folder.files.folder, { recursive: true });
    expect(await folder.store.list()).toEqual(['task-1']);
    expect(await folder.reopen()).toMatchObject({ ok: false, error: { reason: 'missing' } });
    await folder.store.remove('task-1');
    expect(await folder.store.list()).toEqual([]);
  });

  test('a trace that is gone while its head names a line of it is a damaged one', async () => {
    await (await folder.written()).close();
    await rm(folder.files.folder, { recursive: true });
    expect(await folder.store.list()).toEqual(['task-1']);
    expect(await folder.reopen()).toMatchObject({
      ok: false,
      error: { reason: 'corrupt', message: expect.stringContaining('line 1: the trace is not there') },
    });
    expect(await folder.verify()).toMatchObject({ ok: false, firstBad: { line: 1, reason: 'the trace is not there' } });
  });

  test('a folder that cannot be made is a failure with the way out', async () => {
    await writeFile(join(folder.root, 'file'), '');
    const blocked = new FileTaskStore({ directory: join(folder.root, 'file'), heads: folder.roots.heads, protection });
    expect(await blocked.create('task-1')).toMatchObject({ ok: false, error: { reason: 'io' } });
  });
});

describe('a torn last line', () => {
  test('is cut off, kept beside the trace and recorded', async () => {
    await (await folder.written(move('prepare'))).close();
    const torn = '{"v":1,"seq":2,"ts":"20';
    await writeFile(folder.files.trace, torn, { flag: 'a' });
    expect(await folder.verify()).toMatchObject({ ok: false, firstBad: { line: 3 } });
    const journal = await opened(folder.reopen());
    expect((await folder.events()).at(-1)).toMatchObject({
      type: 'journal-recovered',
      seq: 2,
      data: { bytes: torn.length, sha256: sha256(torn) },
    });
    await journal.append(move('work'));
    await journal.close();
    expect(await readFile(`${folder.files.trace}.torn-1`, 'utf8')).toBe(torn);
    expect(await folder.verify()).toMatchObject({ ok: true, events: 4 });
  });

  test('that is all there is leaves a trace without a task, ready for its first event', async () => {
    const journal = await opened(folder.store.create('task-1'));
    await journal.close();
    await writeFile(folder.files.trace, '{"v":1,');
    const again = await opened(folder.reopen());
    expect(foldTrace(await folder.events())).toBeUndefined();
    await again.append(created());
    expect(foldTrace(await folder.events())).toMatchObject({ id: 'task-1' });
    await again.close();
  });

  test('twice with the same bytes is recorded twice, also after a repair that was killed half way', async () => {
    await (await folder.written()).close();
    for (const round of [1, 2]) {
      await writeFile(folder.files.trace, '{"v"', { flag: 'a' });
      const journal = await opened(folder.reopen());
      expect((await folder.events()).filter((event) => event.type === 'journal-recovered')).toHaveLength(round);
      await journal.close();
    }
    // A host that was killed after the cut and before the record leaves this.
    await writeFile(`${folder.files.trace}.torn-3`, '{"v"');
    const journal = await opened(folder.reopen());
    expect((await folder.events()).filter((event) => event.type === 'journal-recovered')).toHaveLength(3);
    await journal.close();
  });
});

describe('a damaged trace', () => {
  test.each([
    ['an edit', (text: string) => text.replace('"move":"prepare"', '"move":"discard"'), 3],
    ['a deleted line', (text: string) => text.split('\n').toSpliced(1, 1).join('\n'), 2],
    ['a cut at the end', (text: string) => `${text.split('\n').slice(0, 2).join('\n')}\n`, 3],
    ['an edit of the last line', (text: string) => text.replace('"move":"work"', '"move":"fail"'), 3],
    ['an empty file', () => '', 1],
  ])('by %s is refused with the file, the line and the way out, and left alone', async (_, damage, line) => {
    await (await folder.written(move('prepare'), move('work'))).close();
    const damaged = damage(await readFile(folder.files.trace, 'utf8'));
    await writeFile(folder.files.trace, damaged);
    const result = await folder.reopen();
    expect(result).toMatchObject({ ok: false, error: { reason: 'corrupt' } });
    const message = result.ok ? '' : result.error.message;
    expect(message).toContain(`${folder.files.trace}, line ${line}:`);
    expect(message).toContain('delegate the task again');
    expect(message).not.toContain('\n');
    expect(await readFile(folder.files.trace, 'utf8')).toBe(damaged);
    expect(await folder.verify()).toMatchObject({ ok: false, firstBad: { line } });
  });

  test.each([
    ['removed', () => rm(folder.files.head), 'the signed checkpoint is missing'],
    ['emptied', () => writeFile(folder.files.head, ''), 'the checkpoint of the trace is not one of this format'],
    ['made unreadable', () => writeFile(folder.files.head, 'nonsense'), 'is not one of this format'],
    ['signed by another key', () => resigned('another', 'task-1'), 'is signed with another key'],
    ['taken from another task', () => resigned('test', 'task-2'), 'is that of another trace'],
    ['edited', () => edited(), 'was changed: its signature does not hold'],
  ])('is one whose checkpoint was %s: a cut at its end could not be found', async (_, damage, why) => {
    await (await folder.written(move('prepare'))).close();
    await damage();
    const damaged = { ok: false, events: 2, firstBad: { reason: expect.stringContaining(why) } };
    const verified = await folder.verify();
    expect(verified).toMatchObject(damaged);
    expect(verified.firstBad).not.toHaveProperty('line');
    const read: TraceEvent[] = [];
    expect(await folder.store.open('task-1', (event) => read.push(event))).toMatchObject({
      ok: false,
      error: { reason: 'corrupt', message: expect.stringMatching(new RegExp(`trace\\.jsonl: .*${why}`)) },
    });
    // What can be read is given all the same, and opening does not make the missing head good.
    expect(read.map((event) => event.seq)).toEqual([0, 1]);
    expect(await folder.verify()).toMatchObject(damaged);
  });

  /** What somebody writes who has the trace but not the key, or the key but another task. */
  async function resigned(word: string, task: string): Promise<void> {
    const { head } = await folder.verify();
    const { key } = testProtection(word);
    await writeFile(folder.files.head, signCheckpoint({ workspace: 'x', task }, head ?? begun, 0, { key, sha256 }));
  }

  async function edited(): Promise<void> {
    const note = await readFile(folder.files.head, 'utf8');
    await writeFile(folder.files.head, note.replace('\n2\n', '\n1\n'));
  }

  test('is one of a single line whose head was removed: it may have been longer', async () => {
    await (await folder.written()).close();
    await rm(folder.files.head);
    expect(await folder.verify()).toMatchObject({ ok: false, events: 1, firstBad: { reason: expect.any(String) } });
    expect(await folder.reopen()).toMatchObject({ ok: false, error: { reason: 'corrupt' } });
  });
});

describe('a head that is behind', () => {
  const headSeq = (): Promise<number> => folder.signedSeq();

  test('the first event, of a writer that was killed before it kept the head, is opened and the head follows', async () => {
    await (await opened(folder.store.create('task-1'))).close();
    const begun = await readFile(folder.files.head, 'utf8');
    await (await begunAndWritten()).close();
    await writeFile(folder.files.head, begun);
    expect(await folder.verify()).toMatchObject({ ok: true, events: 1 });
    const journal = await opened(folder.reopen());
    expect(await headSeq()).toBe(0);
    await journal.append(move('prepare'));
    await journal.close();
    expect(await folder.verify()).toMatchObject({ ok: true, events: 2 });
  });

  test('by several events is written when the task is opened', async () => {
    await (await folder.written()).close();
    const early = await readFile(folder.files.head, 'utf8');
    const journal = await opened(folder.reopen());
    await journal.append(move('prepare'));
    await journal.append(move('work'));
    await journal.close();
    await writeFile(folder.files.head, early);
    await (await opened(folder.reopen())).close();
    expect(await headSeq()).toBe(2);
  });

  async function begunAndWritten(): Promise<Journal> {
    const journal = await opened(folder.reopen());
    await journal.append(created());
    return journal;
  }
});

describe('payloads', () => {
  test('are kept once under their hash and given back', async () => {
    await (await folder.written()).close();
    const bytes = new TextEncoder().encode('the exact request');
    const kept = await folder.store.putArtifact('task-1', bytes);
    expect(kept).toEqual({ sha256: sha256(bytes), bytes: bytes.length });
    expect(await folder.store.putArtifact('task-1', bytes)).toEqual(kept);
    expect(await readdir(folder.files.artifacts)).toEqual([kept.sha256]);
    expect(Buffer.from((await folder.store.getArtifact('task-1', kept.sha256)) ?? [])).toEqual(Buffer.from(bytes));
  });

  test('that were damaged are not given out, and are mended when they are put again', async () => {
    await (await folder.written()).close();
    const bytes = new TextEncoder().encode('the exact request');
    const { sha256: hash } = await folder.store.putArtifact('task-1', bytes);
    await truncate(join(folder.files.artifacts, hash), 3);
    expect(await folder.store.getArtifact('task-1', hash)).toBeUndefined();
    await folder.store.putArtifact('task-1', bytes);
    expect(await folder.store.getArtifact('task-1', hash)).toHaveLength(bytes.length);
  });

  test('are missed by a verification, whichever event names them', async () => {
    const journal = await folder.written(move('prepare'));
    const output = await folder.store.putArtifact('task-1', new TextEncoder().encode('setup said this'));
    const chosen = { source: 'lockfile' as const, status: 'ready' as const, key: 'k', image: 'i', network: true };
    const place = { tree: 't', definition: 'd', reached: [], warnings: [], output };
    await journal.append(entry('environment-chosen', { ...chosen, ...place }));
    await journal.close();
    const payload = join(folder.files.artifacts, output.sha256);
    expect(await folder.verify()).toMatchObject({ ok: true });
    await writeFile(payload, 'setup said that');
    const named = (what: string) => ({ line: 3, reason: expect.stringContaining(what) });
    expect(await folder.verify()).toMatchObject({ ok: false, firstBad: named('is no longer what was kept') });
    await rm(payload);
    expect(await folder.verify()).toMatchObject({ ok: false, firstBad: named('is missing') });
  });

  test('are looked up by hash only, never by path', async () => {
    await (await folder.written()).close();
    expect(await folder.store.getArtifact('task-1', '../trace.jsonl')).toBeUndefined();
    expect(await folder.store.getArtifact('../task-1', 'a'.repeat(64))).toBeUndefined();
    expect(await folder.store.getArtifact('task-1', 'a'.repeat(64))).toBeUndefined();
  });

  test('that a killed process had not finished are removed when the task is opened', async () => {
    await (await folder.written()).close();
    await mkdir(folder.files.artifacts);
    await writeFile(join(folder.files.artifacts, '.tmp-1'), 'half');
    await (await opened(folder.reopen())).close();
    expect(await readdir(folder.files.artifacts)).toEqual([]);
  });
});
