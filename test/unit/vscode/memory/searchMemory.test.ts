import { describe, expect, test } from 'vitest';
import { failure } from '../../../../src/base/failure.ts';
import { fail, ok } from '../../../../src/base/result.ts';
import type { RecallHit, RecallQuery } from '../../../../src/protocol/memory.ts';
import { searchMemory, searchMemoryForSelection } from '../../../../src/vscode/memory/searchMemory.ts';
import { MemoryEditor, settled } from '../../../fakes/editor/memoryEditor.ts';
import { memoryStatus, recallHit } from '../../../fakes/sampleMemory.ts';
import { readyTask } from '../../../fakes/sampleTasks.ts';

function editorWith(hits: readonly RecallHit[], missing: string[] = [], terms: string[] = []) {
  const editor = new MemoryEditor();
  editor.host.remember(memoryStatus());
  const asked: RecallQuery[] = [];
  editor.host.answers = {
    recall: (query) => {
      asked.push(query);
      return ok({ hits: [...hits], missing, understood: { terms, frames: 0 }, milliseconds: 4.2 });
    },
  };
  return { editor, asked };
}

const code = {
  path: '/home/me/app/src/cart.ts',
  startLine: 3,
  endLine: 4,
  selection: 'TypeError: x\n    at add (src/cart.ts:3:5)',
  lines: ['  total += item.price;'],
  problems: [],
};

describe('Search Memory', () => {
  test('shows what is found while it is typed and opens what is chosen, with a look at it before', async () => {
    const { editor, asked } = editorWith([recallHit()]);
    editor.typed.push({ text: 'kind:code add to cart', choose: 'Cart.add' });
    expect(await searchMemory(editor.context, undefined)).toMatchObject({ symbol: 'Cart.add' });
    expect(asked).toEqual([{ query: 'add to cart', kinds: ['code'], count: 50, snippetTokens: 0 }]);
    expect(editor.searches[0]).toMatchObject({ title: 'Search Memory · 1 found in 4 ms' });
    const place = { path: '/home/me/app/src/cart.ts', startLine: 12, endLine: 30 };
    expect(editor.places).toEqual([
      { how: 'preview', place },
      { how: 'open', place },
    ]);
  });

  test('puts the editor back where the person turns away', async () => {
    const { editor } = editorWith([recallHit()]);
    editor.typed.push({ text: 'cart', choose: 'Cart.add', escape: true });
    expect(await searchMemory(editor.context, undefined)).toBeUndefined();
    expect(editor.places.map(({ how }) => how)).toEqual(['preview', 'restore']);
  });

  test('asks nothing while nothing is typed, and offers the filters', async () => {
    const { editor, asked } = editorWith([]);
    editor.typed.push({ text: '', choose: 'kind:commit' }, { text: 'kind:commit a' });
    await searchMemory(editor.context, undefined);
    expect(editor.searches[0]?.rows.map(([, label]) => label)).toEqual([
      'kind:commit',
      'path:src/**',
      'lang:typescript',
      'since:2w',
      'until:2026-01-31',
    ]);
    expect(asked).toEqual([{ query: 'a', kinds: ['commit'], count: 50, snippetTokens: 0 }]);
  });

  test('goes on from a filter that was chosen', async () => {
    const { editor } = editorWith([]);
    editor.typed.push({ text: '', choose: 'kind:commit' }, {});
    await searchMemory(editor.context, undefined);
    expect(editor.searches[1]?.text).toBe('kind:commit ');
  });

  test('says what was not searched, and where nothing was found', async () => {
    const { editor } = editorWith([], ['vectors: the model cannot be read']);
    editor.memorySettings = {
      ...editor.memorySettings,
      embedding: { by: 'ollama', host: 'http://localhost', model: 'm' },
    };
    editor.typed.push({ text: 'zzz' });
    await searchMemory(editor.context, undefined);
    expect(editor.searches[0]).toMatchObject({
      title: 'Search Memory · nothing found · not searched: vectors: the model cannot be read',
      rows: [
        ['info', 'Nothing found', 'with these words and filters', 'Not searched: vectors: the model cannot be read'],
      ],
    });
  });

  test('does not tell of vectors where the person wants none', async () => {
    const { editor } = editorWith([], ['vectors: no embedding model is set']);
    editor.typed.push({ text: 'zzz' });
    await searchMemory(editor.context, undefined);
    expect(editor.searches[0]).toMatchObject({
      title: 'Search Memory · nothing found',
      rows: [['info', 'Nothing found', 'with these words and filters', '']],
    });
  });

  test.each([undefined, memoryStatus({ state: 'scanning' }), memoryStatus({ state: 'indexing' })])(
    'says that more may come while files are read',
    async (status) => {
      const { editor } = editorWith([]);
      editor.host.remember(status);
      editor.typed.push({ text: 'zzz' });
      await searchMemory(editor.context, undefined);
      expect(editor.searches[0]).toMatchObject({
        title: 'Search Memory · nothing found, still indexing',
        early: true,
        rows: [['info', 'Nothing found yet', 'files are still being indexed; what comes is shown here', '']],
      });
    },
  );

  test('asks for words where only a filter is typed', async () => {
    const { editor } = editorWith([]);
    editor.typed.push({ text: 'kind:commit ' });
    await searchMemory(editor.context, undefined);
    expect(editor.searches[0]).toMatchObject({
      early: false,
      rows: [['info', 'Type what to look for', 'a filter narrows a search and finds nothing by itself', '']],
    });
  });

  test('leads to the words in what was found, and to the line that the question names', async () => {
    const { editor } = editorWith([recallHit(), recallHit({ title: 'named', line: 17 })], [], ['cart', 'add']);
    editor.typed.push({ text: 'cart', choose: 'Cart.add' }, { text: 'cart', choose: 'named' });
    await searchMemory(editor.context, undefined);
    await searchMemory(editor.context, undefined);
    const path = '/home/me/app/src/cart.ts';
    expect(editor.places.filter(({ how }) => how === 'open').map(({ place }) => place)).toEqual([
      { path, startLine: 12, endLine: 30, words: ['cart', 'add'] },
      { path, startLine: 17 },
    ]);
  });

  test('shows a failure as a row whose choice is the way out', async () => {
    const { editor } = editorWith([]);
    editor.host.answers = { recall: () => fail(failure('memory-off', 'The memory is off.')) };
    editor.typed.push({ text: 'a', choose: 'The memory is off.' });
    await searchMemory(editor.context, undefined);
    expect(editor.ran).toEqual([['workbench.action.openSettings', 'nightshift.memory.enabled']]);
  });

  test('opens to the side, or in the graph, by the buttons of a row', async () => {
    const { editor } = editorWith([recallHit()]);
    editor.typed.push({ text: 'a', choose: 'Cart.add', button: 'side' });
    await searchMemory(editor.context, undefined);
    expect(editor.places.at(-1)?.how).toBe('beside');
    editor.typed.push({ text: 'a', choose: 'Cart.add', button: 'graph' });
    await searchMemory(editor.context, undefined);
    expect(editor.graphs).toEqual([['/home/me/app', 'symbol:src/cart.ts#Cart.add']]);
  });

  test('opens the review of an episode’s task', async () => {
    const task = readyTask();
    const { editor } = editorWith([
      recallHit({
        kind: 'episode',
        title: 'Solved',
        path: undefined,
        episode: { id: 'e', task: task.id, outcome: 'accepted', stale: false },
      }),
    ]);
    editor.host.put(task);
    editor.typed.push({ text: 'a', choose: 'Solved' });
    await searchMemory(editor.context, undefined);
    expect(editor.ran).toEqual([['nightshift.reviewTask', { root: '/home/me/app', task: task.id }]]);
  });

  test('never opens a place outside of the repository, and says where a file is gone', async () => {
    const { editor } = editorWith([
      recallHit({ path: '../../etc/passwd', title: 'out' }),
      recallHit({ path: 'gone.ts', title: 'gone' }),
    ]);
    editor.gone = ['/home/me/app/gone.ts'];
    editor.typed.push({ text: 'a', choose: 'out' }, { text: 'a', choose: 'gone' });
    await searchMemory(editor.context, undefined);
    expect(editor.places).toEqual([]);
    await searchMemory(editor.context, undefined);
    expect(editor.mentions).toEqual([
      '../../etc/passwd cannot be opened: it may be gone since it was indexed.',
      'gone.ts cannot be opened: it may be gone since it was indexed.',
    ]);
  });

  test.each([
    [
      'off',
      (editor: MemoryEditor) => (editor.memorySettings = { ...editor.memorySettings, enabled: false }),
      /memory is off/,
    ],
    ['without a folder', (editor: MemoryEditor) => (editor.folders = []), /No folder is open/],
    ['restricted', (editor: MemoryEditor) => (editor.trusted = false), /Restricted Mode/],
    ['no repository', (editor: MemoryEditor) => (editor.repositories = []), /is a git repository/],
  ])('asks nothing where the memory is %s', async (_name, change, words) => {
    const { editor, asked } = editorWith([recallHit()]);
    change(editor);
    editor.typed.push({ text: 'a', choose: 'Cart.add' });
    expect(await searchMemory(editor.context, undefined)).toBeUndefined();
    await settled();
    expect([asked, editor.searches]).toEqual([[], []]);
    expect(editor.notes[0]?.message).toMatch(words);
  });
});

describe('Search Memory for Selection', () => {
  test('asks for the whole selection, lines and all, while the box shows it on one line', async () => {
    const { editor, asked } = editorWith([]);
    editor.code = code;
    editor.typed.push({});
    await searchMemoryForSelection(editor.context, undefined);
    expect(editor.searches[0]?.text).toBe('TypeError: x at add (src/cart.ts:3:5)');
    expect(asked[0]?.query).toBe(code.selection);
  });

  test('takes the problem under the cursor, else the line, where nothing is selected', async () => {
    const { editor, asked } = editorWith([]);
    const problem = { message: 'Cannot find name', startLine: 3, endLine: 3 };
    editor.code = { ...code, selection: '', problems: [problem] };
    editor.typed.push({}, {});
    await searchMemoryForSelection(editor.context, undefined);
    editor.code = { ...code, selection: '' };
    await searchMemoryForSelection(editor.context, undefined);
    expect(asked.map(({ query }) => query)).toEqual(['Cannot find name', 'total += item.price;']);
  });

  test('does nothing without an editor', async () => {
    const { editor, asked } = editorWith([]);
    await searchMemoryForSelection(editor.context, undefined);
    expect(asked).toEqual([]);
  });
});
