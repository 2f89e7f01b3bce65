import { plainLine, plainText } from '../../base/plainText.ts';
import type { Paint, Style } from './paint.ts';
import type { ListedHunk } from './writer.ts';

const statusStyles: Readonly<Record<ListedHunk['status'], Style>> = { open: 'dim', accepted: 'green', rejected: 'red' };

/** The changes of a file, each under its number; undefined for a file that has none to choose from. */
export function hunkLines(path: string, hunks: readonly ListedHunk[] | undefined, paint: Paint): string[] {
  if (hunks === undefined) {
    return [`${plainLine(path)} is added, deleted or binary: it is accepted or rejected as a whole.`];
  }
  return hunks.flatMap(({ number, status, baseStart, removed, added }) => [
    `${paint('bold', `hunk ${number}`)}  line ${baseStart + 1}${status === 'open' ? '' : `  ${paint(statusStyles[status], status)}`}`,
    ...removed.map((text) => paint('red', `-${plainText(text.replace(/\n$/, ''))}`)),
    ...added.map((text) => paint('green', `+${plainText(text.replace(/\n$/, ''))}`)),
  ]);
}
