import type { OriginView } from '../../protocol/host.ts';

/** A test that somebody wants to be mended, whichever extension shows it. Lines count from 1. */
export interface FailedTest {
  readonly id: string;
  /** With the names of what it is in, outermost first. */
  readonly name: string;
  /** Absolute path. */
  readonly path?: string;
  readonly line?: number;
  /** Empty where nothing is known of a failure. */
  readonly message: string;
  readonly expected?: string;
  readonly actual?: string;
  /** Title of the task with whose changes it failed. */
  readonly withChangesOf?: string;
}

const longestName = 300;
const longestLine = 500;
const longestText = 20_000;

/** Goal and origin of the task that mends it; `file` is its path relative to the repository, with `/`. */
export function composeMending(
  test: FailedTest,
  file: string | undefined,
): { readonly goal: string; readonly origin: OriginView } {
  const { name, line, message, withChangesOf } = test;
  const first = oneLine(message.trim().split('\n')[0] ?? '', longestLine);
  const place = file === undefined ? '' : ` in ${file}${line === undefined ? '' : `, line ${line}`}`;
  const goal = [
    `Fix the failing test: ${oneLine(name, longestName)}`,
    `The test is${place === '' ? ' one of the workspace' : place}${first === '' ? '' : `, and fails with: ${first}`}`,
    ...(withChangesOf === undefined
      ? []
      : [
          `It failed with the changes of the task "${oneLine(withChangesOf, longestName)}", which may not be in the files.`,
        ]),
    'Mend what it tests; change the test itself only where it is wrong.',
  ].join('\n');
  return {
    goal,
    origin: {
      kind: 'test',
      ...(file === undefined ? {} : { file }),
      ...(file === undefined || line === undefined ? {} : { startLine: line, endLine: line }),
      text: factsOf(test).slice(0, longestText),
    },
  };
}

function factsOf({ id, name, message, expected, actual }: FailedTest): string {
  return [
    `Test: ${name}`,
    `Id: ${id}`,
    ...(message.trim() === '' ? [] : ['Message:', message.trim()]),
    ...(expected === undefined ? [] : ['Expected:', expected]),
    ...(actual === undefined ? [] : ['Actual:', actual]),
  ].join('\n');
}

function oneLine(text: string, longest: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}
