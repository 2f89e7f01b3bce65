import type { Command, CommandContext } from '../commands/command.ts';

/** Looks for the agent hosts of the open folders again. Starts none, except where tasks wait on disk. Answers how many tasks are known. */
export const refreshTasks: Command = async (context) => {
  await connectFolders(context);
  return context.hosts.tasks().length;
};

export async function connectFolders(
  context: Pick<CommandContext, 'hosts' | 'window' | 'repositoryOf'>,
): Promise<void> {
  const roots = await Promise.all(context.window.folders().map((folder) => context.repositoryOf(folder)));
  const known = new Set(roots.filter((root) => root !== undefined));
  const { signal } = new AbortController();
  await Promise.all([...known].map((root) => context.hosts.of(root).connect({ start: false }, signal)));
}
