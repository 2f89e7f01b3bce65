import * as vscode from 'vscode';
import { errorText } from '../../base/failure.ts';
import type { CommandContext } from '../commands/command.ts';
import { setContextKey } from '../window/contextKey.ts';
import { sampleSeen, sampleState, sampleTest } from './sample.ts';

/** Where an open folder is the sample: shows its failing test once, beside the view with the one click that delegates it. */
export function greetSample(context: CommandContext): vscode.Disposable {
  const greet = async (): Promise<void> => {
    for (const folder of context.window.folders()) {
      const state = await sampleState(folder);
      if (state === undefined) {
        continue;
      }
      setContextKey('sample', true);
      if (state === 'new' && context.window.trusted()) {
        await sampleSeen(folder);
        await context.window.showPlace({
          path: `${folder}/${sampleTest}`,
          words: ['short', 'inside', 'only', 'once'],
          startLine: 1,
          endLine: 30,
        });
        await context.window.run('nightshift.tasks.focus');
      }
    }
  };
  const look = (): void => {
    greet().catch((error: unknown) => context.log.warn(`The sample was not greeted: ${errorText(error)}`));
  };
  look();
  return vscode.workspace.onDidGrantWorkspaceTrust(look);
}
