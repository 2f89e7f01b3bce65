import * as z from 'zod';
import type { TestCase } from '../proof.ts';
import { boundedTests, maxNameCharacters, type ParsedReport } from './reportLimits.ts';

const eventSchema = z.object({
  Action: z.string(),
  Package: z.string().default(''),
  ImportPath: z.string().default(''),
  Test: z.string().max(maxNameCharacters).optional(),
  Elapsed: z.number().optional(),
  Output: z.string().optional(),
});

type GoEvent = z.infer<typeof eventSchema>;

interface Seen {
  readonly packageName: string;
  /** Undefined for the package itself. */
  readonly test: string | undefined;
  output: string;
  action: string;
  milliseconds: number | undefined;
}

const keptOutput = 4_000;

/**
 * The lines of `go test -json` (events of `cmd/test2json`). Counted are the innermost tests; a test that never ended is
 * failed, and so is a package that failed without a failed test, for example because it does not build.
 */
export function parseGoJson(text: string): ParsedReport {
  const seen = new Map<string, Seen>();
  let buildOutput = '';
  for (const line of text.split('\n')) {
    const event = readEvent(line);
    if (event === undefined) {
      continue;
    }
    if (event.Action === 'build-output') {
      buildOutput = (buildOutput + (event.Output ?? '')).slice(0, keptOutput);
    } else if (event.Package !== '') {
      note(seen, event);
    }
  }
  const all = [...seen.values()];
  const parents = new Set(
    all.flatMap(({ packageName, test }) => ancestors(test).map((each) => key(packageName, each))),
  );
  const tests = all.filter(({ test }) => test !== undefined).map((each) => ({ each, test: testCase(each) }));
  const failedBelow = new Set(
    tests
      .filter(({ test }) => test.status === 'failed')
      .flatMap(({ each }) => [undefined, ...ancestors(each.test)].map((above) => key(each.packageName, above))),
  );
  const failedByItself = (each: Seen): boolean => !failedBelow.has(key(each.packageName, each.test));
  const counted = tests
    .filter(
      ({ each, test }) =>
        !parents.has(key(each.packageName, each.test)) || (test.status === 'failed' && failedByItself(each)),
    )
    .map(({ each, test }) => ({ ...test, standsForMany: parents.has(key(each.packageName, each.test)) }));
  const packages = all
    .filter((each) => each.test === undefined && each.action === 'fail' && failedByItself(each))
    .map((each): TestCase => ({
      name: each.packageName,
      status: 'failed',
      message: buildOutput + each.output,
      standsForMany: true,
    }));
  return { tests: boundedTests([...counted, ...packages]) };
}

function readEvent(line: string): GoEvent | undefined {
  if (!line.startsWith('{')) {
    return undefined;
  }
  try {
    return eventSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

function key(packageName: string, test: string | undefined): string {
  return `${packageName}\n${test ?? ''}`;
}

function ancestors(test: string | undefined): readonly string[] {
  const parts = test?.split('/') ?? [];
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

function note(seen: Map<string, Seen>, event: GoEvent): void {
  const id = key(event.Package, event.Test);
  const entry = seen.get(id) ?? {
    packageName: event.Package,
    test: event.Test,
    output: '',
    action: 'run',
    milliseconds: undefined,
  };
  seen.set(id, entry);
  if (event.Action === 'output') {
    entry.output = (entry.output + (event.Output ?? '')).slice(0, keptOutput);
  } else if (['pass', 'fail', 'skip'].includes(event.Action)) {
    entry.action = event.Action;
    entry.milliseconds = event.Elapsed === undefined ? undefined : event.Elapsed * 1_000;
  }
}

function testCase({ packageName, test, action, output, milliseconds }: Seen): TestCase {
  const status = action === 'pass' ? 'passed' : action === 'skip' ? 'skipped' : 'failed';
  return {
    name: [packageName, ...(test ?? '').split('/')].join(' > '),
    status,
    ...(milliseconds === undefined ? {} : { milliseconds }),
    ...(status === 'failed' ? { message: action === 'run' ? `The test did not end.\n${output}` : output } : {}),
  };
}
