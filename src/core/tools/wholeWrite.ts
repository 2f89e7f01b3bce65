import { type Failure, failure } from '../../base/failure.ts';
import { wholeFileLines } from './editStyle.ts';
import { findPlaceholder } from './placeholder.ts';

/** Share of a long file's lines that new content must have not to be taken for a part of it. */
const fewestKept = 1 / 2;

/**
 * Why new content may not take the place of a whole file: it leaves code out behind a comment, or it is only a part of a long file.
 * Undefined where it may. Deleting the file first is the way for who means it.
 */
export function judgeWholeWrite(before: string, after: string, path: string): Failure<'left-out'> | undefined {
  const placeholder = findPlaceholder(before, after, path);
  if (placeholder !== undefined) {
    return failure(
      'left-out',
      `Line ${placeholder.line} of the new content, ${JSON.stringify(placeholder.text)}, stands for code that would be deleted. Nothing was written; write every line of the file, also those that do not change.`,
    );
  }
  const had = lineCount(before);
  const has = lineCount(after);
  return had > wholeFileLines && has > 0 && has < had * fewestKept
    ? failure(
        'left-out',
        `The file has ${had} lines and the new content only ${has}: the rest would be deleted. Nothing was written; change parts of it with edit_file, or write all of it. To replace it on purpose, delete it first.`,
      )
    : undefined;
}

function lineCount(text: string): number {
  return text === '' ? 0 : text.replace(/\n$/, '').split('\n').length;
}
