import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { messageText } from './messageText.ts';
import type { Picked, PickItem, SearchAnswer, SearchList } from './dialogue.ts';
import { LatestSearch } from './latestSearch.ts';

const restMs = 120;
/** The row under the cursor is shown after this rest, so that a held arrow key opens no file on its way. */
const previewRestMs = 80;

/**
 * The editor's list, asked anew with every text that is typed. The rows keep the order they came in: the list puts rows whose label
 * has the typed text before all others, which would undo a ranking by more than that, so the label of a ranked row is its number.
 */
export function searchFrom<T>(search: SearchList<T>): Promise<Picked<T> | undefined> {
  const list = vscode.window.createQuickPick();
  const values = new Map<vscode.QuickPickItem, PickItem<T>>();
  const names = new Map<vscode.QuickInputButton, string>();
  let preview: ReturnType<typeof setTimeout> | undefined;
  let isEarly = false;
  list.title = messageText(search.title);
  list.placeholder = messageText(search.placeholder);
  list.value = search.text;
  let filled = '';
  list.ignoreFocusOut = search.previews !== undefined;
  const fill = ({ items, title, early }: SearchAnswer<T>, text: string): void => {
    isEarly = early === true;
    const before = list.activeItems[0];
    const wasMoved = before !== undefined && before !== list.items[0] && text === filled;
    filled = text;
    values.clear();
    names.clear();
    list.title = messageText(title ?? search.title);
    const isRanked = items.length > 1 && text.trim() !== '';
    list.items = items.map((item, index) => {
      const buttons = (item.buttons ?? []).map(({ name, icon, tooltip }) => {
        const button = { iconPath: new vscode.ThemeIcon(icon), tooltip: messageText(tooltip) };
        names.set(button, name);
        return button;
      });
      const row: vscode.QuickPickItem = {
        label: isRanked ? `${index + 1}` : messageText(item.label),
        iconPath: new vscode.ThemeIcon(item.icon),
        description: messageText(isRanked ? `${item.label}  ${item.description}` : item.description),
        alwaysShow: true,
        ...(item.detail === undefined ? {} : { detail: messageText(item.detail) }),
        buttons,
      };
      values.set(row, item);
      return row;
    });
    // Rows that come late do not take the cursor from where a person has put it.
    const same = wasMoved ? list.items.find(({ description }) => description === before.description) : undefined;
    if (same !== undefined) {
      list.activeItems = [same];
    }
  };
  const more = search.onMore?.(() => isEarly && latest.again(list.value));
  const latest = new LatestSearch({
    restMs,
    find: search.find,
    show: fill,
    onBusy: (busy) => (list.busy = busy),
    onFault: (message) => fill({ items: [], title: message }, ''),
  });
  return new Promise((resolve) => {
    let isOver = false;
    const end = (row: vscode.QuickPickItem | undefined, button?: string): void => {
      if (isOver) {
        return;
      }
      isOver = true;
      clearTimeout(preview);
      latest.dispose();
      more?.dispose();
      const item = row === undefined ? undefined : values.get(row);
      resolve(
        item === undefined
          ? undefined
          : { value: item.value, text: list.value, ...(button === undefined ? {} : { button }) },
      );
      list.dispose();
    };
    // The first text is told as a change, too.
    let followed = search.text;
    list.onDidChangeValue((text) => {
      if (text !== followed) {
        followed = text;
        // What was shown while nothing was typed is no answer that Enter may take.
        if (filled === '' && text.trim() !== '') {
          list.items = [{ label: t('Searching…'), iconPath: new vscode.ThemeIcon('loading~spin'), alwaysShow: true }];
        }
        latest.follow(text);
      }
    });
    list.onDidChangeActive(([row]) => {
      clearTimeout(preview);
      const item = row === undefined ? undefined : values.get(row);
      if (item !== undefined && search.previews !== undefined) {
        const { previews } = search;
        preview = setTimeout(() => previews(item.value), previewRestMs);
      }
    });
    list.onDidAccept(() => list.selectedItems.some((row) => values.has(row)) && end(list.selectedItems[0]));
    list.onDidTriggerItemButton(({ item, button }) => end(item, names.get(button) ?? ''));
    list.onDidHide(() => end(undefined));
    latest.follow(search.text, true);
    list.show();
  });
}
