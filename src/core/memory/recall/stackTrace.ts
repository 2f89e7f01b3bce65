import { lastParts } from '../graph/modulePath.ts';
import { readErrorLine, readTestLine } from './errorLine.ts';
import type { TraceError } from './errorSignature.ts';
import { cleanPath, isLibraryPath } from './framePath.ts';
import { readFrameLine, type StackFrame } from './frameLine.ts';

/** What a text tells of an error. */
export interface StackTrace {
  /** Innermost first; of several stacks the root cause first. */
  readonly frames: readonly StackFrame[];
  readonly errors: readonly TraceError[];
  /** Names of failing tests. */
  readonly tests: readonly string[];
}

/** UTF-16 units of a line that are looked at, and lines of a text: what follows is no trace. */
const longestLine = 1_000;
const mostLines = 5_000;
const mostFrames = 300;
const mostErrors = 20;

interface Stack {
  readonly frames: StackFrame[];
  readonly innermostLast: boolean;
  readonly cause: boolean;
}

/** Reads stacks and errors out of any text, of all languages at once. Time grows with the text's length. */
export function readStackTrace(text: string): StackTrace {
  const lines = linesOf(text);
  const stacks: Stack[] = [{ frames: [], innermostLast: false, cause: false }];
  const errors = new Map<string, TraceError>();
  const tests = new Set<string>();
  const testFrames: StackFrame[] = [];
  let count = 0;
  for (const [index, line] of lines.entries()) {
    if (line.startsWith('Traceback (most recent call last)') || line.trimStart().startsWith('Traceback (most recent')) {
      stacks.push({ frames: [], innermostLast: true, cause: false });
      continue;
    }
    const failing = readTestLine(line);
    if (failing !== undefined) {
      tests.add(failing.name);
      if (failing.path !== undefined) testFrames.push(pathFrame(failing.path));
    }
    const told = errors.size < mostErrors ? readErrorLine(line, lines[index + 1] ?? '') : undefined;
    if (told !== undefined) {
      errors.set(told.error.signature, told.error);
      // In Python the error ends a stack; where it comes first, it begins one.
      if (stacks.at(-1)?.innermostLast !== true || told.cause) {
        stacks.push({ frames: [], innermostLast: false, cause: told.cause });
      } else if ((stacks.at(-1)?.frames.length ?? 0) > 0) {
        stacks.push({ frames: [], innermostLast: false, cause: false });
      }
    }
    const frame = count < mostFrames ? readFrameLine(line, lines[index - 1] ?? '') : undefined;
    if (frame !== undefined) {
      stacks.at(-1)?.frames.push(frame);
      count += 1;
    }
  }
  return { frames: unique([...inOrder(stacks), ...testFrames]), errors: [...errors.values()], tests: [...tests] };
}

const errorMark = 'error ';

/** What episodes are compared by: errors, the innermost frames of own code, failing tests. The same on every machine. */
export function traceSignature({ frames, errors, tests }: StackTrace): readonly string[] {
  const own = frames.filter(({ library }) => !library).slice(0, 8);
  return [
    ...errors.slice(0, 4).map(({ signature }) => `${errorMark}${signature}`),
    ...own.map(({ path, symbol }) => `frame ${lastParts(path, 2)}${symbol === undefined ? '' : `#${symbol}`}`),
    ...tests
      .toSorted()
      .slice(0, 8)
      .map((name) => `test ${name}`),
  ];
}

/** The errors among what `traceSignature` gave. */
export function errorsAmong(signature: readonly string[]): readonly string[] {
  return signature.filter((mark) => mark.startsWith(errorMark)).map((mark) => mark.slice(errorMark.length));
}

function linesOf(text: string): readonly string[] {
  // Traces inside JSON have their line ends written out.
  const plain = text.includes('\\n')
    ? text.replace(/\\n(?=[ \t\\]{0,8}(?:at |File |\\t|\w+Error))/g, '\n').replaceAll('\\t', '\t')
    : text;
  return plain.split('\n', mostLines).map(plainLine);
}

/** Without colours, and without what a logger puts before it. */
function plainLine(line: string): string {
  return line
    .slice(0, longestLine)
    .replace(/\r$/, '')
    .replace(/\u001B\[[0-9;]{0,20}[A-Za-z]/g, '')
    .replace(/^\d{4}-\d\d-\d\d[T ][\d:.,]{5,20}(?:Z|[+-]\d\d:?\d\d)?\s(?!\d)/, '')
    .replace(/^[A-Za-z][\w.-]{0,40} {0,20}\| /, '');
}

function inOrder(stacks: readonly Stack[]): readonly StackFrame[] {
  const causes = stacks.filter(({ cause }) => cause).toReversed();
  const others = stacks.filter(({ cause }) => !cause);
  return [...causes, ...others].flatMap(({ frames, innermostLast }) => (innermostLast ? frames.toReversed() : frames));
}

function unique(frames: readonly StackFrame[]): readonly StackFrame[] {
  const key = ({ path, line, symbol }: StackFrame): string => `${path}:${line ?? ''}#${symbol ?? ''}`;
  return [...new Map(frames.map((frame) => [key(frame), frame])).values()];
}

function pathFrame(written: string): StackFrame {
  const path = cleanPath(written);
  return { path, library: isLibraryPath(path) };
}
