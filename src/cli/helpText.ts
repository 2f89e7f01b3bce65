import type { Command } from './command.ts';
import { optionsOf } from './commandLine.ts';

/** The list of commands. */
export function overview(commands: readonly Command[]): string {
  const rows = commands.map((command) => [signature(command), command.summary] as const);
  return [
    'Nightshift: background agents in locked-down sandboxes, on this machine.',
    '',
    'Usage: nightshift COMMAND [OPTIONS]',
    '',
    ...aligned(rows),
    '',
    'Every command takes --repo D and --help; --json gives one JSON object a line, the last one is the result.',
    'Exit codes: 0 done, 1 failed task or red proof, 2 wrong usage, 3 something is missing here (see `nightshift doctor`), 130 interrupted.',
    '',
  ].join('\n');
}

/** The commands that begin with the same word. One that is no more than this word is told in full. */
export function groupHelp(commands: readonly Command[]): string {
  const whole = commands.find(({ name }) => !name.includes(' '));
  const others = commands.filter((command) => command !== whole);
  const rows = others.map((command) => [signature(command), command.summary] as const);
  const way = others.map(({ name }) => `\`nightshift ${name} --help\``)[0] ?? '';
  return [
    ...(whole === undefined ? [] : [commandHelp(whole)]),
    'Commands:',
    '',
    ...aligned(rows),
    '',
    `${way} tells the options of one.`,
    '',
  ].join('\n');
}

export function commandHelp(command: Command): string {
  const rows = Object.entries(optionsOf(command)).map(([name, { value, help, multiple, required }]) => {
    const shown = value === undefined ? `--${name}` : `--${name} ${value}`;
    const marks = `${required === true ? ' (required)' : ''}${multiple === true ? ' (may be repeated)' : ''}`;
    return [shown, `${help}${marks}`] as const;
  });
  return [
    `Usage: nightshift ${signature(command)} [OPTIONS]`,
    '',
    `${command.summary}.`,
    '',
    ...aligned(rows),
    '',
  ].join('\n');
}

function signature(command: Command): string {
  return [
    command.name,
    ...command.operands.map(({ name, missing }) => (missing === undefined ? `[${name}]` : name)),
  ].join(' ');
}

function aligned(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
