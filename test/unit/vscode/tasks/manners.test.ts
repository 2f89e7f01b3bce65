import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { focusPaths, namesInList } from './focusPaths.ts';

const folder = join(import.meta.dirname, '../../../../src/vscode');
const texts = new Map(
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
);
const startFile = 'startExtension.ts';
/** Shows its test once in a window that a click on *Try on a Sample…* opened. */
const clicked = 'greetSample';

describe('code that runs without a click', () => {
  const parts = namesInList(texts.get(startFile) ?? '', 'parts').filter((part) => part !== clicked);

  it('takes the focus nowhere, and asks nothing in the middle of the window', () => {
    expect(parts).toContain('announceTasks');
    expect(focusPaths(texts, { file: startFile, names: ['startExtension', ...parts] })).toEqual([]);
  });

  it.each([
    ['shows a file', 'context.window.showFile(task.path)'],
    ['opens a list', 'context.dialogue.pick("", "", [])'],
    ['asks in the middle', 'vscode.window.showWarningMessage("Really?", { modal: true })'],
    ['runs a command of the editor', 'context.window.run("workbench.view.explorer")'],
    ['opens a text with the focus', 'vscode.window.showTextDocument(document)'],
  ])('is found out where an event of a task %s', (_, taking) => {
    const planted = new Map(texts).set(
      'tasks/showFailure.ts',
      `${texts.get('tasks/showFailure.ts') ?? ''}\nexport function planted(context, task) { ${taking}; }\n`,
    );
    const announcing = texts.get('tasks/announceTasks.ts') ?? '';
    const told = /AttentionWatch\(\(task, root, attention\) =>/;
    expect(announcing).toMatch(told);
    planted.set(
      'tasks/announceTasks.ts',
      announcing
        .replace('import { fixButtons,', 'import { planted, fixButtons,')
        .replace(
          'context.hosts.onDidChange((host) =>',
          'context.hosts.onDidChange((host) => planted(context, host) ??',
        ),
    );
    expect(focusPaths(planted, { file: startFile, names: parts })).toEqual([
      expect.stringMatching(/^announceTasks → planted → .* in tasks\/showFailure\.ts$/),
    ]);
  });
});
