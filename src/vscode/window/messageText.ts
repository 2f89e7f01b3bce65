import { withoutControls } from '../../base/plainText.ts';

/**
 * A message as the editor may show it. The editor makes a link that runs a command of `[label](command:…)` in a message, and
 * models and repositories write parts of messages, so no link is left in one; nor are characters that hide or reorder text. In rows
 * of a list and in the status bar it would draw an icon for the `$(verified)` of a title or an author's name; that stays text, too.
 */
export function messageText(text: string): string {
  return withoutControls(text).replaceAll('](', '] (').replaceAll('$(', '$ (');
}
