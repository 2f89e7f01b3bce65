import { mkdir, open, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Journal } from '../../../src/core/tasks/taskStore.ts';
import { FileJournal } from '../../../src/node/tasks/fileJournal.ts';
import { FileTaskStore } from '../../../src/node/tasks/fileTaskStore.ts';
import { JournalWriteError } from '../../../src/node/tasks/journalWriteError.ts';
import { sha256 } from '../../../src/node/tasks/sha256.ts';
import { answer, callRefused, created, entry, move, toolCalled } from '../../fakes/traceEvents.ts';
import { opened, protection, TaskFolder } from './taskFolder.ts';

let folder: TaskFolder;

beforeEach(() => {
  folder = new TaskFolder();
});

afterEach(() => folder.remove());

describe('a trace on disk', () => {
  test('is read in pages of at most 1,000 events and a few megabytes, until there are no more', async () => {
    const journal = await folder.written(...Array.from({ length: 2_100 }, (_, step) => callRefused(step)));
    const lengths: number[] = [];
    const seqs: number[] = [];
    for (;;) {
      const page = await folder.store.read('task-1', seqs.length);
      if (!page.ok || page.value.length === 0) {
        break;
      }
      lengths.push(page.value.length);
      seqs.push(...page.value.map((event) => event.seq));
    }
    expect(lengths).toEqual([1000, 1000, 101]);
    expect(seqs).toEqual(Array.from({ length: 2_101 }, (_, index) => index));
    const huge = answer({ text: 'x'.repeat(3 * 2 ** 20) });
    await journal.append(huge);
    await journal.append(huge);
    await journal.append(huge);
    const page = await folder.store.read('task-1', 2_101);
    expect(page.ok && page.value.length).toBe(2);
    await journal.close();
    expect(await folder.store.read('task-2', 0)).toMatchObject({ ok: false, error: { reason: 'missing' } });
    expect(await folder.store.read('../task-1', 0)).toMatchObject({ ok: false, error: { reason: 'missing' } });
  });

  test('is open only from an append until its journal rests', async () => {
    const isOpen = async (): Promise<boolean> => {
      const names = await readdir('/proc/self/fd');
      const targets = await Promise.all(names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')));
      return targets.includes(folder.files.trace);
    };
    const journal = await opened(folder.store.create('task-1'));
    expect(await isOpen()).toBe(false);
    await journal.append(created());
    await journal.append(callRefused(1));
    expect(await isOpen()).toBe(true);
    await journal.rest();
    expect(await isOpen()).toBe(false);
    expect(await folder.signedSeq()).toBe(1);
    await journal.append(move('prepare'));
    await journal.rest();
    await journal.close();
    expect(await folder.verify()).toMatchObject({ ok: true, events: 3 });
  });

  test('that somebody else wrote to while it was not open is not appended to', async () => {
    const journal = await folder.written();
    await journal.rest();
    await writeFile(folder.files.trace, 'x\n', { flag: 'a' });
    await expect(journal.append(move('prepare'))).rejects.toMatchObject({
      reason: 'closed',
      message: expect.stringContaining('written to by somebody else'),
    });
    expect(journal.broken).toBe(true);
    await journal.close();
    expect(await folder.reopen()).toMatchObject({ ok: false, error: { reason: 'corrupt' } });
  });

  test('that was removed is not made anew by an append', async () => {
    const journal = await folder.written();
    await journal.rest();
    await rm(folder.files.trace);
    await expect(journal.append(move('prepare'))).rejects.toMatchObject({ reason: 'io' });
    expect(await readdir(folder.files.folder)).toEqual([]);
    await journal.close();
  });

  test('is removed with all that was kept of the task', async () => {
    await (await folder.written()).close();
    await folder.store.putArtifact('task-1', new Uint8Array(3));
    await folder.store.remove('task-1');
    expect([await readdir(folder.roots.directory), await readdir(folder.roots.heads)]).toEqual([[], []]);
  });
});

describe('a disk that refuses', () => {
  /** The real file behind a handle of which single calls fail. */
  async function failing(
    faults: Partial<Record<'appendFile' | 'datasync' | 'truncate', () => unknown>>,
  ): Promise<Journal> {
    await (await folder.written()).close();
    const bytes = await readFile(folder.files.trace);
    const handle = await open(folder.files.trace, 'a');
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
    const start = { head: { seq: 0, hash: sha256(bytes.subarray(0, -1)) }, size: bytes.length, headIsBehind: false };
    return new FileJournal('task-1', folder.files, start, {
      protection,
      clock: { now: () => 0, monotonic: () => 0 },
      onClose: () => undefined,
      openFile: async () => wrapped,
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
    expect(await folder.verify()).toMatchObject({ ok: true, events: 1 });
    full = false;
    await journal.append(move('prepare'));
    await journal.close();
    expect(await folder.verify()).toMatchObject({ ok: true, events: 2 });
  });

  test('a failed sync ends the journal, and opening the task again goes on from what is on disk', async () => {
    let broken = true;
    const journal = await failing({ datasync: () => (broken ? ioError('EIO') : undefined) });
    await expect(journal.append(move('prepare'))).rejects.toMatchObject({ reason: 'io' });
    broken = false;
    await expect(journal.append(move('work'))).rejects.toMatchObject({ reason: 'closed' });
    await journal.close();
    const again = await opened(folder.reopen(new FileTaskStore({ ...folder.roots, protection })));
    expect(again.count).toBe(2);
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
    const again = await opened(folder.reopen(new FileTaskStore({ ...folder.roots, protection })));
    expect((await folder.events()).map((event) => event.type)).toEqual(['task-created', 'journal-recovered']);
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
    expect(error).toMatchObject({ message: expect.stringContaining(`Cannot write the trace ${folder.files.trace}: `) });
    await journal.close();
  });

  test('a trace that cannot be read as a file is a failure', async () => {
    await mkdir(folder.files.trace, { recursive: true });
    expect(await folder.reopen()).toMatchObject({ ok: false, error: { reason: 'io' } });
  });

  test('a head that cannot be written ends the journal', async () => {
    const journal = await folder.written();
    await rm(folder.files.head);
    await mkdir(folder.files.head);
    await expect(journal.append(move('prepare'))).rejects.toMatchObject({ reason: 'io' });
    expect(journal.broken).toBe(true);
    await expect(journal.append(move('work'))).rejects.toMatchObject({ reason: 'closed' });
    await journal.close();
  });

  test('an entry that is no event is refused before anything is written', async () => {
    const journal = await folder.written();
    const size = (await stat(folder.files.trace)).size;
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
    expect((await stat(folder.files.trace)).size).toBe(size);
    await journal.append(move('prepare'));
    await journal.close();
    expect(await folder.verify()).toMatchObject({ ok: true, events: 2 });
  });
});
