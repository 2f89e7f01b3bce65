import * as vscode from 'vscode';
import { errorText } from '../../base/failure.ts';
import type { CommandContext } from '../commands/command.ts';
import { note } from '../tasks/showFailure.ts';
import { setContextKey } from '../window/contextKey.ts';
import { sampleSeen, sampleState, sampleTest } from './sample.ts';

/** Where an open folder is the sample: says so once, beside its failing test, with the one click that delegates it. */
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
        note(context, 'information', 'One test of this sample fails. An agent can find the defect and fix it.', {
          'Delegate the Failing Test': () => context.window.run('nightshift.delegateSample'),
        });
      }
    }
  };
  const look = (): void => {
    greet().catch((error: unknown) => context.log.warn(`The sample was not greeted: ${errorText(error)}`));
  };
  look();
  return vscode.workspace.onDidGrantWorkspaceTrust(look);
}
