import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ok } from '../../../../src/base/result.ts';
import { largestHint } from '../../../../src/protocol/memoryMethods.ts';
import { type Hint, HintBatch } from '../../../../src/vscode/memory/hintBatch.ts';
import { type WindowFiles, WindowWatching } from '../../../../src/vscode/memory/windowWatching.ts';
import { readMemorySettings } from '../../../../src/vscode/settings/memorySettings.ts';
import { MemoryEditor } from '../../../fakes/editor/memoryEditor.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('hints', () => {
  test('of what is saved after a calm are sent at once, and of several files together', () => {
    const sent: Hint[] = [];
    const batch = new HintBatch((hint) => sent.push(hint));
    batch.addChanged('a');
    batch.addChanged('b');
    vi.advanceTimersByTime(10);
    expect(sent).toEqual([{ changed: ['a', 'b'], used: [] }]);
    vi.advanceTimersByTime(200);
    batch.addChanged('c');
    vi.advanceTimersByTime(10);
    expect(sent.slice(1)).toEqual([{ changed: ['c'], used: [] }]);
  });

  test('that follow come together a rest after the last change, each path once', () => {
    const sent: Hint[] = [];
    const batch = new HintBatch((hint) => sent.push(hint));
    batch.addChanged('first');
    vi.advanceTimersByTime(10);
    sent.splice(0);
    batch.addChanged('a');
    vi.advanceTimersByTime(60);
    batch.addChanged('b');
    batch.addChanged('a');
    batch.addUsed('c');
    vi.advanceTimersByTime(99);
    expect(sent).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(sent).toEqual([{ changed: ['a', 'b'], used: ['c'] }]);
  });

  test('are not held back by changes that never rest', () => {
    const sent: Hint[] = [];
    const batch = new HintBatch((hint) => sent.push(hint));
    for (let at = 0; at < 40; at += 1) {
      batch.addChanged(`f${at}`);
      vi.advanceTimersByTime(50);
    }
    // The first at once; each wait of a second ends with what came in it.
    expect(sent.map(({ changed }) => changed.length)).toEqual([1, 20]);
    vi.advanceTimersByTime(100);
    expect(sent.map(({ changed }) => changed.length)).toEqual([1, 20, 19]);
  });

  test('leave out what git keeps for itself and what is installed', () => {
    const sent: Hint[] = [];
    const batch = new HintBatch((hint) => sent.push(hint));
    for (const path of ['.git/index', 'a/.git/HEAD', '.git', 'node_modules/x/a.js', 'p/node_modules', '']) {
      batch.addChanged(path);
    }
    vi.advanceTimersByTime(2_000);
    expect(sent).toEqual([]);
    batch.addChanged('.gitignore');
    vi.advanceTimersByTime(100);
    expect(sent).toEqual([{ changed: ['.gitignore'], used: [] }]);
  });

  test('of a whole checkout are sent in parts that a host takes', () => {
    const sent: Hint[] = [];
    const batch = new HintBatch((hint) => sent.push(hint));
    for (let at = 0; at < largestHint * 2 + 1; at += 1) {
      batch.addChanged(`f${at}`);
    }
    vi.advanceTimersByTime(1_000);
    expect(sent.map(({ changed }) => changed.length)).toEqual([largestHint, largestHint, 1]);
  });
});

describe('what a window lends', () => {
  function watching(watchesAll = true) {
    const editor = new MemoryEditor();
    editor.host.answers = { setMemory: () => ok({}), memoryHint: () => ok({}) };
    const on: Parameters<WindowFiles['watch']>[0][] = [];
    const ended: number[] = [];
    const made = new WindowWatching(editor.context, {
      watch: (listeners) => {
        on.push(listeners);
        return { dispose: () => void ended.push(on.length) };
      },
      open: () => ['/home/me/app/src/open.ts', '/elsewhere/b.ts'],
      watchesAll: () => watchesAll,
    });
    const asked = () => editor.host.requests.map(({ method, params }) => [method, params] as const);
    return { editor, made, on, ended, asked };
  }

  test('is nothing before a host is connected', () => {
    const { editor, made, on, asked } = watching();
    editor.host.become({ kind: 'absent' });
    editor.host.become({ kind: 'connecting' });
    vi.advanceTimersByTime(5_000);
    expect([made.isWatching, on, asked(), editor.host.connects]).toEqual([false, [], [], []]);
  });

  test('are the settings, what is open, and what changes inside of the repository', () => {
    const { editor, on, asked } = watching();
    editor.host.become({ kind: 'connected' });
    vi.advanceTimersByTime(100);
    on[0]?.changed('/home/me/app/src/a.ts');
    on[0]?.changed('/home/me/application/b.ts');
    on[0]?.used('/home/me/app/src/c.ts');
    vi.advanceTimersByTime(100);
    expect(asked()).toEqual([
      ['setMemory', { enabled: true, embedding: { by: 'none' }, exclude: [], windowWatches: true }],
      ['memoryHint', { changed: [], used: ['src/open.ts'] }],
      ['memoryHint', { changed: ['src/a.ts'], used: ['src/c.ts'] }],
    ]);
  });

  test('is told again after a lost connection and where settings change, and ends with the connection', () => {
    const { editor, made, on, ended, asked } = watching();
    editor.host.become({ kind: 'connected' });
    editor.host.become({ kind: 'connected' });
    editor.memorySettings = { ...editor.memorySettings, exclude: ['dist/**'] };
    made.settingsChanged();
    expect(asked().filter((request) => JSON.stringify(request).includes('setMemory'))).toHaveLength(3);
    expect(on).toHaveLength(1);
    on[0]?.changed('/home/me/app/late.ts');
    editor.host.become({ kind: 'absent' });
    const before = asked().length;
    vi.advanceTimersByTime(5_000);
    expect([made.isWatching, ended, asked().length]).toEqual([false, [1], before]);
  });

  test('is taken back before hints stop, where the memory is turned off', () => {
    const { editor, made, on, asked } = watching();
    editor.host.become({ kind: 'connected' });
    on[0]?.changed('/home/me/app/src/a.ts');
    editor.memorySettings = { ...editor.memorySettings, enabled: false };
    made.settingsChanged();
    expect(
      asked()
        .filter(([method]) => method === 'setMemory')
        .at(-1)?.[1],
    ).toMatchObject({ windowWatches: false });
    expect(made.isWatching).toBe(false);
  });

  test('is nothing while the memory is off, from the moment that it is', () => {
    const { editor, made, asked } = watching();
    editor.host.become({ kind: 'connected' });
    editor.memorySettings = { ...editor.memorySettings, enabled: false };
    made.settingsChanged();
    const before = asked().length;
    editor.host.become({ kind: 'connected' });
    vi.advanceTimersByTime(1_000);
    expect(made.isWatching).toBe(false);
    expect(asked().slice(before)).toMatchObject([['setMemory', { enabled: false, windowWatches: false }]]);
  });

  test.each([
    ['only a part of the repository is open', true, ['/home/me/app/src']],
    ['the editor leaves files out of what it watches', false, ['/home/me/app']],
  ])('does not watch for the host where %s', (_name, watchesAll, folders) => {
    const { editor, asked } = watching(watchesAll);
    editor.folders = folders;
    editor.host.become({ kind: 'connected' });
    expect(asked()[0]).toMatchObject(['setMemory', { windowWatches: false }]);
  });
});

describe('settings of the memory', () => {
  const read = (values: Readonly<Record<string, unknown>>, environment = {}) =>
    readMemorySettings((name) => values[name], environment);

  test('make no vectors and leave nothing out unless the person says so', () => {
    expect(read({})).toEqual({ enabled: true, embedding: { by: 'none' }, exclude: [] });
    expect(read({ 'memory.enabled': 'no', 'memory.embedding': 7, 'memory.exclude': [1, 'a', ' '] })).toEqual({
      enabled: true,
      embedding: { by: 'none' },
      exclude: ['a'],
    });
    expect(read({ 'memory.enabled': false }).enabled).toBe(false);
  });

  test('name a folder of a model by its last part, and say where there is none', () => {
    const folder = '/models/acme/small/';
    expect(read({ 'memory.embedding': 'transformers', 'memory.modelFolder': folder })).toMatchObject({
      embedding: { by: 'transformers', folder, name: 'small' },
    });
    expect(read({ 'memory.embedding': 'transformers' })).toMatchObject({
      embedding: { by: 'none' },
      problem: expect.stringContaining('nightshift.memory.modelFolder'),
    });
  });

  test('find the server of Ollama in its setting, else in its own variable', () => {
    const ollama = { 'memory.embedding': 'ollama' };
    const host = (values: object, environment = {}) => read({ ...ollama, ...values }, environment).embedding;
    expect(host({})).toEqual({ by: 'ollama', host: 'http://127.0.0.1:11434', model: 'nomic-embed-text' });
    expect(host({}, { OLLAMA_HOST: 'box:1' })).toMatchObject({ host: 'box:1' });
    expect(host({ 'ollama.host': 'http://gpu:1', 'memory.ollamaModel': 'bge' }, { OLLAMA_HOST: 'box:1' })).toEqual({
      by: 'ollama',
      host: 'http://gpu:1',
      model: 'bge',
    });
  });
});
