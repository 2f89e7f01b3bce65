import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { signalOf } from './cancellation.ts';
import { composeIn } from './composeBox.ts';
import type { Dialogue, Picked, PickGroup, PickItem } from './dialogue.ts';
import { messageText } from './messageText.ts';
import { searchFrom } from './searchList.ts';

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
  async askSecret(title, prompt) {
    return vscode.window.showInputBox({
      title: messageText(title),
      prompt: messageText(prompt),
      password: true,
      ignoreFocusOut: true,
    });
  },
  async askFolder(title) {
    const chosen = await vscode.window.showOpenDialog({
      title: messageText(title),
      openLabel: t('Choose'),
      canSelectFiles: false,
      canSelectFolders: true,
    });
    return chosen?.find(({ scheme }) => scheme === 'file')?.fsPath;
  },
  async askFile(title, extension, saveAs) {
    // With any ending, too: not every tool names its files so.
    const options = {
      title: messageText(title),
      filters: { [extension.toUpperCase()]: [extension, 'json'], 'All Files': ['*'] },
    };
    const chosen =
      saveAs === undefined
        ? (await vscode.window.showOpenDialog({ ...options, openLabel: t('Choose') }))?.[0]
        : await vscode.window.showSaveDialog({ ...options, defaultUri: vscode.Uri.file(saveAs) });
    return chosen?.scheme === 'file' ? chosen.fsPath : undefined;
  },
  pick: pickFrom,
  search: searchFrom,
  compose: composeIn,
  async choose(title, choices) {
    const items = choices.map(({ label, description, value }) => ({
      label: messageText(label),
      description: messageText(description),
      value,
    }));
    const options = { title: messageText(title), matchOnDescription: true };
    return (await vscode.window.showQuickPick(items, options))?.value;
  },
  check(title, choices, open) {
    const pick = vscode.window.createQuickPick<vscode.QuickPickItem & { readonly index: number }>();
    const buttons = open === undefined ? [] : [{ iconPath: new vscode.ThemeIcon('go-to-file'), tooltip: t('Open') }];
    pick.title = messageText(title);
    pick.canSelectMany = true;
    pick.matchOnDescription = true;
    // It stays while a file is looked at beside it.
    pick.ignoreFocusOut = open !== undefined;
    pick.items = choices.map(({ label, description }, index) => ({
      label: messageText(label),
      description: messageText(description),
      buttons,
      index,
    }));
    pick.selectedItems = pick.items.filter(({ index }) => choices[index]?.checked === true);
    return new Promise((resolve) => {
      pick.onDidTriggerItemButton(({ item }) =>
        choices.slice(item.index, item.index + 1).forEach(({ value }) => open?.(value)),
      );
      pick.onDidAccept(() => {
        const chosen = new Set(pick.selectedItems.map(({ index }) => index));
        resolve(choices.filter((_, index) => chosen.has(index)).map(({ value }) => value));
        pick.hide();
      });
      pick.onDidHide(() => {
        resolve(undefined);
        pick.dispose();
      });
      pick.show();
    });
  },
  mention(message) {
    vscode.window.setStatusBarMessage(messageText(message), mentionMilliseconds);
  },
  async withProgress(title, work, fixed = false) {
    const options = { location: vscode.ProgressLocation.Notification, cancellable: !fixed, title: messageText(title) };
    return vscode.window.withProgress(options, async (progress, token) => {
      const bridge = signalOf(token);
      let told = 0;
      try {
        return await work(bridge.signal, (message, share) => {
          const percent = share === undefined ? told : Math.max(told, Math.floor(share * 100));
          progress.report({ message: messageText(message), increment: percent - told });
          told = percent;
        });
      } finally {
        bridge.dispose();
      }
    });
  },
};

/** The editor's own list: `showQuickPick` has no buttons on rows that end it. */
function pickFrom<T>(
  title: string,
  placeholder: string,
  groups: readonly PickGroup<T>[],
): Promise<Picked<T> | undefined> {
  const list = vscode.window.createQuickPick();
  const values = new Map<vscode.QuickPickItem, PickItem<T>>();
  const names = new Map<vscode.QuickInputButton, string>();
  list.title = messageText(title);
  list.placeholder = messageText(placeholder);
  list.matchOnDescription = true;
  list.matchOnDetail = true;
  list.items = groups.flatMap(({ label, items }) => [
    ...(label === '' ? [] : [{ label: messageText(label), kind: vscode.QuickPickItemKind.Separator }]),
    ...items.map((item) => {
      const buttons = (item.buttons ?? []).map(({ name, icon, tooltip }) => {
        const button = { iconPath: new vscode.ThemeIcon(icon), tooltip: messageText(tooltip) };
        names.set(button, name);
        return button;
      });
      const row: vscode.QuickPickItem = {
        label: messageText(item.label),
        iconPath: new vscode.ThemeIcon(item.icon),
        description: messageText(item.description),
        ...(item.detail === undefined ? {} : { detail: messageText(item.detail) }),
        buttons,
      };
      values.set(row, item);
      return row;
    }),
  ]);
  return new Promise((resolve) => {
    const end = (row: vscode.QuickPickItem | undefined, button?: string): void => {
      const item = row === undefined ? undefined : values.get(row);
      resolve(item === undefined ? undefined : { value: item.value, ...(button === undefined ? {} : { button }) });
      list.dispose();
    };
    list.onDidAccept(() => end(list.selectedItems[0]));
    list.onDidTriggerItemButton(({ item, button }) => end(item, names.get(button) ?? ''));
    list.onDidHide(() => end(undefined));
    list.show();
  });
}
