import { describe, expect, test } from 'vitest';
import { failure } from '../../../../src/base/failure.ts';
import { fail, ok } from '../../../../src/base/result.ts';
import type { HostResult } from '../../../../src/protocol/host.ts';
import { longestInput } from '../../../../src/protocol/terminal.ts';
import { openTerminal } from '../../../../src/vscode/terminal/openTerminal.ts';
import { MemoryEditor } from '../../../fakes/editor/memoryEditor.ts';
import { readyTask } from '../../../fakes/sampleTasks.ts';

const root = '/home/me/app';
const task = readyTask();

interface Shell {
  readonly editor: MemoryEditor;
  readonly shown: () => string;
  readonly closed: (number | void)[];
  readonly methods: () => readonly string[];
}

/** A terminal on a task whose shell says these pieces, and then nothing more. */
async function opened(
  pieces: readonly HostResult<'readTerminal'>[],
  answer: Partial<HostResult<'openTerminal'>> = {},
): Promise<Shell & { readonly pty: MemoryEditor['terminals'][number]['terminal'] }> {
  const editor = new MemoryEditor();
  editor.host.put(task);
  const left = [...pieces];
  editor.host.answers = {
    openTerminal: () => ok({ terminal: 'terminal-1', runtime: 'runsc', isolatedKernel: true, problem: '', ...answer }),
    readTerminal: () => {
      const piece = left.shift();
      // A shell that says nothing more is waited for.
      return piece === undefined ? (new Promise(() => undefined) as never) : ok(piece);
    },
    writeTerminal: () => ok({}),
    resizeTerminal: () => ok({}),
    closeTerminal: () => ok({}),
  };
  await openTerminal(editor.context, { root, task: task.id });
  const [terminal] = editor.terminals;
  if (terminal === undefined) {
    throw new Error('No terminal was shown.');
  }
  let text = '';
  const closed: (number | void)[] = [];
  terminal.terminal.onDidWrite((written) => (text += written));
  terminal.terminal.onDidClose((code) => closed.push(code));
  return {
    editor,
    pty: terminal.terminal,
    closed,
    // eslint-disable-next-line no-control-regex -- colours are of no account here
    shown: () => text.replaceAll(/\u001b\[[0-9]*m/g, ''),
    methods: () => editor.host.requests.map(({ method }) => method),
  };
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

describe('a terminal in a sandbox', () => {
  test('says where it is, shows what the shell writes, and closes with it', async () => {
    const { pty, shown, closed, editor, methods } = await opened([
      { output: '$ ' },
      { output: 'bye', ended: { exitCode: 0, message: 'The shell has ended.' } },
    ]);
    pty.open({ columns: 100, rows: 30 });
    await settled();
    expect(editor.terminals[0]?.name).toMatch(/^Sandbox: /);
    expect(shown()).toBe(
      'Starting a sandbox…\r\nSandbox: runsc, with a kernel of its own, no network.\r\nThis is a copy of what the agent has made so far; what you change here is not kept.\r\n$ bye',
    );
    expect(closed).toEqual([undefined]);
    expect(editor.host.requests[0]).toEqual({
      method: 'openTerminal',
      params: { task: task.id, columns: 100, rows: 30 },
    });
    pty.close();
    expect(methods()).not.toContain('closeTerminal');
  });

  test('stays open with the exit code of a shell that failed, and says what is missing in it', async () => {
    const { pty, shown, closed } = await opened(
      [{ output: '', ended: { exitCode: 7, message: 'The shell has ended.' } }],
      { isolatedKernel: false, runtime: 'runc', problem: 'The dependencies are not installed.' },
    );
    pty.open(undefined);
    await settled();
    expect(shown()).toContain('Sandbox: runc, no network.\r\n');
    expect(shown()).toContain('The dependencies are not installed.\r\n');
    expect(shown()).toContain('The shell has ended. (7)\r\n');
    expect(closed).toEqual([]);
  });

  test('gives on what is typed in its order, in parts, and its size', async () => {
    const { pty, editor } = await opened([{ output: '$ ' }]);
    pty.open({ columns: 80, rows: 24 });
    await settled();
    pty.handleInput('a');
    pty.handleInput('b'.repeat(longestInput + 1));
    pty.setDimensions({ columns: 90, rows: 20 });
    await settled();
    const inputs = editor.host.requests.flatMap(({ method, params }) =>
      method === 'writeTerminal' ? [(params as { input: string }).input.length] : [],
    );
    expect(inputs).toEqual([1, longestInput, 1]);
    expect(editor.host.requests).toContainEqual({
      method: 'resizeTerminal',
      params: { terminal: 'terminal-1', columns: 90, rows: 20 },
    });
  });

  test('that is closed ends its sandbox, also while that starts', async () => {
    const running = await opened([]);
    running.pty.open({ columns: 80, rows: 24 });
    running.pty.close();
    await settled();
    expect(running.methods()).toContain('closeTerminal');
  });

  test('says why there is none', async () => {
    const { pty, shown, editor } = await opened([]);
    editor.host.answers = { openTerminal: () => fail(failure('engine-unavailable', 'The engine does not answer.')) };
    pty.open({ columns: 80, rows: 24 });
    await settled();
    expect(shown()).toContain('The engine does not answer.');
  });
});
