import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { activeExtension, until } from './extensionUnderTest.ts';

export function defineNoFolderCases(): void {
  describe('without a folder', () => {
    it('the extension is active and every command can be called without a fault', async () => {
      const { packageJSON } = await activeExtension();
      const commands: readonly { readonly command: string }[] = packageJSON.contributes.commands;
      const harmless = commands.map(({ command }) => command).filter((command) => !/show(Tasks|Log)$/.test(command));
      for (const command of harmless) {
        let done = false;
        const answered = Promise.resolve(vscode.commands.executeCommand(command)).finally(() => (done = true));
        // What is asked is left without an answer, as by Escape. A fault is in the log, which the run looks through.
        await until(`${command} ends`, async () => {
          if (!done) await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
          return done;
        });
        await answered;
      }
    });

    it('nothing was started', () => {
      assert.equal(existsSync(join(process.env['NIGHTSHIFT_HOME'] ?? '', 'workspaces')), false);
    });
  });
}
