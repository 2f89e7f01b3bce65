import { XMLParser } from 'fast-xml-parser';
import * as z from 'zod';
import type { TestCase } from '../proof.ts';
import { boundedTests, type ParsedReport } from './reportLimits.ts';

const maxDepth = 20;
const mochaHook = /^"(?:before|after) (?:all|each)" hook\b/;
const lists = new Set(['testsuite', 'testcase', 'failure', 'error', 'skipped']);

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  parseAttributeValue: false,
  isArray: (name) => lists.has(name),
  htmlEntities: true,
});

const outcomeSchema = z.array(
  z.union([z.string(), z.object({ '@message': z.string().optional(), '#text': z.string().optional() })]),
);

const caseSchema = z.object({
  '@name': z.string().default(''),
  '@classname': z.string().default(''),
  '@file': z.string().optional(),
  '@time': z.string().optional(),
  failure: outcomeSchema.optional(),
  error: outcomeSchema.optional(),
  skipped: outcomeSchema.optional(),
});

const suiteSchema = z.object({
  testcase: z.array(z.unknown()).default([]),
  testsuite: z.array(z.unknown()).default([]),
});

const rootSchema = z.object({ testsuites: z.unknown().optional(), testsuite: z.array(z.unknown()).default([]) });

/** JUnit XML as pytest (`--junitxml`) and mocha (`xunit`) write it. Document types and their entities are refused. */
export function parseJunit(text: string): ParsedReport {
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) {
    return { tests: [] };
  }
  const root = rootSchema.safeParse(parseXml(text));
  if (!root.success) {
    return { tests: [] };
  }
  const { testsuites, testsuite } = root.data;
  return { tests: boundedTests([testsuites, ...testsuite].flatMap((suite) => suiteTests(suite, 0))) };
}

function parseXml(text: string): unknown {
  try {
    return parser.parse(text);
  } catch {
    return undefined;
  }
}

function suiteTests(value: unknown, depth: number): TestCase[] {
  const suite = suiteSchema.safeParse(value);
  if (!suite.success || depth > maxDepth) {
    return [];
  }
  const own = suite.data.testcase.flatMap((each) => {
    const parsed = caseSchema.safeParse(each);
    return parsed.success ? [testCase(parsed.data)] : [];
  });
  return [...own, ...suite.data.testsuite.flatMap((inner) => suiteTests(inner, depth + 1))];
}

function testCase(element: z.infer<typeof caseSchema>): TestCase {
  const failed = element.failure ?? element.error;
  const file = element['@file'];
  const message = failed?.map(outcomeText).join('\n');
  return {
    name: [element['@classname'], element['@name']].filter((part) => part !== '').join(' > '),
    status: failed === undefined ? (element.skipped === undefined ? 'passed' : 'skipped') : 'failed',
    milliseconds: Number(element['@time'] ?? Number.NaN) * 1_000,
    ...(file === undefined ? {} : { file }),
    standsForMany: failed !== undefined && (element['@classname'] === '' || mochaHook.test(element['@name'])),
    ...(message === undefined ? {} : { message }),
  };
}

function outcomeText(outcome: z.infer<typeof outcomeSchema>[number]): string {
  if (typeof outcome === 'string') {
    return outcome;
  }
  const text = outcome['#text'] ?? '';
  const message = outcome['@message'] ?? '';
  return text.includes(message) ? text : `${message}\n${text}`;
}
