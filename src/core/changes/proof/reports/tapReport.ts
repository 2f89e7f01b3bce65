import type { TestCase } from '../proof.ts';
import { boundedTests, maxNameCharacters, type ParsedReport } from './reportLimits.ts';

interface Point {
  readonly depth: number;
  readonly status: TestCase['status'];
  readonly name: string;
}

const pointLine = /^( *)(not )?ok\b(?: +\d+)?(?: +-)?(?: +(.*))?$/;
const directive = /(?:^|[^\\])#\s*(skip|todo)\b/i;
const maxDepth = 50;
const keptComments = 60;
const maxDetailLines = 2_000;

/**
 * TAP as `node --test` writes it: subtests indented by four spaces before their parent, details in YAML after each. Counted
 * are the innermost tests, named by their path; a parent counts too when it failed by itself, for example in a hook. A file
 * without any test, which Node reports as one that passed, does not count.
 */
export function parseTap(text: string): ParsedReport {
  const open: TestCase[][] = [];
  const lines = text.split(/\r?\n/);
  let comments: string[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const point = readPoint(line);
    if (point === undefined) {
      if (line.startsWith('# ') && !line.startsWith('# Subtest:')) {
        comments = [...comments, line.slice(2)].slice(-keptComments);
      }
      continue;
    }
    const details = readDetails(lines, index + 1, point.depth);
    index += details.length;
    const children = open.splice(point.depth + 1).flat();
    const level = (open[point.depth] ??= []);
    for (const test of closePoint(point, children, details, comments)) {
      level.push(test);
    }
    comments = [];
  }
  return { tests: boundedTests(open.flat()) };
}

function readPoint(line: string): Point | undefined {
  const match = pointLine.exec(line);
  const depth = Math.floor((match?.[1]?.length ?? 0) / 4);
  if (match === null || depth > maxDepth) {
    return undefined;
  }
  const text = match[3] ?? '';
  const note = directive.exec(text);
  const name = note === null ? text : text.slice(0, text.indexOf('#', note.index));
  return {
    depth,
    status: note === null ? (match[2] === undefined ? 'passed' : 'failed') : 'skipped',
    name: name
      .trim()
      .replace(/\\([#\\])/g, '$1')
      .slice(0, maxNameCharacters),
  };
}

/** The lines of the YAML block that begins at `from`, both marks included; none where there is no whole block. */
function readDetails(lines: readonly string[], from: number, depth: number): readonly string[] {
  const indent = `${' '.repeat(depth * 4)}  `;
  if (lines[from] !== `${indent}---`) {
    return [];
  }
  const block = lines.slice(from, from + maxDetailLines);
  return block.slice(0, block.indexOf(`${indent}...`) + 1);
}

function closePoint(
  point: Point,
  children: readonly TestCase[],
  details: readonly string[],
  comments: readonly string[],
): readonly TestCase[] {
  const inner = children.map((child) => ({ ...child, name: joinedName(point.name, child.name) }));
  const failedByItself = point.status === 'failed' && !inner.some((child) => child.status === 'failed');
  if (inner.length > 0 && !failedByItself) {
    return inner;
  }
  const isSuite = detail(details, 'type') === 'suite';
  if (point.status === 'passed' && (isSuite || (point.depth === 0 && isFileName(point.name)))) {
    return inner;
  }
  const isFile = point.depth === 0 && isFileName(point.name);
  const location = /^(.*):(\d+):\d+$/.exec(detail(details, 'location') ?? '');
  const file = isFile ? point.name : location?.[1];
  const line = isFile ? Number.NaN : Number(location?.[2] ?? Number.NaN);
  const milliseconds = Number(detail(details, 'duration_ms') ?? Number.NaN);
  const message = isFile && comments.length > 0 ? comments.join('\n') : failureText(details);
  const own = {
    name: point.name,
    status: point.status,
    milliseconds,
    ...(file === undefined ? {} : { file }),
    ...(line > 0 ? { line } : {}),
    standsForMany: point.status === 'failed' && (isFile || isSuite || inner.length > 0),
    ...(point.status === 'failed' && message !== undefined ? { message } : {}),
    ...(point.status === 'failed' ? comparison(details) : {}),
  };
  return [...inner, own];
}

/** Cut at once: a hostile report must not make one long name out of many. */
function joinedName(parent: string, child: string): string {
  return `${parent} > ${child}`.slice(0, maxNameCharacters);
}

/** Node names the test that stands for a whole file by its path. */
function isFileName(name: string): boolean {
  return /^\S+\.[cm]?[jt]sx?$/.test(name);
}

function failureText(details: readonly string[]): string | undefined {
  const error = detail(details, 'error');
  const frames = detail(details, 'stack')?.split('\n') ?? [];
  const own = frames.filter((frame) => !/\bnode:/.test(frame)).slice(0, 3);
  return error === undefined ? undefined : [error, ...own.map((frame) => `  at ${frame.trim()}`)].join('\n');
}

/** Of a failed assertion. An object or a list is a block of its own, one property a line. */
function comparison(details: readonly string[]): Pick<TestCase, 'expected' | 'actual'> {
  const [expected, actual] = ['expected', 'actual'].map((key) => detail(details, key) ?? nested(details, key));
  return expected === undefined || actual === undefined ? {} : { expected, actual };
}

/** The value of a key at the top of a block: a plain or quoted scalar, or a `|-` block with its indent removed. */
function detail(details: readonly string[], key: string): string | undefined {
  const indent = /^ */.exec(details[0] ?? '')?.[0] ?? '';
  const start = details.findIndex((line) => line.startsWith(`${indent}${key}: `));
  const value = details[start]?.slice(indent.length + key.length + 2);
  if (value === undefined || start === -1) {
    return undefined;
  }
  if (!/^[|>][-+]?$/.test(value)) {
    return value.replace(/^'(.*)'$/, '$1');
  }
  return blockAfter(details, start, `${indent}  `);
}

function nested(details: readonly string[], key: string): string | undefined {
  const indent = /^ */.exec(details[0] ?? '')?.[0] ?? '';
  const start = details.indexOf(`${indent}${key}:`);
  return start === -1 ? undefined : blockAfter(details, start, `${indent}  `);
}

function blockAfter(details: readonly string[], start: number, inner: string): string {
  const rest = details.slice(start + 1);
  const end = rest.findIndex((line) => !line.startsWith(inner) && line.trim() !== '');
  return rest
    .slice(0, end === -1 ? rest.length : end)
    .map((line) => line.slice(inner.length))
    .join('\n');
}
