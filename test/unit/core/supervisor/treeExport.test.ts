import { describe, expect, test } from 'vitest';
import { ok } from '../../../../src/base/result.ts';
import { maxReadBytes } from '../../../../src/protocol/guestLimits.ts';
import type { MemorySandbox } from '../../../fakes/memorySandbox.ts';
import { playPipeline, type Play } from '../../../golden/playPipeline.ts';

const call = (name: string, args: Record<string, unknown>): Play['turns'][number] => ({
  calls: [{ name, arguments: args }],
});
const edit = call('edit_file', { path: 'src/sum.js', oldText: 'a - b', newText: 'a + b' });
const finish = call('finish', { summary: 'done' });

/** The box answers reads of changed files in another way than it listed them. */
function lie(box: MemorySandbox, answer: (bytes: string, size: number) => { bytes: string; size: number }): void {
  const honest = box.request.bind(box);
  box.request = async (method, params, options) => {
    const answered = await honest(method, params, options);
    return answered.ok && method === 'read_bytes' && 'bytes' in answered.value && 'size' in answered.value
      ? ok({ ...answered.value, ...answer(answered.value.bytes, answered.value.size) })
      : answered;
  };
}

const readsOf = (box: MemorySandbox): number => box.requests.filter(({ method }) => method === 'read_bytes').length;

describe('what leaves a box', () => {
  test.each<[string, (bytes: string, size: number) => { bytes: string; size: number }]>([
    ['one byte a read', (bytes, size) => ({ bytes: btoa(atob(bytes).slice(0, 1)), size })],
    ['nothing', (_bytes, size) => ({ bytes: '', size })],
    ['more than was listed', (bytes, size) => ({ bytes: btoa(`${atob(bytes)}x`), size })],
    ['what is no base64', (_bytes, size) => ({ bytes: '*', size })],
    ['another size', (bytes, size) => ({ bytes, size: size + 1 })],
  ])('is a violation after one read when the guest gives %s', async (_what, answer) => {
    const { trace, engine } = await playPipeline({ turns: [edit, finish], onStart: (box) => lie(box, answer) });
    expect(trace.task()).toMatchObject({ state: 'failed', reason: { code: 'protocol-violation' } });
    expect(trace.task().changeset).toBeUndefined();
    expect(Math.max(...engine.boxes.map(({ box }) => readsOf(box)))).toBe(1);
  });

  test('is read whole in parts of the agreed size', async () => {
    const content = 'x'.repeat(maxReadBytes + 1);
    const { trace, store } = await playPipeline({
      turns: [edit, finish],
      onStart: (box, count) => {
        if (count === 1) {
          const honest = box.putTree.bind(box);
          box.putTree = async (files, options) => {
            const put = await honest(files, options);
            box.setText('large.txt', content);
            return put;
          };
        }
      },
    });
    const { changeset } = trace.task();
    expect(changeset?.files.map((file) => file.path)).toEqual(['large.txt', 'src/sum.js']);
    const read = await store.read(changeset?.resultTree ?? '', 'large.txt');
    expect(read.ok && read.value?.length).toBe(content.length);
  });
});
