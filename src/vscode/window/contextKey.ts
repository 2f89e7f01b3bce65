import * as vscode from 'vscode';
import type { ContextKeys } from './contextKeys.ts';

const told = new Map<string, unknown>();

/** Tells the editor a value for the conditions of menus and welcome texts in package.json. */
export function setContextKey<Name extends keyof ContextKeys>(name: Name, value: ContextKeys[Name]): void {
  if (told.get(name) === value) {
    return;
  }
  told.set(name, value);
  void vscode.commands.executeCommand('setContext', `nightshift.${name}`, value);
}
