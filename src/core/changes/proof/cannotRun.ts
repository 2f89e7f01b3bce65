import type { TestCase } from './proof.ts';
import type { TestCommand } from './testCommand.ts';

const notFound = 127;
const notExecutable = 126;

/** Words of runners and languages that say a piece of the environment is missing; the piece is in the first group. */
const missingModule = /No module named '?(pytest|unittest)\b/;
const missingPackage = /Cannot find package '([^'\n]{1,200})'|Cannot find module '((?:@[\w.-]+\/)?\w[\w.-]*)'/;
const missingImport = /ModuleNotFoundError: No module named '([\w.]+)'/;
const missingProgram = /(?:^|: )([\w./@-]+): (?:command )?not found$/m;

/**
 * Why the tests could not be run at all, or undefined when they could: the interpreter, the runner or a dependency is not in
 * the environment. That says nothing about the code, so it is never a failed test. Any test that passed is proof that
 * they can be run.
 */
export function cannotRunReason(run: {
  readonly exitCode: number | null;
  readonly output: string;
  readonly tests: readonly TestCase[];
  readonly command: TestCommand;
}): string | undefined {
  const { exitCode, output, tests, command } = run;
  const wayOut = command.lacking?.wayOut ?? usualWayOut;
  if (exitCode === 0 || tests.some((test) => test.status !== 'failed')) {
    return undefined;
  }
  if (tests.length === 0 && (exitCode === notFound || exitCode === notExecutable)) {
    const program = missingProgram.exec(output)?.[1] ?? command.argv[0] ?? '';
    return `"${program}" is ${exitCode === notFound ? 'not installed' : 'not executable'} in the sandbox. ${wayOut}`;
  }
  if (tests.length === 0 && missingModule.test(output)) {
    return `The test runner ${missingModule.exec(output)?.[1]} is not installed in the sandbox. ${wayOut}`;
  }
  const lacking =
    tests.length > 0
      ? tests.map((test) => missingPackageOf(test.message ?? '', command))
      : [missingPackageOf(output, command)];
  const [first] = lacking;
  return first !== undefined && lacking.every((name) => name !== undefined)
    ? `The package ${first} is not installed in the sandbox. ${wayOut}`
    : undefined;
}

const usualWayOut = 'Use an environment image that has it.';

/** A module that Python does not find counts only where dependencies are known to be lacking: it may be one still to be written. */
function missingPackageOf(text: string, { lacking }: TestCommand): string | undefined {
  const match = missingPackage.exec(text);
  const imported = lacking === undefined ? undefined : missingImport.exec(text)?.[1];
  const foreign = imported !== undefined && lacking?.ownModules.has(imported.split('.')[0] ?? '') === false;
  return match?.[1] ?? match?.[2] ?? (foreign ? imported : undefined);
}
