import * as vscode from 'vscode';
import { readDelegationSettings } from './delegationSettings.ts';
import { hostVariables } from './hostVariables.ts';
import { readMemorySettings } from './memorySettings.ts';
import { type ReadSetting, readUserSettings } from './userSettings.ts';

/** Reads only what the person set for this machine: a value in a workspace's own settings is never looked at. */
export function editorSettings(): ReturnType<typeof readUserSettings> {
  return readUserSettings(personalSetting(), process.env);
}

export function editorMemorySettings(): ReturnType<typeof readMemorySettings> {
  return readMemorySettings(personalSetting(), process.env);
}

export function editorDelegationSettings(): ReturnType<typeof readDelegationSettings> {
  return readDelegationSettings(personalSetting());
}

/** What the person set, by its name without the product's prefix; undefined where nothing is. */
export function readEditorSetting(name: string): unknown {
  return personalSetting()(name);
}

/** In the person's own settings of the machine that the extension runs on, never in a workspace's. */
export async function saveEditorSetting(name: string, value: string | number | undefined): Promise<void> {
  await vscode.workspace.getConfiguration('nightshift').update(name, value, vscode.ConfigurationTarget.Global);
}

/** What goes to an agent host with its start. */
export function editorHostVariables(): ReturnType<typeof hostVariables> {
  return hostVariables(personalSetting());
}

function personalSetting(): ReadSetting {
  const configuration = vscode.workspace.getConfiguration('nightshift');
  return (name) => configuration.inspect(name)?.globalValue;
}
