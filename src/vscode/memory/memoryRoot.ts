import { t } from '@vscode/l10n';
import { type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { CommandContext } from '../commands/command.ts';
import { showFailure } from '../tasks/showFailure.ts';

type Asker = Pick<CommandContext, 'window' | 'repositoryOf' | 'dialogue' | 'log' | 'memorySettings'>;

/** Why this window has no memory to ask; undefined when it has. */
export function missingForMemory({
  window,
  memorySettings,
}: Pick<Asker, 'window' | 'memorySettings'>): Failure | undefined {
  if (!memorySettings().enabled) {
    return failure('memory-off', t('The memory is off: turn the setting `nightshift.memory.enabled` on.'));
  }
  if (window.folders().length === 0) {
    return failure('no-folder', t('No folder is open, and the memory is of a git repository: open the folder of one.'));
  }
  return window.trusted()
    ? undefined
    : failure('restricted-mode', t('This folder is in Restricted Mode and nothing of it is indexed: trust it first.'));
}

/** Repositories of the open folders, in their order. */
export async function memoryRoots({ window, repositoryOf }: Pick<Asker, 'window' | 'repositoryOf'>): Promise<string[]> {
  const roots = await Promise.all(window.folders().map(repositoryOf));
  return [...new Set(roots.filter((root) => root !== undefined))];
}

/** The repository to ask without a question to the person: that of the file they look at, else of the first folder. */
export async function likelyRoot(
  context: Pick<Asker, 'window' | 'repositoryOf' | 'memorySettings'>,
): Promise<Result<string, Failure>> {
  const missing = missingForMemory(context);
  if (missing !== undefined) {
    return fail(missing);
  }
  const roots = await memoryRoots(context);
  const path = context.window.activeCode()?.path;
  const own = path === undefined ? undefined : await context.repositoryOf(path);
  const root = own !== undefined && roots.includes(own) ? own : roots[0];
  return root === undefined
    ? fail(failure('not-a-repository', t('No open folder is a git repository: open one, or initialize it.')))
    : ok(root);
}

/** Says why there is none, where there is none. */
export async function memoryRoot(context: Asker): Promise<string | undefined> {
  const root = await likelyRoot(context);
  if (!root.ok) {
    showFailure(context, root.error, 'warning');
    return undefined;
  }
  return root.value;
}

/** A path as the repository names it; undefined outside of it. */
export function pathFrom(root: string, path: string): string | undefined {
  const below = path.startsWith(root) && /^[\\/]/.test(path.slice(root.length));
  return below ? path.slice(root.length + 1).replaceAll('\\', '/') : undefined;
}
