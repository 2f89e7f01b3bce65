import { withoutControls } from '../../../../base/plainText.ts';
import type { TestCase } from '../proof.ts';

/** Most of a report that is read, in bytes; what a run writes beyond is a report nobody can trust to be whole. */
export const maxReportBytes = 8 * 1024 * 1024;
const maxTests = 20_000;
export const maxNameCharacters = 500;
const maxMessageCharacters = 4_000;

/** What a report says. `counts` only where the runner states them apart from the tests it lists. */
export interface ParsedReport {
  readonly tests: readonly TestCase[];
  readonly counts?: { readonly passed: number; readonly failed: number; readonly skipped: number };
}

/** Where the repository is in a box; file names below it are shown relative to it. */
const repositoryFolder = '/workspace/repo/';

/** Tests with names and messages of bounded length and without control characters, at most 20,000 of them. */
export function boundedTests(tests: readonly TestCase[]): readonly TestCase[] {
  return tests.slice(0, maxTests).map((test) => ({
    name: bounded(test.name, maxNameCharacters),
    status: test.status,
    ...(test.file ? { file: relativeFile(test.file) } : {}),
    ...(test.line === undefined ? {} : { line: test.line }),
    ...(test.milliseconds !== undefined && Number.isFinite(test.milliseconds) && test.milliseconds >= 0
      ? { milliseconds: test.milliseconds }
      : {}),
    ...(test.standsForMany === true ? { standsForMany: true } : {}),
    ...(test.message
      ? {
          message: bounded(test.message.trim(), maxMessageCharacters).trim(),
        }
      : {}),
    ...(test.expected === undefined || test.actual === undefined
      ? {}
      : {
          expected: bounded(test.expected, maxMessageCharacters),
          actual: bounded(test.actual, maxMessageCharacters),
        }),
  }));
}

function relativeFile(path: string): string {
  const plain = path.replace(/^file:\/\//, '');
  return bounded(plain.startsWith(repositoryFolder) ? plain.slice(repositoryFolder.length) : plain, maxNameCharacters);
}

/** Text without controls, cut; four times the length is looked at, so that colours do not take the place of words. */
function bounded(text: string, characters: number): string {
  return withoutControls(text.slice(0, 4 * characters)).slice(0, characters);
}
