import * as vscode from 'vscode';
import { readUserSettings } from './userSettings.ts';

/** Reads only what the person set for this machine: a value in a workspace's own settings is never looked at. */
export function editorSettings(): ReturnType<typeof readUserSettings> {
  const configuration = vscode.workspace.getConfiguration('nightshift');
  return readUserSettings((name) => configuration.inspect(name)?.globalValue, process.env);
}
