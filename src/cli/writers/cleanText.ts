import { plainLine } from '../../base/plainText.ts';
import {
  formatBytes,
  type StorageItem,
  storageNames,
  type StorageReport,
  storageSums,
} from '../../protocol/storage.ts';
import { counted } from '../../base/counted.ts';
import type { Paint, Style } from './paint.ts';

const marks = {
  removed: ['green', 'removed'],
  removable: ['yellow', 'would go'],
  kept: ['dim', 'stays'],
  failed: ['red', 'failed'],
  warned: ['yellow', 'look at'],
} as const satisfies Record<StorageItem['action'], readonly [Style, string]>;

/** Lines of one kind of thing that are shown one by one; the rest is counted. */
const shownItems = 20;

/** Sizes by class, then what goes and what stays with its reason. */
export function cleanLines({ items, problems, freedBytes }: StorageReport, applied: boolean, paint: Paint): string[] {
  const sums = storageSums(items).map((sum) => {
    const removable =
      sum.removableItems === 0 ? '' : `, ${applied ? 'removed' : 'removable'} ${formatBytes(sum.removableBytes)}`;
    const size = `${formatBytes(sum.bytes)} in ${sum.items}`;
    return `${storageNames[sum.class].padEnd(24)} ${size}${removable}`;
  });
  const removable = items.filter((item) => item.action === 'removable');
  const bytes = removable.reduce((total, item) => total + item.bytes, 0);
  return [
    ...sums,
    ...(sums.length === 0 ? [] : ['']),
    ...Object.keys(marks).flatMap((action) =>
      itemLines(
        items.filter((item) => item.action === action),
        paint,
      ),
    ),
    ...problems.map((problem) => paint('red', plainLine(problem))),
    applied
      ? `${formatBytes(freedBytes)} freed.`
      : `${counted(removable.length, 'thing')} of ${formatBytes(bytes)} would go; run without --dry-run to remove them.`,
  ];
}

function itemLines(items: readonly StorageItem[], paint: Paint): string[] {
  const lines = items.slice(0, shownItems).map((item) => {
    const [style, mark] = marks[item.action];
    // What an image shares with others its removal does not give back.
    const size = item.bytes === 0 && item.class.endsWith('-image') ? 'shared with others' : formatBytes(item.bytes);
    return `${paint(style, mark.padEnd(8))} ${plainLine(item.name, 80)} (${size}): ${plainLine(item.why)}`;
  });
  const more = items.length - shownItems;
  return more > 0 ? [...lines, paint('dim', `and ${more.toLocaleString('en-US')} more like these`)] : lines;
}
