import type { Command } from './command.ts';

/** Opens the extension's own diagnostics. */
export const showLog: Command = async ({ window }) => window.showLog();
