import type { TestCommand } from './testCommand.ts';

/** The report file in a box, and the name under which its scratch space knows it. */
const reportFile = '/tmp/nightshift-report';

const quiet = { CI: 'true', NO_COLOR: '1', FORCE_COLOR: '0' };
const binaries = 'node_modules/.bin/';

/**
 * A known runner's command with what makes it write a report, or undefined for a program that is not one. The runner's own
 * output stays readable for people. Words that would watch for changes or choose another report are left out.
 */
export function instrument(words: readonly string[]): TestCommand | undefined {
  const { environment, argv } = splitAssignments(words);
  const [program = '', ...args] = argv;
  const known = instrumentKnown(baseName(program), program, args);
  return known === undefined ? undefined : { ...known, environment: { ...known.environment, ...environment } };
}

function instrumentKnown(name: string, program: string, args: readonly string[]): TestCommand | undefined {
  if (name === 'node' && args.some((arg) => arg === '--test')) {
    return nodeTest(program, args);
  }
  if (name === 'vitest') {
    return vitest(program, args);
  }
  if (name === 'jest') {
    return jest(program, args);
  }
  if (name === 'mocha' || name === '_mocha') {
    return mocha(program, args);
  }
  if (name === 'pytest' || name === 'py.test') {
    return pytest(args);
  }
  if (/^python3?$/.test(name) && args[0] === '-m' && args[1] === 'pytest') {
    return pytest(args.slice(2));
  }
  if (/^python3?$/.test(name) && args[0] === '-m' && args[1] === 'unittest') {
    return unittest(args.slice(2));
  }
  return undefined;
}

function nodeTest(program: string, args: readonly string[]): TestCommand {
  const kept = withoutOptions(args, ['--test-reporter', '--test-reporter-destination'], ['--watch']);
  const reporters = [
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    '--test-reporter=tap',
    `--test-reporter-destination=${reportFile}.tap`,
  ];
  const at = kept.indexOf('--test') + 1;
  return {
    runner: 'node-test',
    argv: [program, ...kept.slice(0, at), ...reporters, ...kept.slice(at)],
    environment: quiet,
    report: { format: 'tap', file: `${reportFile}.tap` },
  };
}

function vitest(program: string, args: readonly string[]): TestCommand {
  const [first, ...rest] = args;
  const kept = withoutOptions(
    first === 'run' || first === 'watch' || first === 'dev' ? rest : args,
    ['--reporter', '--outputFile'],
    ['--watch', '-w', '--run', '--ui'],
  );
  return {
    runner: 'vitest',
    argv: [
      inNodeModules(program),
      'run',
      ...kept,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${reportFile}.json`,
    ],
    environment: quiet,
    report: { format: 'vitest-json', file: `${reportFile}.json` },
  };
}

function jest(program: string, args: readonly string[]): TestCommand {
  const kept = withoutOptions(args, ['--outputFile'], ['--watch', '--watchAll', '--json']);
  return {
    runner: 'jest',
    argv: [inNodeModules(program), ...kept, '--json', `--outputFile=${reportFile}.json`],
    environment: quiet,
    report: { format: 'jest-json', file: `${reportFile}.json` },
  };
}

function mocha(program: string, args: readonly string[]): TestCommand {
  const kept = withoutOptions(
    args,
    ['--reporter', '-R', '--reporter-option', '--reporter-options', '-O'],
    ['--watch', '-w'],
  );
  return {
    runner: 'mocha',
    argv: [inNodeModules(program), ...kept, '--reporter', 'xunit', '--reporter-option', `output=${reportFile}.xml`],
    environment: quiet,
    report: { format: 'junit', file: `${reportFile}.xml` },
  };
}

/** Python writes no byte code into the tree, and finds packages below `src` as an installed project would. */
const pythonEnvironment = { PYTHONDONTWRITEBYTECODE: '1', NO_COLOR: '1' };

export function pytest(args: readonly string[]): TestCommand {
  const kept = withoutOptions(args, ['--junitxml', '--junit-xml'], []);
  return {
    runner: 'pytest',
    argv: ['python3', '-m', 'pytest', '-p', 'no:cacheprovider', ...kept, `--junitxml=${reportFile}.xml`],
    environment: pythonEnvironment,
    report: { format: 'junit', file: `${reportFile}.xml` },
  };
}

export function unittest(args: readonly string[]): TestCommand {
  const kept = withoutOptions(args, [], ['-v', '--verbose', '-q', '--quiet']);
  const [first, ...rest] = kept;
  return {
    runner: 'unittest',
    argv: ['python3', '-m', 'unittest', ...(first === 'discover' ? [first, '-v', ...rest] : ['-v', ...kept])],
    environment: pythonEnvironment,
    report: { format: 'unittest-text' },
  };
}

/** Leading `NAME=value` words, also behind `cross-env`, are the environment. */
function splitAssignments(words: readonly string[]): { environment: Record<string, string>; argv: readonly string[] } {
  const start = words[0] === 'cross-env' || words[0] === 'env' ? words.slice(1) : words;
  const length = start.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word));
  if (length === -1) {
    return { environment: {}, argv: words };
  }
  const pairs = start
    .slice(0, length)
    .map((word): [string, string] => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]);
  return { environment: Object.fromEntries(pairs), argv: start.slice(length) };
}

function baseName(program: string): string {
  return program.slice(program.lastIndexOf('/') + 1).replace(/\.(?:[cm]?js)$/, '');
}

/** A bare name is a program of the project; a path is left alone. */
function inNodeModules(program: string): string {
  return program.includes('/') ? program : `${binaries}${program}`;
}

/** Leaves out options with a value (`--name value`, `--name=value`, `--name.part=value`) and flags without one. */
function withoutOptions(
  args: readonly string[],
  withValue: readonly string[],
  flags: readonly string[],
): readonly string[] {
  const kept: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    if (withValue.includes(arg)) {
      index += 1;
    } else if (
      !flags.includes(arg) &&
      !withValue.some((name) => arg.startsWith(`${name}=`) || arg.startsWith(`${name}.`))
    ) {
      kept.push(arg);
    }
  }
  return kept;
}
