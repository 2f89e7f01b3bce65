import { t } from '@vscode/l10n';
import { type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { OriginView } from '../../protocol/host.ts';
import type { CommandContext } from '../commands/command.ts';
import type { TaskReference } from '../host/taskHost.ts';
import { patiently } from '../window/patiently.ts';
import { showFailure } from './showFailure.ts';
import { isActive } from './taskText.ts';

type Starter = Pick<CommandContext, 'hosts' | 'window' | 'settings' | 'repositoryOf' | 'dialogue'>;

/** Why nothing can be delegated in this window at all; undefined when something can. */
export function missingForTasks(window: CommandContext['window']): Failure | undefined {
  if (window.folders().length === 0) {
    return failure('no-folder', t('No folder is open, and agents work on a git repository: open the folder of one.'));
  }
  if (!window.trusted()) {
    return failure(
      'restricted-mode',
      t('This folder is in Restricted Mode and no task runs in it: trust the folder first.'),
    );
  }
  return undefined;
}

/** Creates the task, or tells the person why not. Answers its id. */
export async function begin(
  context: CommandContext,
  root: string,
  goal: string,
  origin: OriginView,
): Promise<string | undefined> {
  const started = await patiently(context.dialogue, t('Delegating to a background agent'), (signal) =>
    startTask(context, root, goal, origin, signal),
  );
  if (started.ok) {
    return started.value.task.id;
  }
  showFailure(context, started.error, started.error.reason === 'already-delegated' ? 'warning' : 'error');
  return undefined;
}

/** Creates the task, starting the agent host where it has to. The same wish as one that an agent is at is refused. */
export async function startTask(
  context: Starter,
  root: string,
  goal: string,
  origin: OriginView,
  signal: AbortSignal,
): Promise<Result<TaskReference, Failure>> {
  const host = context.hosts.of(root);
  if (host.tasks.some((task) => isActive(task) && task.goal === goal)) {
    return fail(failure('already-delegated', t('An agent is at this already: see the Tasks view.')));
  }
  const created = await host.request('createTask', { goal, origin, ...context.settings() }, signal);
  if (!created.ok) {
    return created;
  }
  context.dialogue.mention(t('Delegated. Go on working: your files do not change until you accept.'));
  return ok({ root, task: created.value.task });
}

/** The repository of a path (a file, or a folder that is open in this window). */
export async function repositoryFor(context: Starter, path: string): Promise<Result<string, Failure>> {
  const missing = missingForTasks(context.window);
  if (missing !== undefined) {
    return fail(missing);
  }
  const inside = context.window.folders().some((folder) => path === folder || isBelow(folder, path));
  if (!inside) {
    return fail(failure('outside-folder', t`${path} is in no folder of this window: open its repository's folder.`));
  }
  const root = await context.repositoryOf(path);
  return root === undefined
    ? fail(
        failure('not-a-repository', t`${path} is in no git repository: initialize one and commit once, then delegate.`),
      )
    : ok(root);
}

/** Strictly: a folder is not below itself. */
export function isBelow(folder: string, path: string): boolean {
  return path.startsWith(folder) && /^[\\/]/.test(path.slice(folder.replace(/[\\/]$/, '').length));
}

/** With `/`, as the repository names its files. A path reached through a link keeps its own name. */
export function relativePath(root: string, path: string): string {
  const relative = isBelow(root, path) ? path.slice(root.length + 1) : path.slice(path.search(/[^\\/]*$/));
  return relative.replaceAll('\\', '/');
}
