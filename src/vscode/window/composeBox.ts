import * as vscode from 'vscode';
import type { ComposeBox, PickItem } from './dialogue.ts';
import { LatestSearch } from './latestSearch.ts';
import { messageText } from './messageText.ts';

const restMs = 100;

/** A list of the editor whose line is what is written and whose rows stay whatever is typed. */
export function composeIn<T>(box: ComposeBox<T>): Promise<void> {
  const list = vscode.window.createQuickPick();
  const values = new Map<vscode.QuickPickItem, PickItem<T>>();
  list.title = messageText(box.title);
  list.placeholder = messageText(box.placeholder);
  // What was written is not lost when the person looks something up in a file.
  list.ignoreFocusOut = true;
  let text = '';
  const show = (): void => {
    values.clear();
    list.items = box.rows(text).flatMap(({ label, items }) => [
      ...(label === '' || items.length === 0
        ? []
        : [{ label: messageText(label), kind: vscode.QuickPickItemKind.Separator }]),
      ...items.map((item) => {
        const row: vscode.QuickPickItem = {
          label: messageText(item.label),
          description: messageText(item.description),
          iconPath: new vscode.ThemeIcon(item.icon),
          alwaysShow: true,
          ...(item.detail === undefined ? {} : { detail: messageText(item.detail) }),
          buttons: (item.buttons ?? []).map(({ icon, tooltip }) => ({
            iconPath: new vscode.ThemeIcon(icon),
            tooltip: messageText(tooltip),
          })),
        };
        values.set(row, item);
        return row;
      }),
    ]);
  };
  const latest = new LatestSearch<void>({
    restMs,
    find: box.find,
    show,
    onBusy: (busy) => (list.busy = busy),
    onFault: show,
  });
  const follow = (now: string): void => {
    text = now;
    show();
    if (box.asks(text)) {
      latest.follow(text);
    } else {
      // Rows that come without need would take the cursor from where the person has put it.
      latest.dispose();
      list.busy = false;
    }
  };
  return new Promise((resolve) => {
    const press = (row: vscode.QuickPickItem | undefined, button?: vscode.QuickInputButton): void => {
      const pressed = row === undefined ? undefined : values.get(row);
      if (pressed === undefined) {
        return;
      }
      const name = pressed.buttons?.[row?.buttons?.findIndex((each) => each === button) ?? -1]?.name;
      const next = box.press(pressed.value, list.value, name);
      if (next === undefined) {
        list.hide();
        return;
      }
      list.value = next;
      follow(next);
    };
    // Text that was set is told as a change, too.
    list.onDidChangeValue((now) => now !== text && follow(now));
    list.onDidAccept(() => press(list.selectedItems[0] ?? list.activeItems[0]));
    list.onDidChangeActive(([row]) => {
      const rested = row === undefined ? undefined : values.get(row);
      if (rested !== undefined) {
        box.rests(rested.value);
      }
    });
    list.onDidTriggerItemButton(({ item, button }) => press(item, button));
    list.onDidHide(() => {
      latest.dispose();
      list.dispose();
      resolve();
    });
    show();
    list.show();
  });
}
