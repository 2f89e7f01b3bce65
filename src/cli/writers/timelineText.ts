import { plainLine, plainText } from '../../base/plainText.ts';
import type { TimelineEntry } from '../../host/trace/timelineEntry.ts';
import type { Paint } from './paint.ts';

const labelWidth = 9;
const indent = ' '.repeat(28);
/** Characters of a line, unless all is wanted. */
const foldedLength = 240;

/** An event as lines of text: when, in which step, what. Everything that was written by somebody else is made harmless. */
export function timelineText(entry: TimelineEntry, elapsedMs: number, paint: Paint, full: boolean): string {
  const { step, label, style, text, detail = '' } = entry;
  const head = [
    paint('dim', elapsedText(elapsedMs).padStart(9)),
    (step === undefined ? '' : String(step)).padStart(4),
    style === undefined ? label.padEnd(labelWidth) : paint(style, label.padEnd(labelWidth)),
    plainLine(text, full ? undefined : foldedLength),
  ].join('  ');
  const lines = plainText(detail.trimEnd()).split('\n');
  return full && detail.trim() !== ''
    ? [head, ...lines.map((each) => paint('dim', `${indent}${each}`))].join('\n')
    : head;
}

function elapsedText(milliseconds: number): string {
  const seconds = Number.isNaN(milliseconds) ? 0 : Math.max(0, milliseconds) / 1_000;
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  if (seconds < 60) {
    return `+${seconds.toFixed(1)}s`;
  }
  return seconds < 3_600
    ? `+${Math.floor(seconds / 60)}m${two(seconds % 60)}s`
    : `+${Math.floor(seconds / 3_600)}h${two((seconds / 60) % 60)}m`;
}
