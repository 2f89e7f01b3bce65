import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';

export const extensionId = 'nightshift-dev.nightshift';

/** The installed package, active. It activates itself when the editor has started; nothing here calls it. */
export async function activeExtension(): Promise<vscode.Extension<unknown>> {
  const extension = vscode.extensions.getExtension(extensionId);
  assert.ok(extension, 'the package is not installed');
  await until('the extension is active', () => extension.isActive);
  return extension;
}

/** Waits for a condition and answers its value; fails with `what` after `seconds`. */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  seconds = 60,
): Promise<Exclude<T, undefined | null | false>> {
  const deadline = performance.now() + seconds * 1_000;
  for (;;) {
    const value = await probe();
    if (value !== undefined && value !== null && value !== false) {
      return value as Exclude<T, undefined | null | false>;
    }
    assert.ok(performance.now() < deadline, `Not within ${seconds} s: ${what}.`);
    await delay(100);
  }
}

export function workspaceFile(path: string): vscode.Uri {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(folder, 'no folder is open');
  return vscode.Uri.joinPath(folder.uri, path);
}

/**
 * The light bulb's entries of ours at a range. VS Code cancels a request for code actions, and answers with none or says so, when a provider is
 * registered meanwhile, as the TypeScript extension does some time after a script was opened; the editor then asks again, and so does
 * this, until two answers in a row agree.
 */
export async function ourActions(uri: vscode.Uri, range: vscode.Range): Promise<readonly vscode.CodeAction[]> {
  const ask = async (): Promise<readonly vscode.CodeAction[]> => {
    const asked = vscode.commands.executeCommand<readonly vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      uri,
      range,
    );
    const actions = await asked.then(undefined, (error: unknown) => {
      if (error instanceof Error && error.name === 'Canceled') {
        return undefined;
      }
      throw error;
    });
    if (actions === undefined) {
      await delay(300);
      return ask();
    }
    return actions.filter(({ command }) => command?.command === 'nightshift.delegateRequest');
  };
  const titles = (actions: readonly vscode.CodeAction[]): string => actions.map(({ title }) => title).join('\n');
  for (let before = await ask(); ;) {
    await delay(300);
    const now = await ask();
    if (titles(now) === titles(before)) {
      return now;
    }
    before = now;
  }
}

/** The first line that contains the text, as a range. */
export function lineWith(document: vscode.TextDocument, text: string): vscode.Range {
  const line = document
    .getText()
    .split('\n')
    .findIndex((each) => each.includes(text));
  assert.ok(line >= 0, `${text} is in no line`);
  return document.lineAt(line).range;
}
