import type { Command } from '../commands/command.ts';

/** Brings the Tasks view to the front; only ever because the person asked. */
export const showTasks: Command = (context) => context.window.run('nightshift.tasks.focus');
