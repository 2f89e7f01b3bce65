import type { Command } from '../commands/command.ts';
import { missingForTasks, repositoryFor, startTask } from './startTask.ts';
import { showFailure } from './showFailure.ts';

/** Asks for the goal and delegates it; the repository is the active file's, else the one of the only or chosen folder. */
export const delegate: Command = async (context) => {
  const missing = missingForTasks(context.window);
  if (missing !== undefined) {
    showFailure(context, missing, 'warning');
    return undefined;
  }
  const place = context.window.activeCode()?.path ?? (await chooseFolder(context));
  if (place === undefined) {
    return undefined;
  }
  const root = await repositoryFor(context, place);
  const folder = root.ok || place === context.window.folders()[0] ? undefined : await chooseFolder(context);
  const repository = folder === undefined ? root : await repositoryFor(context, folder);
  if (!repository.ok) {
    showFailure(context, repository.error, 'warning');
    return undefined;
  }
  const goal = await context.dialogue.ask(
    'Delegate to Background Agent',
    'What should the agent do? It works on a copy; your files do not change until you accept.',
    'Fix the failing test in counter.test.js',
  );
  if (goal === undefined || goal.trim() === '') {
    return undefined;
  }
  const started = await startTask(context, repository.value, goal.trim(), { kind: 'command' });
  if (!started.ok) {
    showFailure(context, started.error);
    return undefined;
  }
  return started.value.task.id;
};

async function chooseFolder({ window, dialogue }: Parameters<Command>[0]): Promise<string | undefined> {
  const folders = window.folders();
  return folders.length < 2
    ? folders[0]
    : dialogue.choose(
        'Delegate in which folder?',
        folders.map((folder) => ({
          label: folder.slice(folder.search(/[^\\/]*$/)),
          description: folder,
          value: folder,
        })),
      );
}
