import type { Command } from '../commands/command.ts';

/** Opens the walkthrough. Its steps follow what is there on this machine. */
export const getStarted: Command = (context) =>
  context.window.run('workbench.action.openWalkthrough', 'nightshift-dev.nightshift#nightshift.start');
