import * as vscode from 'vscode';
import { hostVariables } from './hostVariables.ts';
import { type ReadSetting, readUserSettings } from './userSettings.ts';

/** Reads only what the person set for this machine: a value in a workspace's own settings is never looked at. */
export function editorSettings(): ReturnType<typeof readUserSettings> {
  return readUserSettings(personalSetting(), process.env);
}

/** What goes to an agent host with its start. */
export function editorHostVariables(): ReturnType<typeof hostVariables> {
  return hostVariables(personalSetting());
}

function personalSetting(): ReadSetting {
  const configuration = vscode.workspace.getConfiguration('nightshift');
  return (name) => configuration.inspect(name)?.globalValue;
}
