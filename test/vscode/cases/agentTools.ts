import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activeExtension, until } from './extensionUnderTest.ts';

/** The tools that other agents of the editor are offered, called as they call them, on a real agent host. */
export function defineAgentToolCases(): void {
  const enabled = process.env['NIGHTSHIFT_SUITE_ENGINE'] === 'yes';
  const call = async (name: string, input: object): Promise<string> => {
    const { content } = await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined });
    return content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : '')).join('');
  };

  describe('the tools for other agents', () => {
    it('are there with what they take', async () => {
      await activeExtension();
      const ours = vscode.lm.tools.filter(({ name }) => name.startsWith('nightshift_'));
      assert.deepEqual(ours.map(({ name }) => name).toSorted(), [
        'nightshift_delegate',
        'nightshift_patch',
        'nightshift_recall',
        'nightshift_status',
      ]);
      for (const { description, inputSchema } of ours) {
        assert.ok(description.length > 50);
        assert.ok(inputSchema !== undefined);
      }
    });

    it('say what is wrong with what they are given', async () => {
      await assert.rejects(() => call('nightshift_delegate', { goal: '' }), /goal/);
      await assert.rejects(() => call('nightshift_status', { task: 'task-none' }), /task-none/);
      await assert.rejects(() => call('nightshift_patch', {}), /task/);
    });

    (enabled ? it : it.skip)('delegate, tell how it stands, hand the patch out, and change no file', async () => {
      const started = await call('nightshift_delegate', { goal: 'Fix the failing test' });
      const task = /task-[0-9a-z]{10}/.exec(started)?.[0];
      assert.ok(task, started);
      await until(
        'the task is ready',
        async () => {
          const told = await call('nightshift_status', { task });
          assert.ok(!told.includes('is failed'), told);
          return told.includes(`Task ${task} is ready, proof green`);
        },
        100,
      );
      const patch = await call('nightshift_patch', { task, paths: ['src/counter.js'] });
      assert.match(patch, /Untrusted text follows/);
      assert.match(patch, /^\+ .*Math\.max\(0/m);
      const file = vscode.Uri.joinPath(
        vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file('/'),
        'src/counter.js',
      );
      assert.ok(!new TextDecoder().decode(await vscode.workspace.fs.readFile(file)).includes('Math.max'));
    });

    it('search the memory', async () => {
      const found = await until('the memory answers', async () => {
        const told = await call('nightshift_recall', { query: 'counter' }).catch(() => '');
        return told.includes('src/counter.js') ? told : undefined;
      });
      assert.match(found, /src\/counter\.js:\d+-\d+/);
    });
  });
}
