import { parseArgs } from 'node:util';
import { errorText, failure, type Failure } from '../base/failure.ts';
import { fail, ok, type Result } from '../base/result.ts';
import type { Command, OptionSpec, OptionValues } from './command.ts';

export type CommandLine =
  | { readonly kind: 'version' }
  | { readonly kind: 'help'; readonly command?: Command }
  /** For a word that begins several commands. */
  | { readonly kind: 'group-help'; readonly commands: readonly Command[] }
  | {
      readonly kind: 'command';
      readonly command: Command;
      readonly values: OptionValues;
      readonly positionals: readonly string[];
    };

export type UsageFailure = Failure<'usage'>;

const repoOption: OptionSpec = {
  type: 'string',
  value: 'D',
  help: 'a folder of the repository (default: the current one)',
};
const jsonOption: OptionSpec = { type: 'boolean', help: 'one JSON object a line, the last line is the result' };

/** All options of a command, the common ones included. */
export function optionsOf(command: Command): Readonly<Record<string, OptionSpec>> {
  return { ...command.options, repo: repoOption, ...(command.json ? { json: jsonOption } : {}) };
}

/** Strict: an unknown command or option, a missing value and a surplus argument are refused with the way out. */
export function parseCommandLine(
  argv: readonly string[],
  commands: readonly Command[],
): Result<CommandLine, UsageFailure> {
  const [first] = argv;
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    return helpFor(argv.slice(1), commands);
  }
  if (first === '--version' || first === '-v') {
    return ok({ kind: 'version' });
  }
  if (first.startsWith('-')) {
    return fail(usage(`The command comes first, then ${first}. See \`nightshift --help\`.`));
  }
  const [, second] = argv;
  if (argv.length === 2 && (second === '--help' || second === '-h')) {
    return helpFor([first], commands);
  }
  const command = findCommand(argv, commands);
  if (command === undefined) {
    return fail(usage(unknownCommand(argv, commands)));
  }
  return parseOptions(command, argv.slice(command.name.split(' ').length));
}

export function usage(message: string): UsageFailure {
  return failure('usage', message);
}

function helpFor(words: readonly string[], commands: readonly Command[]): Result<CommandLine, UsageFailure> {
  const group = words.length === 1 ? groupOf(words[0] ?? '', commands) : [];
  if (group.some(({ name }) => name.includes(' '))) {
    return ok({ kind: 'group-help', commands: group });
  }
  const command = findCommand(words, commands);
  if (command === undefined && words.length > 0) {
    return fail(usage(unknownCommand(words, commands)));
  }
  return ok({ kind: 'help', ...(command === undefined ? {} : { command }) });
}

function findCommand(argv: readonly string[], commands: readonly Command[]): Command | undefined {
  const named = commands.filter(({ name }) => name === argv.slice(0, name.split(' ').length).join(' '));
  // `environment approve` is not `environment` with an argument.
  return named.find(({ name }) => name.includes(' ')) ?? named[0];
}

/** The commands that begin with this word. */
function groupOf(word: string, commands: readonly Command[]): readonly Command[] {
  return commands.filter(({ name }) => name.split(' ')[0] === word);
}

/** A word that begins commands of two words is met with those. */
function unknownCommand(argv: readonly string[], commands: readonly Command[]): string {
  const [first = ''] = argv;
  const group = groupOf(first, commands).map(({ name }) => `\`nightshift ${name}\``);
  return group.length > 0
    ? `"${first}" needs one of its second words: ${group.join(', ')}. See \`nightshift --help\`.`
    : `There is no command "${first}". See \`nightshift --help\`.`;
}

function parseOptions(command: Command, args: readonly string[]): Result<CommandLine, UsageFailure> {
  const seeHelp = `See \`nightshift ${command.name} --help\`.`;
  if (!command.json && args.includes('--json')) {
    return fail(usage(`${command.name} has no --json: what it prints is the result itself. ${seeHelp}`));
  }
  const options = optionsOf(command);
  const specs = Object.entries(options).map(
    ([name, { type, multiple = false }]) => [name, { type, multiple }] as const,
  );
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { ...Object.fromEntries(specs), help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
      strict: true,
    });
    if (values['help'] === true) {
      return ok({ kind: 'help', command });
    }
    const given: OptionValues = values;
    const empty = Object.entries(given).find(([, value]) => [value].flat().some((each) => each === ''));
    if (empty !== undefined) {
      return fail(usage(`--${empty[0]} needs a value. ${seeHelp}`));
    }
    const missing =
      command.operands[positionals.length] ?? command.operands.find((_, at) => positionals[at]?.trim() === '');
    if (missing?.missing !== undefined) {
      return fail(usage(`${missing.missing} ${seeHelp}`));
    }
    const surplus = positionals[command.operands.length];
    if (surplus !== undefined) {
      return fail(usage(`"${surplus}" is one argument too many; quote an argument that has spaces. ${seeHelp}`));
    }
    return ok({ kind: 'command', command, values, positionals });
  } catch (error) {
    const ambiguous = /(--[\w-]+)[^']*' argument is ambiguous/.exec(errorText(error))?.[1];
    if (ambiguous !== undefined) {
      return fail(
        usage(`${ambiguous} needs a value; one that begins with a dash is written ${ambiguous}=VALUE. ${seeHelp}`),
      );
    }
    // The parser explains at length; its first sentence says what is wrong.
    const sentence = errorText(error).split(/\.(?= )/)[0] ?? '';
    return fail(usage(`${sentence.replace(/\.$/, '')}. ${seeHelp}`));
  }
}
