import * as vscode from 'vscode';
import { signalOf } from './cancellation.ts';
import type { Dialogue } from './dialogue.ts';

const mentionMilliseconds = 6_000;

export const vscodeDialogue: Dialogue = {
  async notify(kind, message, buttons = []) {
    const show = {
      information: vscode.window.showInformationMessage,
      warning: vscode.window.showWarningMessage,
      error: vscode.window.showErrorMessage,
    }[kind];
    return show(message, ...buttons);
  },
  async confirm(message, detail, button) {
    return (await vscode.window.showWarningMessage(message, { modal: true, detail }, button)) === button;
  },
  async ask(title, prompt, placeholder) {
    return vscode.window.showInputBox({ title, prompt, placeHolder: placeholder, ignoreFocusOut: true });
  },
  async choose(title, choices) {
    return (await vscode.window.showQuickPick([...choices], { title, matchOnDescription: true }))?.value;
  },
  mention(message) {
    vscode.window.setStatusBarMessage(message, mentionMilliseconds);
  },
  async withProgress(title, work) {
    const options = { location: vscode.ProgressLocation.Notification, cancellable: true, title };
    return vscode.window.withProgress(options, async (_progress, token) => {
      const bridge = signalOf(token);
      try {
        return await work(bridge.signal);
      } finally {
        bridge.dispose();
      }
    });
  },
};
