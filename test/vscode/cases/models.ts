import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { activeExtension } from './extensionUnderTest.ts';

/** The person's own value of a setting. */
const personal = (name: string): unknown => vscode.workspace.getConfiguration('nightshift').inspect(name)?.globalValue;

/** Calls the command and works its lists with the editor's own keys until it answers. Rows down before the first accept. */
async function select(rowsDown: number): Promise<unknown> {
  let answered = false;
  const answer = Promise.resolve(vscode.commands.executeCommand('nightshift.selectModel')).finally(() => {
    answered = true;
  });
  // The list comes when the host was started and has asked the server; nothing tells an extension that one is on screen.
  await delay(8_000);
  for (let row = 0; row < rowsDown; row += 1) {
    await vscode.commands.executeCommand('workbench.action.quickOpenSelectNext');
  }
  for (let turns = 0; !answered && turns < 40; turns += 1) {
    await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
    await delay(1_000);
  }
  return answer;
}

export function defineModelCases(): void {
  describe('Select Model', () => {
    const before = personal('model');
    const settings = vscode.workspace.getConfiguration('nightshift');
    after(() => settings.update('model', before, vscode.ConfigurationTarget.Global));

    it('takes Automatic for all roles by unsetting the person’s own setting', async () => {
      await activeExtension();
      assert.equal(typeof before, 'string');
      assert.equal(await select(0), 'auto');
      assert.equal(personal('model'), undefined);
    });

    it('keeps a model of the list, which was tried out by then', async () => {
      assert.equal(await select(1), 'ollama:scripted:latest');
      assert.equal(personal('model'), 'ollama:scripted:latest');
      const grades = join(process.env['NIGHTSHIFT_HOME'] ?? '', 'models', 'grades');
      assert.ok(existsSync(grades), 'no grade was kept');
      assert.equal(readdirSync(grades).length, 1);
    });
  });
}
