import { describe, expect, test } from 'vitest';
import { failure } from '../../../../src/base/failure.ts';
import { fail, ok } from '../../../../src/base/result.ts';
import { explainFile } from '../../../../src/vscode/memory/explainFile.ts';
import { forgetEpisode, forgetMemory } from '../../../../src/vscode/memory/forgetMemory.ts';
import { openEpisode } from '../../../../src/vscode/memory/openEpisode.ts';
import { pauseMemory, resumeMemory } from '../../../../src/vscode/memory/pauseMemory.ts';
import { rebuildMemory } from '../../../../src/vscode/memory/rebuildMemory.ts';
import { memoryKey } from '../../../../src/vscode/memory/memoryKey.ts';
import { MemoryTaskHost } from '../../../fakes/editor/memoryTaskHost.ts';
import { MemoryEditor, settled } from '../../../fakes/editor/memoryEditor.ts';
import { memoryStatus } from '../../../fakes/sampleMemory.ts';

const root = '/home/me/app';
const asked = ({ host }: MemoryEditor): readonly unknown[] =>
  host.requests.map(({ method, params }) => [method, params]);

describe('pause and resume', () => {
  test('pause what is at work, and nothing that does not run', async () => {
    const editor = new MemoryEditor();
    editor.host.answers = { pauseMemory: () => ok({}) };
    expect(await pauseMemory(editor.context, undefined)).toBe(0);
    expect(editor.mentions).toEqual(['The memory is not at work.']);
    editor.host.remember(memoryStatus());
    expect(await pauseMemory(editor.context, undefined)).toBe(1);
    editor.host.remember(memoryStatus({ state: 'paused', paused: 'user' }));
    expect(await resumeMemory(editor.context, undefined)).toBe(1);
    expect(asked(editor)).toEqual([
      ['pauseMemory', { paused: true }],
      ['pauseMemory', { paused: false }],
    ]);
  });

  test('act on the repository of a row alone', async () => {
    const editor = new MemoryEditor();
    const other = editor.context.hosts.of('/home/me/other');
    if (!(other instanceof MemoryTaskHost)) {
      throw new TypeError('the hosts of tests are in memory');
    }
    for (const host of [editor.host, other]) {
      host.answers = { pauseMemory: () => ok({}) };
      host.remember(memoryStatus({ state: 'paused', paused: 'user' }));
    }
    expect(await resumeMemory(editor.context, { root: '/home/me/other', label: 'other' })).toBe(1);
    expect(asked(editor)).toEqual([]);
    expect(other.requests.map(({ params }) => params)).toEqual([{ paused: false }]);
    expect(await resumeMemory(editor.context, undefined)).toBe(2);
  });

  test('menus know whether all, some or none are paused by the person', () => {
    const paused = { paused: 'user' } as const;
    expect(memoryKey(false, [paused])).toBe('off');
    expect(memoryKey(true, [])).toBe('idle');
    expect(memoryKey(true, [{ paused: 'battery' }, {}])).toBe('on');
    expect(memoryKey(true, [paused, {}])).toBe('mixed');
    expect(memoryKey(true, [paused, paused])).toBe('paused');
  });

  test('a pause of the machine is not one of the person', async () => {
    const editor = new MemoryEditor();
    editor.host.answers = { pauseMemory: () => ok({}) };
    editor.host.remember(memoryStatus({ state: 'paused', paused: 'battery' }));
    expect(await resumeMemory(editor.context, undefined)).toBe(0);
    expect(await pauseMemory(editor.context, undefined)).toBe(1);
  });
});

describe('rebuild', () => {
  test('asks first, and does nothing without a yes', async () => {
    const editor = new MemoryEditor();
    editor.host.answers = { rebuildMemory: () => ok({}) };
    expect(await rebuildMemory(editor.context, { root })).toBe(false);
    expect(asked(editor)).toEqual([]);
    editor.agreements.push(true);
    expect(await rebuildMemory(editor.context, { root })).toBe(true);
    expect(asked(editor)).toEqual([['rebuildMemory', {}]]);
    expect(editor.details[0]).toContain('What was solved before is kept.');
  });
});

describe('forget', () => {
  const gone = () => ok({ episodes: 1, files: 0, vectors: 12 });

  test('removes an episode after a question', async () => {
    const editor = new MemoryEditor();
    editor.host.answers = { forget: gone };
    const row = { root, episode: 'e1', label: 'Fix the cart', task: 't' };
    expect(await forgetEpisode(editor.context, row)).toBeUndefined();
    editor.agreements.push(true);
    expect(await forgetEpisode(editor.context, row)).toEqual({ episodes: 1, files: 0, vectors: 12 });
    expect(asked(editor)).toEqual([['forget', { what: 'episode', id: 'e1' }]]);
    expect(editor.confirmations).toEqual(['Forget "Fix the cart"?', 'Forget "Fix the cart"?']);
    expect(editor.mentions).toEqual(['Forgotten: 1 episode, 0 files, 12 vectors.']);
  });

  test('removes the open file, or everything', async () => {
    const editor = new MemoryEditor();
    editor.host.answers = { forget: gone };
    editor.code = { path: `${root}/src/a.ts`, startLine: 1, endLine: 1, selection: '', lines: [], problems: [] };
    editor.words.push('Forget the Open File', 'Forget Everything');
    editor.agreements.push(true, true);
    await forgetMemory(editor.context, undefined);
    await forgetMemory(editor.context, undefined);
    expect(asked(editor)).toEqual([
      ['forget', { what: 'path', path: 'src/a.ts' }],
      ['forget', { what: 'all' }],
    ]);
  });

  test('is not called on anything but an episode', async () => {
    const editor = new MemoryEditor();
    expect(await forgetEpisode(editor.context, { root })).toBeUndefined();
    expect(editor.confirmations).toEqual([]);
  });
});

describe('explain', () => {
  test('says why the open file is left out', async () => {
    const editor = new MemoryEditor();
    editor.code = { path: `${root}/dist/a.js`, startLine: 1, endLine: 1, selection: '', lines: [], problems: [] };
    editor.host.answers = {
      explainPath: ({ path }) => ok({ path, state: 'skipped', text: 'dist/ in .gitignore', chunks: 0 }),
    };
    expect(await explainFile(editor.context, undefined)).toMatchObject({ state: 'skipped' });
    await settled();
    expect(editor.notes[0]?.message).toBe('dist/a.js is left out: dist/ in .gitignore');
    editor.host.answers = { explainPath: () => fail(failure('memory-off', 'Off.')) };
    expect(await explainFile(editor.context, undefined)).toBeUndefined();
    editor.code = undefined;
    expect(await explainFile(editor.context, undefined)).toBeUndefined();
    expect(editor.mentions).toEqual(['Open a file of the repository first.']);
  });
});

test('the task of an episode that is gone is said to be', async () => {
  const editor = new MemoryEditor();
  await openEpisode(editor.context, { root, task: 'task-gone' });
  expect([editor.ran, editor.mentions[0]]).toEqual([[], expect.stringContaining('is gone')]);
});
