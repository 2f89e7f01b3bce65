import { describe, expect, test } from 'vitest';
import { failure } from '../../../../src/base/failure.ts';
import { fail, ok } from '../../../../src/base/result.ts';
import type { Entity, GraphQuery, GraphResult } from '../../../../src/protocol/memory.ts';
import { openHit } from '../../../../src/vscode/memory/openHit.ts';
import { showGraph, showRelated } from '../../../../src/vscode/memory/showRelated.ts';
import { MemoryEditor, settled } from '../../../fakes/editor/memoryEditor.ts';
import { recallHit } from '../../../fakes/sampleMemory.ts';

const root = '/home/me/app';
const add: Entity = {
  id: 'symbol:src/cart.ts#Cart.add',
  kind: 'symbol',
  label: 'Cart.add',
  path: 'src/cart.ts',
  startLine: 12,
};
const caller: Entity = {
  id: 'symbol:src/shop.ts#buy',
  kind: 'symbol',
  label: 'buy',
  path: 'src/shop.ts',
  startLine: 4,
};
const other: Entity = { ...caller, id: 'symbol:src/shop.ts#sell', label: 'sell', startLine: 40 };
const test1: Entity = { id: 'test:test/cart.test.ts', kind: 'test', label: 'cart.test.ts', path: 'test/cart.test.ts' };
const commit: Entity = { id: 'commit:abc', kind: 'commit', label: 'Round once' };
const nothing: GraphResult = { others: [], entities: [], edges: [] };

function answer({ entity, question }: GraphQuery): GraphResult {
  if (entity !== 'add' && entity !== add.id) {
    return nothing;
  }
  const of: Partial<Record<GraphQuery['question'], readonly [Entity, number][]>> = {
    'called-by': [
      [caller, 1],
      [other, 5],
      [add, 9],
    ],
    'tested-by': [[test1, 1]],
    history: [[commit, 1]],
  };
  const found = of[question] ?? [];
  return {
    center: add,
    others: question === 'calls' ? [{ ...add, id: 'symbol:src/list.ts#add', label: 'add', path: 'src/list.ts' }] : [],
    entities: found.map(([each]) => each),
    edges: found.map(([{ id }, weight]) => ({ from: id, to: add.id, kind: 'calls', weight })),
  };
}

function editorWith(graph: (query: GraphQuery) => GraphResult = answer) {
  const editor = new MemoryEditor();
  editor.host.answers = { graph: (query) => ok(graph(query)) };
  editor.name = 'add';
  editor.code = { path: `${root}/src/cart.ts`, startLine: 12, endLine: 12, selection: '', lines: [], problems: [] };
  return editor;
}

describe('Related to This', () => {
  test('groups what stands around the name under the cursor, the strongest tie first, and opens the chosen place', async () => {
    const editor = editorWith();
    editor.words.push('buy');
    expect(await showRelated(editor.context, undefined)).toEqual(caller);
    expect(editor.picks).toEqual([
      [
        ['callers', ['sell', 'buy']],
        ['tests', ['cart.test.ts']],
        ['history', ['Round once']],
        ['of the same name', ['add']],
      ],
    ]);
    expect(editor.places).toEqual([{ how: 'open', place: { path: `${root}/src/shop.ts`, startLine: 4 } }]);
  });

  test('takes the file where nothing is known of the name', async () => {
    const asked: string[] = [];
    const editor = editorWith((query) => {
      asked.push(query.entity);
      return query.entity === 'file:src/cart.ts' ? { ...nothing, center: add, entities: [caller] } : nothing;
    });
    editor.words.push('buy');
    await showRelated(editor.context, undefined);
    expect([...new Set(asked)]).toEqual(['add', 'file:src/cart.ts']);
    expect(editor.picks).toHaveLength(1);
  });

  test('takes a file of the explorer, and not the name in an editor of another one', async () => {
    const asked: string[] = [];
    const editor = editorWith((query) => {
      asked.push(query.entity);
      return nothing;
    });
    await showRelated(editor.context, { scheme: 'file', fsPath: `${root}/docs/a.md` });
    expect([...new Set(asked)]).toEqual(['file:docs/a.md']);
    expect(editor.mentions).toEqual(['Nothing is known around "docs/a.md" yet.']);
  });

  test('says a failure, and shows no half of an answer', async () => {
    const editor = editorWith();
    editor.host.answers = { graph: () => fail(failure('memory-off', 'The memory is off.')) };
    expect(await showRelated(editor.context, undefined)).toBeUndefined();
    await settled();
    expect([editor.picks, editor.notes[0]?.message]).toEqual([[], 'The memory is off.']);
  });

  test('opens what has no place in the graph', async () => {
    const editor = editorWith();
    editor.words.push('Round once', 'buy#graph');
    await showRelated(editor.context, undefined);
    await showRelated(editor.context, undefined);
    expect(editor.graphs).toEqual([
      [root, 'commit:abc'],
      [root, caller.id],
    ]);
  });

  test('shows what a commit touched, where one was found by a search', async () => {
    const editor = editorWith((query) =>
      query.entity === 'commit:abc' ? { ...nothing, center: commit, entities: [caller] } : nothing,
    );
    editor.words.push('buy');
    const hit = recallHit({ kind: 'commit', path: undefined, commit: { id: 'abc', author: 'A', time: '2026-01-01' } });
    await openHit(editor.context, root, hit, [], false);
    expect(editor.places).toHaveLength(1);
  });
});

test('Show in Graph draws around the name under the cursor', async () => {
  const editor = editorWith();
  expect(await showGraph(editor.context, undefined)).toBe('add');
  expect(editor.graphs).toEqual([[root, 'add']]);
  editor.code = undefined;
  editor.name = undefined;
  expect(await showGraph(editor.context, undefined)).toBeUndefined();
});
