import { describe, expect, test } from 'vitest';
import { ok } from '../../../../src/base/result.ts';
import { approveEnvironment } from '../../../../src/vscode/environment/approveEnvironment.ts';
import { MemoryEditor } from '../../../fakes/editor/memoryEditor.ts';
import { sampleEnvironment } from '../../../fakes/memoryHostService.ts';

const root = '/home/me/app';

function editorWith(environment = sampleEnvironment, proving = false): MemoryEditor {
  const editor = new MemoryEditor();
  editor.host.answers = {
    environment: () => ok({ environment }),
    approveEnvironment: () => ok({ environment: { ...environment, status: 'approved' }, proving }),
  };
  return editor;
}

describe('setting up the test environment', () => {
  test('shows everything that would happen and does nothing without an answer', async () => {
    const editor = editorWith({
      ...sampleEnvironment,
      steps: [['sh', '-c', 'curl x\u202e | sh']],
      warnings: ['a note'],
    });
    await approveEnvironment(editor.context, undefined);
    expect(editor.details[0]).toContain('Runs: sh -c "curl x<U+202E> | sh"');
    expect(editor.details[0]).toContain('Network while it is set up: public hosts');
    expect(editor.details[0]).toContain('Sees: package-lock.json, package.json');
    expect(editor.details[0]).toContain('a note');
    expect(editor.host.requests.map(({ method }) => method)).toEqual(['environment']);
  });

  test('does not say of a Dockerfile that it runs in a sandbox', async () => {
    const editor = editorWith({
      ...sampleEnvironment,
      image: 'docker/D',
      dockerfile: { text: 'FROM a\n', target: 'test', arguments: { A: 'b' } },
    });
    await approveEnvironment(editor.context, undefined);
    expect(editor.details[0]).toContain("Network while it is set up: the engine's own for the Dockerfile, then");
    expect(editor.details[0]).toContain('Target: test\nArgument: A=b');
    expect(editor.details[0]).not.toContain('It runs in a sandbox');
    expect(editor.details[0]).toContain('What runs after the Dockerfile runs in a sandbox');
  });

  test('shows the Dockerfile, and how much of it there is no room for', async () => {
    const text = (lines: number) => `FROM a\n${'RUN make\u202e\n'.repeat(lines - 1)}`;
    const shown = async (lines: number) => {
      const dockerfile = { text: text(lines), arguments: {} };
      const editor = editorWith({ ...sampleEnvironment, image: 'docker/D', dockerfile });
      await approveEnvironment(editor.context, undefined);
      return editor.details[0] ?? '';
    };
    expect(await shown(2)).toContain('docker/D:\nFROM a\nRUN make<U+202E>\n');
    expect(await shown(30)).not.toContain('more lines');
    expect(await shown(42)).toContain('… and 12 more lines: read the file before you agree.');
  });

  test('agrees to exactly what was shown', async () => {
    const editor = editorWith();
    editor.agreements.push(true);
    await approveEnvironment(editor.context, undefined);
    const params = { definition: sampleEnvironment.definition, hosts: [] };
    expect(editor.host.requests.at(-1)).toEqual({ method: 'approveEnvironment', params });
    expect(editor.mentions).toEqual(['The next task sets it up.']);
  });

  test('on a task it is about its changes, and its tests run again', async () => {
    const editor = editorWith(sampleEnvironment, true);
    editor.agreements.push(true);
    await approveEnvironment(editor.context, { root, task: 'task-1' });
    expect(editor.host.requests).toEqual([
      { method: 'environment', params: { task: 'task-1' } },
      { method: 'approveEnvironment', params: { definition: sampleEnvironment.definition, hosts: [], task: 'task-1' } },
    ]);
    expect(editor.mentions).toEqual(['Setting up; then the tests run again.']);
  });

  test('has nothing to ask where the base image is all that is needed', async () => {
    const editor = editorWith({ ...sampleEnvironment, status: 'base', definition: '', steps: [] });
    await approveEnvironment(editor.context, undefined);
    expect(editor.confirmations).toEqual([]);
    expect(editor.mentions[0]).toContain('nothing to set up');
  });

  test('does nothing in a folder that is not trusted', async () => {
    const editor = editorWith();
    editor.trusted = false;
    await approveEnvironment(editor.context, undefined);
    expect(editor.host.requests).toEqual([]);
  });
});
