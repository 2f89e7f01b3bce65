import type { TestCase } from '../proof.ts';
import { boundedTests, type ParsedReport } from './reportLimits.ts';

const idLine = /^(\w+) \(([\w.<>]+)\)(?: .*?)?(?: \.\.\. ?(.*))?$/;
const resultEnd = /(?:^| \.\.\. )(ok|FAIL|ERROR|skipped .*|expected failure|unexpected success)$/;
const sectionStart = /^(?:FAIL|ERROR): (\w+) \(([\w.<>]+)\)/;
const notATest = /^unittest\.loader\._FailedTest\.|\.(?:setUp|tearDown)(?:Class|Module)$/;
const heavyLine = /^={70}$/;
const lightLine = /^-{70}$/;
const summaryStart = /^Ran (\d+) tests? in /;

/**
 * The text of `python3 -m unittest -v` (on its error stream). Failures are taken from the sections at the end, which name
 * each of them; subtests count for their test. The counts are the runner's own where its lines cannot all be told apart.
 */
export function parseUnittest(text: string): ParsedReport {
  const lines = text.split(/\r?\n/);
  const end = lines.findIndex((line) => heavyLine.test(line) || summaryStart.test(line));
  const statuses = readStatuses(end === -1 ? lines : lines.slice(0, end));
  const messages = readSections(end === -1 ? [] : lines.slice(end));
  for (const name of messages.keys()) {
    statuses.set(name, 'failed');
  }
  const tests = boundedTests(
    [...statuses].map(([name, status]) => {
      const message = messages.get(name);
      const standsForMany = status === 'failed' && notATest.test(name);
      return message === undefined ? { name, status } : { name, status, message, standsForMany };
    }),
  );
  const ran = Number(summaryStart.exec(lines.findLast((line) => summaryStart.test(line)) ?? '')?.[1] ?? 0);
  return ran > tests.length ? { tests, counts: summaryCounts(lines, ran, tests) } : { tests };
}

/** Old versions of Python leave the method out of the dotted name. */
function fullName(method: string, dotted: string): string {
  return dotted.endsWith(`.${method}`) ? dotted : `${dotted}.${method}`;
}

/** A test's result may stand on its own line, after its description, or behind what the test printed. */
function readStatuses(lines: readonly string[]): Map<string, TestCase['status']> {
  const statuses = new Map<string, TestCase['status']>();
  let open: string | undefined;
  for (const line of lines) {
    const id = idLine.exec(line);
    if (id !== null) {
      open = fullName(id[1] ?? '', id[2] ?? '');
    }
    const result = resultEnd.exec(line)?.[1];
    if (open !== undefined && result !== undefined) {
      statuses.set(open, statusOf(result));
      open = undefined;
    }
  }
  return statuses;
}

function statusOf(result: string): TestCase['status'] {
  return result === 'ok' || result === 'expected failure'
    ? 'passed'
    : result.startsWith('skipped')
      ? 'skipped'
      : 'failed';
}

/** What is said about each failed test between the ruled lines. */
function readSections(lines: readonly string[]): Map<string, string> {
  const messages = new Map<string, string>();
  for (let index = 0; index < lines.length; index += 1) {
    const [, method, dotted] = sectionStart.exec(lines[index] ?? '') ?? [];
    if (method === undefined || dotted === undefined || !heavyLine.test(lines[index - 1] ?? '')) {
      continue;
    }
    const body = lines.findIndex((line, at) => at > index && lightLine.test(line)) + 1;
    const end = lines.findIndex((line, at) => at > body && (heavyLine.test(line) || lightLine.test(line)));
    const message = body === 0 ? '' : lines.slice(body, end === -1 ? lines.length : end).join('\n');
    const name = fullName(method, dotted);
    messages.set(name, [messages.get(name), message.trim()].filter((part) => part !== undefined).join('\n'));
  }
  return messages;
}

function summaryCounts(
  lines: readonly string[],
  ran: number,
  tests: readonly TestCase[],
): { passed: number; failed: number; skipped: number } {
  const verdict = lines.findLast((line) => /^(?:OK|FAILED)\b/.test(line)) ?? '';
  const skipped = Math.min(ran, Number(/skipped=(\d+)/.exec(verdict)?.[1] ?? 0));
  const stated = ['failures', 'errors', 'unexpected successes'].reduce(
    (sum, what) => sum + Number(new RegExp(String.raw`\b${what}=(\d+)`).exec(verdict)?.[1] ?? 0),
    0,
  );
  const listed = tests.filter((test) => test.status === 'failed').length;
  const failed = Math.min(ran - skipped, Math.max(stated, listed, verdict.startsWith('OK') ? 0 : 1));
  return { passed: ran - skipped - failed, failed, skipped };
}
