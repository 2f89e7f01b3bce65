import * as vscode from 'vscode';
import { signalOf } from './cancellation.ts';
import type { Dialogue } from './dialogue.ts';
import { messageText } from './messageText.ts';

const mentionMilliseconds = 6_000;

export const vscodeDialogue: Dialogue = {
  async notify(kind, message, buttons = []) {
    const show = {
      information: vscode.window.showInformationMessage,
      warning: vscode.window.showWarningMessage,
      error: vscode.window.showErrorMessage,
    }[kind];
    return show(messageText(message), ...buttons);
  },
  async confirm(message, detail, button) {
    const options = { modal: true, detail: messageText(detail) };
    return (await vscode.window.showWarningMessage(messageText(message), options, button)) === button;
  },
  async ask(title, prompt, placeholder) {
    return vscode.window.showInputBox({
      title: messageText(title),
      prompt: messageText(prompt),
      placeHolder: messageText(placeholder),
      ignoreFocusOut: true,
    });
  },
  async choose(title, choices) {
    const items = choices.map(({ label, description, value }) => ({
      label: messageText(label),
      description: messageText(description),
      value,
    }));
    const options = { title: messageText(title), matchOnDescription: true };
    return (await vscode.window.showQuickPick(items, options))?.value;
  },
  mention(message) {
    vscode.window.setStatusBarMessage(messageText(message), mentionMilliseconds);
  },
  async withProgress(title, work) {
    const options = { location: vscode.ProgressLocation.Notification, cancellable: true, title: messageText(title) };
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
