import { mkdir, mkdtemp, open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Journal } from '../../../src/core/tasks/taskStore.ts';
import { foldTrace } from '../../../src/core/tasks/taskReducer.ts';
import { readTrace } from '../../../src/core/trace/hashChain.ts';
import { FileJournal } from '../../../src/node/tasks/fileJournal.ts';
import { FileTaskStore } from '../../../src/node/tasks/fileTaskStore.ts';
import { JournalWriteError } from '../../../src/node/tasks/journalWriteError.ts';
import { sha256 } from '../../../src/node/tasks/sha256.ts';
import { taskFiles } from '../../../src/node/tasks/taskFiles.ts';
import { verifyTraceFile } from '../../../src/node/tasks/verifyTraceFile.ts';
import { answer, callRefused, created, entry, move, toolCalled, toolReturned } from '../../fakes/traceEvents.ts';

let root: string;
let roots: { directory: string; heads: string };
let store: FileTaskStore;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'nightshift-tasks-'));
  roots = { directory: join(root, 'tasks'), heads: join(root, 'heads') };
  store = new FileTaskStore(roots);
});

afterEach(() => rm(root, { recursive: true, force: true }));

const files = () => taskFiles(roots, 'task-1');
const verifyFile = () => verifyTraceFile(files());

async function opened(result: ReturnType<FileTaskStore['open']>): Promise<Journal> {
  const value = await result;
  if (!value.ok) {
    throw new Error(value.error.message);
  }
  return value.value;
}

async function written(...entries: Parameters<Journal['append']>[0][]): Promise<Journal> {
  const journal = await opened(store.create('task-1'));
  for (const item of [created(), ...entries]) {
    await journal.append(item);
  }
  return journal;
}

describe('a journal on disk', () => {
  test('gives back after a restart exactly the events that it gave when they were appended', async () => {
    const journal = await written(
      move('prepare'),
      toolCalled('edit_file', { path: 'ä', text: undefined }, 'write'),
      answer(),
    );
    const events = [...journal.events];
    await journal.close();
    const again = await opened(new FileTaskStore(roots).open('task-1'));
    expect(again.events).toEqual(events);
    expect(foldTrace(again.events)).toEqual(foldTrace(events));
    await again.append(move('work'));
    await again.close();
    expect(await verifyFile()).toEqual({ ok: true, events: 5, anchored: true });
  });

  test('appends that are asked for at the same time come one after another in their order', async () => {
    const journal = await written();
    const events = await Promise.all(Array.from({ length: 50 }, (_, step) => journal.append(callRefused(step))));
    expect(events.map((event) => event.seq)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    await journal.close();
    expect(await verifyFile()).toMatchObject({ ok: true, events: 51 });
  });

  test('the head follows intents and results at once and the rest within the group commit', async () => {
    const seq = async (): Promise<number> => JSON.parse(await readFile(files().head, 'utf8')).seq;
    const journal = await written();
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
    const journal = await written();
    await journal.close();
    expect((await stat(files().trace)).mode & 0o777).toBe(0o600);
    expect((await stat(files().folder)).mode & 0o777).toBe(0o700);
  });

  test('a task has one journal at a time, and another after that one is closed', async () => {
    const journal = await written();
    expect(await store.open('task-1')).toMatchObject({ ok: false, error: { reason: 'io' } });
    await journal.close();
    await journal.close();
    await (await opened(store.open('task-1'))).close();
  });

  test('creating what exists, opening what does not, and names that are no task ids are failures', async () => {
    await (await written()).close();
    expect(await store.create('task-1')).toMatchObject({ ok: false, error: { reason: 'io' } });
    expect(await store.open('task-2')).toMatchObject({ ok: false, error: { reason: 'missing' } });
    for (const name of ['../task-1', '', 'A', 'a/b', '.', 'a\0', 'x'.repeat(200)]) {
      expect(await store.open(name)).toMatchObject({ ok: false, error: { reason: 'missing' } });
      expect(await store.create(name)).toMatchObject({ ok: false });
      await expect(store.putArtifact(name, new Uint8Array(1))).rejects.toThrow('Not a task id');
    }
    expect(await readdir(root)).toEqual(['heads', 'tasks']);
  });

  test('lists the tasks that have a trace, and none where nothing was made yet', async () => {
    expect(await store.list()).toEqual([]);
    await (await written()).close();
    await mkdir(join(roots.directory, 'task-0'));
    await writeFile(join(roots.directory, 'Notes.txt'), '');
    expect(await store.list()).toEqual(['task-1']);
  });

  test('a folder that cannot be made is a failure with the way out', async () => {
    await writeFile(join(root, 'file'), '');
    const blocked = new FileTaskStore({ directory: join(root, 'file'), heads: roots.heads });
    expect(await blocked.create('task-1')).toMatchObject({ ok: false, error: { reason: 'io' } });
  });
});

describe('a torn last line', () => {
  test('is cut off, kept beside the trace and recorded', async () => {
    await (await written(move('prepare'))).close();
    const torn = '{"v":1,"seq":2,"ts":"20';
    await writeFile(files().trace, torn, { flag: 'a' });
    expect(await verifyFile()).toMatchObject({ ok: false, firstBad: { line: 3 } });
    const journal = await opened(store.open('task-1'));
    expect(journal.events.at(-1)).toMatchObject({
      type: 'journal-recovered',
      seq: 2,
      data: { bytes: torn.length, sha256: sha256(torn) },
    });
    await journal.append(move('work'));
    await journal.close();
    expect(await readFile(`${files().trace}.torn-1`, 'utf8')).toBe(torn);
    expect(await verifyFile()).toMatchObject({ ok: true, events: 4 });
  });

  test('that is all there is leaves a trace without a task, ready for its first event', async () => {
    const journal = await opened(store.create('task-1'));
    await journal.close();
    await writeFile(files().trace, '{"v":1,');
    const again = await opened(store.open('task-1'));
    expect(foldTrace(again.events)).toBeUndefined();
    await again.append(created());
    expect(foldTrace(again.events)).toMatchObject({ id: 'task-1' });
    await again.close();
  });

  test('twice with the same bytes is recorded twice, also after a repair that was killed half way', async () => {
    await (await written()).close();
    for (const round of [1, 2]) {
      await writeFile(files().trace, '{"v"', { flag: 'a' });
      const journal = await opened(store.open('task-1'));
      expect(journal.events.filter((event) => event.type === 'journal-recovered')).toHaveLength(round);
      await journal.close();
    }
    // A host that was killed after the cut and before the record leaves this.
    await writeFile(`${files().trace}.torn-3`, '{"v"');
    const journal = await opened(store.open('task-1'));
    expect(journal.events.filter((event) => event.type === 'journal-recovered')).toHaveLength(3);
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
    await (await written(move('prepare'), move('work'))).close();
    const damaged = damage(await readFile(files().trace, 'utf8'));
    await writeFile(files().trace, damaged);
    const result = await store.open('task-1');
    expect(result).toMatchObject({ ok: false, error: { reason: 'corrupt' } });
    const message = result.ok ? '' : result.error.message;
    expect(message).toContain(`${files().trace}, line ${line}:`);
    expect(message).toContain('delegate the task again');
    expect(message).not.toContain('\n');
    expect(await readFile(files().trace, 'utf8')).toBe(damaged);
    expect(await verifyFile()).toMatchObject({ ok: false, firstBad: { line } });
  });

  test('without its head still verifies as far as it goes, and says that it is not anchored', async () => {
    await (await written(move('prepare'))).close();
    await rm(files().head);
    expect(await verifyFile()).toEqual({ ok: true, events: 2, anchored: false });
    await writeFile(files().head, 'nonsense');
    expect(await verifyFile()).toEqual({ ok: true, events: 2, anchored: false });
  });
});

describe('a disk that refuses', () => {
  /** The real file behind a handle of which single calls fail. */
  async function failing(
    faults: Partial<Record<'appendFile' | 'datasync' | 'truncate', () => unknown>>,
  ): Promise<Journal> {
    await (await written()).close();
    const bytes = await readFile(files().trace);
    const handle = await open(files().trace, 'a');
    const wrapped = new Proxy(handle, {
      get(target, name) {
        const fault = faults[name as 'appendFile']?.();
        if (fault !== undefined) {
          return async (data: Uint8Array) => {
            if (name === 'appendFile') {
              await target.appendFile(data.subarray(0, 10));
            }
            throw fault;
          };
        }
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const { events } = readTrace(bytes, sha256);
    const start = {
      events,
      head: { seq: 0, hash: sha256(bytes.subarray(0, -1)) },
      size: bytes.length,
    };
    return new FileJournal('task-1', files(), wrapped, start, {
      clock: { now: () => 0, monotonic: () => 0 },
      onClose: () => undefined,
    });
  }
  const ioError = (code: string): Error => Object.assign(new Error(`${code}: it failed`), { code });

  test('a full disk fails the append, leaves the file whole, and appending goes on once there is space', async () => {
    let full = true;
    const journal = await failing({ appendFile: () => (full ? ioError('ENOSPC') : undefined) });
    const error = await journal.append(move('prepare')).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(JournalWriteError);
    expect(error).toMatchObject({
      reason: 'io',
      message: expect.stringContaining('the disk is full (ENOSPC); free some space'),
    });
    expect(await verifyFile()).toMatchObject({ ok: true, events: 1 });
    full = false;
    await journal.append(move('prepare'));
    await journal.close();
    expect(await verifyFile()).toMatchObject({ ok: true, events: 2 });
  });

  test('a failed sync ends the journal, and opening the task again goes on from what is on disk', async () => {
    let broken = true;
    const journal = await failing({ datasync: () => (broken ? ioError('EIO') : undefined) });
    await expect(journal.append(move('prepare'))).rejects.toMatchObject({ reason: 'io' });
    broken = false;
    await expect(journal.append(move('work'))).rejects.toMatchObject({ reason: 'closed' });
    await journal.close();
    const again = await opened(new FileTaskStore(roots).open('task-1'));
    expect(again.events).toHaveLength(2);
    await again.close();
  });

  test('a failed sync in the background is met by the next append', async () => {
    const journal = await failing({ datasync: () => ioError('EIO') });
    await journal.append(callRefused(1));
    await expect
      .poll(
        () =>
          journal.append(callRefused(2)).then(
            () => 'fine',
            (error) => error.reason,
          ),
        { timeout: 2000 },
      )
      .toBe('closed');
    await journal.close();
  });

  test('half a line that cannot be taken back ends the journal and is repaired at the next opening', async () => {
    const journal = await failing({ appendFile: () => ioError('ENOSPC'), truncate: () => ioError('EIO') });
    await expect(journal.append(move('prepare'))).rejects.toMatchObject({ reason: 'io' });
    await expect(journal.append(move('prepare'))).rejects.toMatchObject({ reason: 'closed' });
    await journal.close();
    const again = await opened(new FileTaskStore(roots).open('task-1'));
    expect(again.events.map((event) => event.type)).toEqual(['task-created', 'journal-recovered']);
    await again.close();
  });

  test.each([
    ['EACCES', 'access is denied (EACCES); give your user write access'],
    ['EROFS', 'mounted read-only (EROFS); mount it writable'],
    ['EIO', 'the disk reports an error (EIO); check the disk'],
    ['EWHAT', 'EWHAT: it failed; see that the folder is there'],
  ])('the message for %s names the file and the way out', async (code, text) => {
    const journal = await failing({ appendFile: () => ioError(code) });
    const error: unknown = await journal.append(move('prepare')).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ reason: 'io', message: expect.stringContaining(text) });
    expect(error).toMatchObject({ message: expect.stringContaining(`Cannot write the trace ${files().trace}: `) });
    await journal.close();
  });

  test('a trace that cannot be read as a file is a failure', async () => {
    await mkdir(files().trace, { recursive: true });
    expect(await store.open('task-1')).toMatchObject({ ok: false, error: { reason: 'io' } });
  });

  test('a head that cannot be written ends the journal', async () => {
    const journal = await written();
    await rm(files().head);
    await mkdir(files().head);
    await expect(journal.append(move('prepare'))).rejects.toMatchObject({ reason: 'io' });
    await expect(journal.append(move('work'))).rejects.toMatchObject({ reason: 'closed' });
    await journal.close();
  });

  test('an entry that is no event is refused before anything is written', async () => {
    const journal = await written();
    const size = (await stat(files().trace)).size;
    let deep: unknown = 1;
    for (let depth = 0; depth < 200_000; depth += 1) {
      deep = [deep];
    }
    const nonsense = [
      entry('vote-cast', { agent: 'a', vote: 'maybe' as 'approve', hash: 'h', reason: 'r' }),
      toolCalled('edit_file', 1n, 'write'),
      toolCalled('edit_file', deep, 'write'),
    ];
    for (const item of nonsense) {
      await expect(journal.append(item)).rejects.toMatchObject({ name: 'JournalWriteError', reason: 'invalid' });
    }
    expect((await stat(files().trace)).size).toBe(size);
    await journal.append(move('prepare'));
    await journal.close();
    expect(await verifyFile()).toMatchObject({ ok: true, events: 2 });
  });
});

describe('payloads', () => {
  test('are kept once under their hash and given back', async () => {
    await (await written()).close();
    const bytes = new TextEncoder().encode('the exact request');
    const kept = await store.putArtifact('task-1', bytes);
    expect(kept).toEqual({ sha256: sha256(bytes), bytes: bytes.length });
    expect(await store.putArtifact('task-1', bytes)).toEqual(kept);
    expect(await readdir(files().artifacts)).toEqual([kept.sha256]);
    expect(Buffer.from((await store.getArtifact('task-1', kept.sha256)) ?? [])).toEqual(Buffer.from(bytes));
  });

  test('that were damaged are not given out, and are mended when they are put again', async () => {
    await (await written()).close();
    const bytes = new TextEncoder().encode('the exact request');
    const { sha256: hash } = await store.putArtifact('task-1', bytes);
    await truncate(join(files().artifacts, hash), 3);
    expect(await store.getArtifact('task-1', hash)).toBeUndefined();
    await store.putArtifact('task-1', bytes);
    expect(await store.getArtifact('task-1', hash)).toHaveLength(bytes.length);
  });

  test('are looked up by hash only, never by path', async () => {
    await (await written()).close();
    expect(await store.getArtifact('task-1', '../trace.jsonl')).toBeUndefined();
    expect(await store.getArtifact('../task-1', 'a'.repeat(64))).toBeUndefined();
    expect(await store.getArtifact('task-1', 'a'.repeat(64))).toBeUndefined();
  });

  test('that a killed process had not finished are removed when the task is opened', async () => {
    await (await written()).close();
    await mkdir(files().artifacts);
    await writeFile(join(files().artifacts, '.tmp-1'), 'half');
    await (await opened(store.open('task-1'))).close();
    expect(await readdir(files().artifacts)).toEqual([]);
  });
});
