import { z } from 'zod';
import { describeTestReport } from './describeTestReport.ts';
import type { Tool } from './tool.ts';

const parameters = z.object({});

export const runTests: Tool<typeof parameters> = {
  name: 'run_tests',
  description: 'Run all tests of the repository on the files as they are now.',
  effect: 'execute',
  parameters,
  async execute(_args, { runTests: run, signal }) {
    const report = await run(signal);
    return 'unavailable' in report
      ? { ok: false, reason: 'tests-unavailable', message: report.unavailable }
      : { ok: true, output: describeTestReport(report) };
  },
};
