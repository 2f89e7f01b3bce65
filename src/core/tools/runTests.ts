import * as z from 'zod';
import { describeTestReport, describeWholeReport, testLikeness } from './describeTestReport.ts';
import type { Tool } from './tool.ts';

const parameters = z.object({});

export const runTests: Tool<typeof parameters> = {
  name: 'run_tests',
  description: 'Run all tests of the repository on the files as they are now.',
  effect: 'execute',
  parameters,
  async execute(_args, { runTests: run, signal }) {
    const report = await run(signal);
    if ('unavailable' in report) {
      return { ok: false, reason: 'tests-unavailable', message: report.unavailable };
    }
    const text = describeTestReport(report);
    const all = describeWholeReport(report);
    const whole = { ...(all === text ? {} : { whole: all }), likeness: testLikeness(report) };
    return report.timedOut
      ? { ok: false, reason: 'timed-out', message: text, ...whole }
      : { ok: true, output: text, ...whole };
  },
};
