import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { activeExtension } from './extensionUnderTest.ts';

export function defineNoFolderCases(): void {
  describe('without a folder', () => {
    it('the extension is active and every command can be called without a fault', async () => {
      const { packageJSON } = await activeExtension();
      const commands: readonly { readonly command: string }[] = packageJSON.contributes.commands;
      const harmless = commands.map(({ command }) => command).filter((command) => !/show(Tasks|Log)$/.test(command));
      for (const command of harmless) {
        assert.ok(!(await vscode.commands.executeCommand(command)), `${command} answered something`);
      }
    });

    it('nothing was started', () => {
      assert.equal(existsSync(join(process.env['NIGHTSHIFT_HOME'] ?? '', 'workspaces')), false);
    });
  });
}
