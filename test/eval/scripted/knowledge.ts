import type { EvalTask, Files } from '../evalTask.ts';

/** What a scripted model means to do, whatever tools it has for it. */
export type Step =
  | { readonly kind: 'look'; readonly path: string }
  /** `shows` is a line that stands in the part that is read. */
  | {
      readonly kind: 'read';
      readonly path: string;
      readonly shows: string;
      readonly lines?: { readonly from: number; readonly to: number };
    }
  | {
      readonly kind: 'edit';
      readonly path: string;
      readonly oldText: string;
      readonly newText: string;
      /** The whole file after the edit. */
      readonly content: string;
    }
  | { readonly kind: 'test' }
  | { readonly kind: 'finish'; readonly summary: string };

/** Lines from which on a file is read in part and never written whole. */
export const longFile = 200;

/** The way from the repository to the files of a solution: look, read and edit each file, test, finish. */
export function stepsTo(task: EvalTask, solution: Files): readonly Step[] {
  const changed = Object.entries(solution).filter(([path, text]) => task.repository[path] !== text);
  const steps = changed.flatMap(([path, content]) => stepsFor(path, task.repository[path] ?? '', content));
  const [first] = changed;
  return [
    { kind: 'look', path: first?.[0] ?? '' },
    ...steps,
    { kind: 'test' },
    { kind: 'finish', summary: `Changed ${changed.map(([path]) => path).join(' and ')}; the tests pass now.` },
  ];
}

function stepsFor(path: string, before: string, after: string): readonly Step[] {
  const hunk = onlyHunk(before.split('\n'), after.split('\n'));
  const long = before.split('\n').length > longFile;
  const lines = { from: Math.max(1, hunk.line - 20), to: hunk.line + hunk.old.length + 20 };
  const shows = longest(hunk.old).trim();
  const edit = { oldText: hunk.old.join('\n'), newText: hunk.new.join('\n'), content: after };
  return [
    { kind: 'read', path, shows, ...(long ? { lines } : {}) },
    { kind: 'edit', path, ...edit },
  ];
}

function longest(lines: readonly string[]): string {
  return lines.reduce((best, line) => (line.trim().length > best.trim().length ? line : best), '');
}

interface Hunk {
  /** Of the first old line, from 1. */
  readonly line: number;
  readonly old: readonly string[];
  readonly new: readonly string[];
}

/** The lines between what two texts have in common at both ends, with more of it until the old ones stand in the text once. */
function onlyHunk(before: readonly string[], after: readonly string[]): Hunk {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  while (
    tail < before.length - head &&
    tail < after.length - head &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  ) {
    tail += 1;
  }
  const text = before.join('\n');
  for (;;) {
    const old = before.slice(head, before.length - tail);
    const isUnique = old.some((line) => line.trim() !== '') && text.split(old.join('\n')).length === 2;
    if (isUnique || (head === 0 && tail === 0)) {
      return { line: head + 1, old, new: after.slice(head, after.length - tail) };
    }
    head = Math.max(0, head - 1);
    tail = Math.max(0, tail - 1);
  }
}
