import { errorText } from '../base/failure.ts';
import type { CliIo } from './cliIo.ts';
import { type CliFailure, type Command, isFailure } from './command.ts';
import { type CommandLine, parseCommandLine } from './commandLine.ts';
import { commandTable } from './commandTable.ts';
import { exitCode } from './exitCode.ts';
import { commandHelp, groupHelp, overview } from './helpText.ts';
import { flag } from './optionValues.ts';
import { plainLine } from '../base/plainText.ts';
import { createHumanWriter } from './writers/humanWriter.ts';
import { createJsonWriter } from './writers/jsonWriter.ts';

/** Runs one command line and answers the exit code. Never throws; an error is one line on stderr. */
export async function runCli(io: CliIo): Promise<number> {
  const parsed = parseCommandLine(io.argv, commandTable);
  if (!parsed.ok) {
    return report(io, { ...parsed.error, exitCode: exitCode.usage });
  }
  const line = parsed.value;
  if (line.kind === 'version') {
    io.stdout.write(`nightshift ${io.version}\n`);
    return exitCode.done;
  }
  if (line.kind === 'group-help') {
    io.stdout.write(groupHelp(line.commands));
    return exitCode.done;
  }
  if (line.kind === 'help') {
    io.stdout.write(line.command === undefined ? overview(commandTable) : commandHelp(line.command));
    return exitCode.done;
  }
  return runCommand(io, line.command, line);
}

async function runCommand(
  io: CliIo,
  command: Command,
  { values, positionals }: CommandLine & { kind: 'command' },
): Promise<number> {
  const writer = flag(values, 'json') ? createJsonWriter(io.stdout) : createHumanWriter(io);
  const interrupts = new AbortController();
  const listening = command.ownInterrupts === true ? undefined : io.onInterrupt(() => interrupts.abort());
  try {
    const outcome = await command.run({ io, writer, values, positionals, signal: interrupts.signal });
    return isFailure(outcome) ? report(io, outcome) : outcome;
  } catch (error) {
    if (interrupts.signal.aborted) {
      return exitCode.interrupted;
    }
    const message = `Nightshift failed unexpectedly: ${errorText(error)}. \`nightshift doctor\` says where its logs are.`;
    return report(io, { reason: 'internal', message });
  } finally {
    listening?.dispose();
  }
}

function report(io: CliIo, problem: CliFailure): number {
  if (problem.reason === 'aborted') {
    return exitCode.interrupted;
  }
  io.stderr.write(`nightshift: ${plainLine(problem.message)}\n`);
  return problem.reason === 'usage' ? exitCode.usage : (problem.exitCode ?? exitCode.failed);
}
