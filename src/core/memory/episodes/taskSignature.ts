import { plainLine } from '../../../base/plainText.ts';
import type { Task } from '../../tasks/task.ts';
import { readStackTrace, traceSignature } from '../recall/stackTrace.ts';

/** Marks that are kept, and characters of each. */
const mostMarks = 60;
const longestMark = 200;

/** Failing tests whose messages are read, and characters of each. */
const mostTests = 20;
const longestMessage = 4_000;

/**
 * What a task began with, to find it again by: errors and frames of its goal, of what it was delegated from, and of the messages of
 * tests that failed on the base, written as `traceSignature` does; error codes; and the names of those tests. No mark twice.
 */
export function taskSignature({
  goal,
  origin,
  proof,
  baseline,
}: Pick<Task, 'goal' | 'origin' | 'proof' | 'baseline'>): readonly string[] {
  const tests = (proof?.base ?? baseline)?.tests ?? [];
  const failing = tests.filter((test) => test.status === 'failed').slice(0, mostTests);
  const texts = [goal, origin.text ?? '', ...failing.map(({ message = '' }) => message.slice(0, longestMessage))];
  const marks = [...texts.flatMap(marksOf), ...failing.map(({ name }) => `test ${name}`)];
  return [...new Set(marks.map((mark) => plainLine(mark, longestMark)))].slice(0, mostMarks);
}

/** Codes that stand in a sentence: `ENOENT`, `TS2345`, `E0382`. */
const errorCode = /\bE[A-Z]{3,20}\b|\b(?:TS|CS|E)\d{3,5}\b/g;

function marksOf(text: string): readonly string[] {
  return [...traceSignature(readStackTrace(text)), ...(text.match(errorCode) ?? [])];
}
