import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { errorText } from '../../base/failure.ts';
import { note } from '../tasks/showFailure.ts';
import type { Command, CommandContext } from './command.ts';
import { commandTable } from './commandTable.ts';

/** Registers the whole table. What a command throws is a fault of ours: it is logged and said in one line. */
export function registerCommands(context: CommandContext): vscode.Disposable {
  const entries: readonly (readonly [string, Command])[] = Object.entries(commandTable);
  return vscode.Disposable.from(
    ...entries.map(([id, command]) =>
      vscode.commands.registerCommand(id, (...values: readonly unknown[]) => run(context, id, command, values)),
    ),
  );
}

async function run(
  context: CommandContext,
  id: string,
  command: Command,
  [argument, ...more]: readonly unknown[],
): Promise<unknown> {
  try {
    return await command(context, argument, ...more);
  } catch (error) {
    context.log.error(`${id} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    const message = t`Nightshift met a fault of its own: ${errorText(error)}`;
    note(context, 'error', message, { 'Show Log': () => context.window.showLog() });
    return undefined;
  }
}
