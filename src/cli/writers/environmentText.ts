import { plainLine, plainText } from '../../base/plainText.ts';
import type { EnvironmentView } from '../../protocol/host.ts';
import type { Paint } from './paint.ts';

/** Digits of a definition that name it. */
const shortHash = 12;

/** How it stands, with the command that agrees to exactly what is shown; `task` where it is of that task's changes. */
export function stateText({ status, definition }: EnvironmentView, paint: Paint, task?: string): string {
  const command = `nightshift environment approve ${definition.slice(0, shortHash)}${task === undefined ? '' : ` --task ${task}`}`;
  return {
    base: paint('green', 'nothing to set up'),
    'needs-approval': paint('yellow', `needs your approval: \`${command}\``),
    approved: paint('green', 'approved'),
  }[status];
}

/** All that a person agrees to, one fact a line, the Dockerfile as it is. */
export function environmentText(view: EnvironmentView, state: string, paint: Paint): string {
  const { dockerfile } = view;
  const rows: readonly (readonly [string, string])[] = [
    ['source', view.source === 'base' ? 'the base image' : view.source],
    ...(view.image === null ? [] : [['image', view.image] as const]),
    ...(dockerfile?.target === undefined ? [] : [['target', dockerfile.target] as const]),
    ...Object.entries(dockerfile?.arguments ?? {}).map(([name, value]) => ['argument', `${name}=${value}`] as const),
    ...(view.fetches.length === 0 ? [] : [['fetches', view.fetches.join(', ')] as const]),
    ...view.steps.map((argv, index) => [index === 0 ? 'runs' : '', commandLine(argv)] as const),
    ...(view.status === 'base'
      ? []
      : [['network', networkText(view)] as const, ['scripts', scriptsText(view)] as const]),
    ...(view.files.length === 0 ? [] : [['sees', view.files.join(', ')] as const]),
    ...(view.testCommand === undefined ? [] : [['tests', commandLine(view.testCommand)] as const]),
    ...(view.definition === '' ? [] : [['hash', view.definition] as const]),
    ...view.warnings.map((warning) => ['note', warning] as const),
  ];
  const row = (label: string, text: string): string => `  ${paint('dim', label.padEnd(9))}${text}`;
  const lines = dockerfile === undefined ? [] : dockerfile.text.trimEnd().split(/\r?\n/);
  return [
    row('state', state),
    ...rows.map(([label, text]) => row(label, plainLine(text))),
    ...lines.map((text) => `  ${paint('dim', '│')} ${plainText(text)}`),
  ].join('\n');
}

function networkText({ network, hosts, dockerfile }: EnvironmentView): string {
  const asked = typeof network === 'boolean' ? (network ? ['public hosts'] : []) : network;
  const all = [...asked, ...hosts];
  const builder = dockerfile === undefined || network !== true ? '' : "the engine's own for the Dockerfile, then ";
  return all.length === 0 ? 'off' : `on while it is set up: ${builder}to ${all.join(', ')}; off ever after`;
}

function scriptsText({ scripts }: EnvironmentView): string {
  return scripts ? 'scripts of packages run' : 'scripts of packages do not run';
}

/** Words that would not read as one are quoted, so that what is seen is what runs. */
function commandLine(argv: readonly string[]): string {
  return argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word))).join(' ');
}
