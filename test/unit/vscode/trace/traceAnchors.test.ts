import { beforeEach, describe, expect, test } from 'vitest';
import { ok } from '../../../../src/base/result.ts';
import type { TaskView } from '../../../../src/protocol/taskView.ts';
import { verifyTrace } from '../../../../src/vscode/trace/verifyTrace.ts';
import { watchTraces } from '../../../../src/vscode/trace/watchTraces.ts';
import { MemoryEditor, settled } from '../../../fakes/editor/memoryEditor.ts';
import { readyTask } from '../../../fakes/sampleTasks.ts';

let editor: MemoryEditor;
const root = '/home/me/app';

function task(events: number, head: string, changes: Partial<TaskView> = {}): TaskView {
  const ready = readyTask({ id: 'task-1', goal: 'Fix it', createdAt: '2026-01-01T00:00:00.000Z' });
  return { ...ready, trace: { path: '/t/trace.jsonl', events, head }, ...changes };
}

beforeEach(() => {
  editor = new MemoryEditor();
});

/** The window as it was started with what an earlier one remembered. */
async function laterWindow(): Promise<MemoryEditor> {
  const later = new MemoryEditor();
  editor.secrets.forEach((value, key) => later.secrets.set(key, value));
  watchTraces(later.context);
  return later;
}

async function shown(window: MemoryEditor, view: TaskView): Promise<readonly string[]> {
  window.host.put(view);
  await settled();
  await settled();
  return window.notes.map(({ kind, message }) => `${kind}: ${message}`);
}

describe('an editor that remembers traces', () => {
  beforeEach(async () => {
    watchTraces(editor.context);
    expect(await shown(editor, task(10, 'aa'))).toEqual([]);
    expect(await editor.context.anchors.head(root, 'task-1')).toEqual({ seq: 9, hash: 'aa' });
  });

  test('is content with a trace that stayed or went on', async () => {
    const later = await laterWindow();
    expect(await shown(later, task(10, 'aa'))).toEqual([]);
    expect(await shown(later, task(12, 'bb', { state: 'applied' }))).toEqual([]);
    expect(await later.context.anchors.head(root, 'task-1')).toEqual({ seq: 11, hash: 'bb' });
  });

  test('says once that a trace was put back together with its checkpoint', async () => {
    const later = await laterWindow();
    const said = 'error: The trace of "Fix it" was put back: it has 7 events, and had 10 when this editor saw it last';
    expect(await shown(later, task(7, '77'))).toEqual([expect.stringContaining(said)]);
    expect(await shown(later, task(7, '77'))).toHaveLength(1);
    expect(await later.context.anchors.head(root, 'task-1')).toEqual({ seq: 9, hash: 'aa' });
  });

  test('says that the end of a trace was written anew, even where the key was read', async () => {
    const later = await laterWindow();
    expect(await shown(later, task(10, 'ff'))).toEqual([expect.stringContaining('was written anew')]);
  });

  test('keeps no place of a task at work: what it shows may not be on disk yet', async () => {
    await shown(editor, task(15, 'cc', { state: 'working' }));
    expect(await editor.context.anchors.head(root, 'task-1')).toEqual({ seq: 9, hash: 'aa' });
  });

  test('has its newest place checked when a trace is verified, and remembers key and place of a whole one', async () => {
    const head = { seq: 11, hash: 'bb' };
    editor.host.answers = { verifyTrace: () => ok({ ok: true, events: 12, head, key: 'nightshift+1+A' }) };
    expect(await verifyTrace(editor.context, { root, task: 'task-1' })).toBe(true);
    expect(editor.host.requests).toContainEqual({
      method: 'verifyTrace',
      params: { task: 'task-1', known: { seq: 9, hash: 'aa' } },
    });
    expect(await editor.context.anchors.head(root, 'task-1')).toEqual(head);
    editor.host.answers = { verifyTrace: () => ok({ ok: true, events: 12, head, key: 'nightshift+2+B' }) };
    expect(await verifyTrace(editor.context, { root, task: 'task-1' })).toBe(false);
    expect(editor.notes.at(-1)?.message).toContain('signed with another key than the one this editor remembers');
    expect(await editor.context.anchors.key(root)).toBe('nightshift+1+A');
  });

  test('starts anew from a memory that is not what it wrote', async () => {
    for (const broken of ['{"seq":9', '{"seq":"x","hash":"aa"}', '7', 'null']) {
      editor.secrets.set(`nightshift.trace:task-1:${root}`, broken);
      editor.secrets.set(`nightshift.traces:${root}`, `{"heads":{"task-1":${broken}},"key":7}`);
      expect(await editor.context.anchors.head(root, 'task-1')).toBeUndefined();
      expect(await editor.context.anchors.key(root)).toBeUndefined();
    }
  });
});
