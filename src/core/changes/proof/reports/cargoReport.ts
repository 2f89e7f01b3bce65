import type { TestCase } from '../proof.ts';
import { boundedTests, type ParsedReport } from './reportLimits.ts';

const resultLine = /^test (.+?) \.\.\. (ok|FAILED|ignored)(?:, .*)?$/;
const sectionLine = /^---- (.+) stdout ----$/;

/** The text of `cargo test`. Lines that look like results inside the captured output of a failed test are not read as such. */
export function parseCargo(text: string): ParsedReport {
  const tests: TestCase[] = [];
  const messages = new Map<string, string[]>();
  let listing = false;
  let section: string[] | undefined;
  for (const line of text.split(/\r?\n/)) {
    const captured = sectionLine.exec(line)?.[1];
    if (/^running \d+ tests?$/.test(line)) {
      listing = true;
      section = undefined;
    } else if (line === 'failures:' || line.startsWith('test result: ')) {
      listing = false;
      section = undefined;
    } else if (!listing && captured !== undefined) {
      section = [];
      messages.set(captured, section);
    } else if (listing) {
      const [, name, status] = resultLine.exec(line) ?? [];
      if (name !== undefined) {
        tests.push({ name, status: status === 'ok' ? 'passed' : status === 'FAILED' ? 'failed' : 'skipped' });
      }
    } else {
      section?.push(line);
    }
  }
  return {
    tests: boundedTests(
      tests.map((test) => {
        const message = test.status === 'failed' ? messages.get(test.name)?.join('\n') : undefined;
        return message === undefined ? test : { ...test, message };
      }),
    ),
  };
}
