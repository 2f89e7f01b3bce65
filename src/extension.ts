import './vscode/window/translation.ts';
import type { ExtensionContext } from 'vscode';
import { startExtension } from './vscode/startExtension.ts';

export function activate(context: ExtensionContext): void {
  context.subscriptions.push(startExtension(context));
}

/** The agent host is a process of its own and goes on with its tasks; everything here is ended by the subscriptions. */
export function deactivate(): undefined {
  return undefined;
}
