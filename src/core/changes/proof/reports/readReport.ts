import type { TestCommand } from '../testCommand.ts';
import { parseCargo } from './cargoReport.ts';
import { parseGoJson } from './goReport.ts';
import { parseJestJson } from './jestReport.ts';
import { parseJunit } from './junitReport.ts';
import { maxReportBytes, type ParsedReport } from './reportLimits.ts';
import { parseTap } from './tapReport.ts';
import { parseUnittest } from './unittestReport.ts';

type Format = TestCommand['report']['format'];

const parsers: Readonly<Record<Exclude<Format, 'none'>, (text: string) => ParsedReport>> = {
  tap: parseTap,
  junit: parseJunit,
  'vitest-json': parseJestJson,
  'jest-json': parseJestJson,
  'go-json': parseGoJson,
  'cargo-text': parseCargo,
  'unittest-text': parseUnittest,
};

/** The tests in a report; none in one that is too long or is something else. Never throws. */
export function readReport(format: Exclude<Format, 'none'>, text: string): ParsedReport {
  return text.length > maxReportBytes ? { tests: [] } : parsers[format](text);
}

/** A command of unknown kind may still print one of the text formats. */
export function recogniseFormat(output: string): Exclude<Format, 'none'> | undefined {
  if (/^TAP version 1[34]$/m.test(output)) {
    return 'tap';
  }
  if (/^Ran \d+ tests? in [\d.]+s$/m.test(output)) {
    return 'unittest-text';
  }
  return /^test result: (?:ok|FAILED)\. \d+ passed;/m.test(output) ? 'cargo-text' : undefined;
}
