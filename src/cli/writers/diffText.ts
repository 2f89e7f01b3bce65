import { plainText } from '../../base/plainText.ts';
import { counted } from '../../base/counted.ts';
import type { Paint } from './paint.ts';

/** A unified diff for a person: coloured by line, made harmless, and cut after `maxLines` with a word on the rest. */
export function diffText(patch: string, paint: Paint, maxLines = Number.POSITIVE_INFINITY): string {
  const lines = patch.replace(/\n$/, '').split('\n');
  let inHunk = false;
  const shown = lines.slice(0, maxLines).map((line) => {
    inHunk = line.startsWith('@@') || (inHunk && /^[ +\-\\]/.test(line));
    return paintLine(plainText(line), inHunk, paint);
  });
  const left = lines.length - shown.length;
  return `${[...shown, ...(left > 0 ? [paint('dim', `… ${counted(left, 'more line')}`)] : [])].join('\n')}\n`;
}

/** Outside of a hunk `---` and `+++` name the files; inside they are changed lines. */
function paintLine(line: string, inHunk: boolean, paint: Paint): string {
  if (!inHunk) {
    return paint(line.startsWith('diff ') ? ['bold', 'cyan'] : 'dim', line);
  }
  if (line.startsWith('@@')) {
    return paint('cyan', line);
  }
  return line.startsWith('+') ? paint('green', line) : line.startsWith('-') ? paint('red', line) : line;
}
