import * as z from 'zod';
import type { TestCase } from '../proof.ts';
import { boundedTests, type ParsedReport } from './reportLimits.ts';

const assertionSchema = z.object({
  ancestorTitles: z.array(z.string()).default([]),
  title: z.string(),
  status: z.string(),
  duration: z.number().nullish(),
  failureMessages: z.array(z.string()).nullish(),
  location: z.object({ line: z.int().positive() }).nullish().catch(undefined),
});

const fileSchema = z.object({
  name: z.string(),
  status: z.string(),
  message: z.string().default(''),
  assertionResults: z.array(assertionSchema),
});

const reportSchema = z.object({ testResults: z.array(fileSchema) });

/** The JSON of `jest --json`, which vitest's `json` reporter writes as well. A file that could not be loaded is one failed test. */
export function parseJestJson(text: string): ParsedReport {
  const report = reportSchema.safeParse(parseJson(text));
  return { tests: report.success ? boundedTests(report.data.testResults.flatMap(fileTests)) : [] };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fileTests(file: z.infer<typeof fileSchema>): readonly TestCase[] {
  const tests = file.assertionResults.map((assertion): TestCase => {
    const message = assertion.failureMessages?.join('\n') ?? '';
    return {
      name: [...assertion.ancestorTitles, assertion.title].join(' > '),
      status: assertion.status === 'passed' ? 'passed' : assertion.status === 'failed' ? 'failed' : 'skipped',
      file: file.name,
      milliseconds: assertion.duration ?? Number.NaN,
      ...(assertion.location ? { line: assertion.location.line } : {}),
      ...(message === '' ? {} : { message }),
    };
  });
  const failedAsAWhole = file.status === 'failed' && !tests.some((test) => test.status === 'failed');
  const name = file.name.replace(/^\/workspace\/repo\//, '');
  return failedAsAWhole
    ? [...tests, { name, status: 'failed', file: file.name, message: file.message, standsForMany: true }]
    : tests;
}
