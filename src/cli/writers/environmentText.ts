import { plainLine } from '../../base/plainText.ts';
import type { EnvironmentView } from '../../protocol/host.ts';
import type { Paint } from './paint.ts';

const filesShown = 8;

/** What a person has to know before agreeing, one fact a line. */
export function environmentText(view: EnvironmentView, paint: Paint): string {
  const states = {
    base: paint('green', 'nothing to set up'),
    'needs-approval': paint('yellow', 'needs your approval: `nightshift environment approve`'),
    approved: paint('green', 'approved'),
  } as const;
  const files = [
    ...view.files.slice(0, filesShown),
    ...(view.files.length > filesShown ? [`and ${view.files.length - filesShown} more`] : []),
  ];
  const rows: readonly (readonly [string, string])[] = [
    ['source', view.source === 'base' ? 'the base image' : view.source],
    ...(view.image === null ? [] : [['image', view.image] as const]),
    ...(view.fetches.length === 0 ? [] : [['fetches', view.fetches.join(', ')] as const]),
    ...view.steps.map((argv, index) => [index === 0 ? 'runs' : '', commandLine(argv)] as const),
    ...(view.status === 'base'
      ? []
      : [['network', networkText(view)] as const, ['scripts', scriptsText(view)] as const]),
    ...(files.length === 0 ? [] : [['sees', files.join(', ')] as const]),
    ...(view.testCommand === undefined ? [] : [['tests', commandLine(view.testCommand)] as const]),
    ...(view.definition === '' ? [] : [['hash', view.definition] as const]),
    ...view.warnings.map((warning) => ['note', warning] as const),
  ];
  const row = (label: string, text: string): string => `  ${paint('dim', label.padEnd(9))}${text}`;
  return [row('state', states[view.status]), ...rows.map(([label, text]) => row(label, plainLine(text)))].join('\n');
}

function networkText({ network, hosts }: EnvironmentView): string {
  const asked = typeof network === 'boolean' ? (network ? ['public hosts'] : []) : network;
  const all = [...asked, ...hosts];
  return all.length === 0 ? 'off' : `on while it is set up, to ${all.join(', ')}; off ever after`;
}

function scriptsText({ scripts }: EnvironmentView): string {
  return scripts ? 'scripts of packages run' : 'scripts of packages do not run';
}

/** Words that would not read as one are quoted, so that what is seen is what runs. */
function commandLine(argv: readonly string[]): string {
  return argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word))).join(' ');
}
