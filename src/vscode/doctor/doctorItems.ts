import { t } from '@vscode/l10n';
import type { DoctorCheck } from '../../protocol/doctorCheck.ts';
import { type Fix, setting } from '../tasks/failureFix.ts';
import type { PickGroup, PickItem } from '../window/dialogue.ts';

/** What a row of the doctor's list does. */
export type DoctorWish =
  | { readonly kind: 'again' }
  | { readonly kind: 'copy' }
  | { readonly kind: 'fix'; readonly fix: DoctorFix | undefined };

/** What changes the machine is typed into a terminal and not run. */
export type DoctorFix = Fix | { readonly label: string; readonly typed: string };

/** As a person calls them; others go by their own name. */
const names: Readonly<Record<string, string>> = {
  node: 'Node',
  git: 'Git',
  engine: t('Container Engine'),
  'base image': t('Base Image'),
  runtime: t('Sandbox Runtime'),
  channel: t('Sandbox Channel'),
  model: t('Local Model'),
  'model server': t('Model Server'),
  repository: t('Repository'),
  trust: t('Workspace Trust'),
  memory: t('Memory'),
  state: t('Folder of Nightshift'),
  disk: t('Disk Space'),
  images: t('Images of Sandboxes'),
  leftovers: t('Leftovers'),
  leaks: t('Lost Sandboxes'),
  'trace export': t('Trace Export'),
  settings: t('Variables'),
};

const cleanUp: Fix = { label: t('Clean Up'), command: 'nightshift.cleanUp' };
const showLog: Fix = { label: t('Show Log'), command: 'nightshift.showLog' };

/** One click for each check that is not well; where none is safe or enough, the words beside it say what to do. */
const fixes: Readonly<Record<string, Fix>> = {
  node: { label: t('Get Node'), link: 'https://nodejs.org/en/download' },
  git: { label: t('Get Git'), link: 'https://git-scm.com/downloads' },
  engine: { label: t('Get Docker'), link: 'https://docs.docker.com/get-started/get-docker/' },
  'base image': cleanUp,
  runtime: { label: t('Get gVisor'), link: 'https://gvisor.dev/docs/user_guide/install/' },
  model: { label: t('Select Model'), command: 'nightshift.selectModel' },
  'model server': setting('openai.baseUrl', t('Open Setting')),
  repository: { label: t('Initialize Repository'), command: 'git.init' },
  trust: { label: t('Manage Workspace Trust'), command: 'workbench.trust.manage' },
  memory: setting('memory.enabled', t('Open Setting')),
  state: showLog,
  disk: cleanUp,
  images: cleanUp,
  leftovers: cleanUp,
  // A word in the environment of the editor, or a way that a runtime does not let through: the words beside it say which.
  channel: {
    label: t('Open Guide'),
    link: 'https://github.com/nightshift-dev/nightshift/blob/main/docs/guides/engines.md',
  },
  settings: {
    label: t('Open Guide'),
    link: 'https://github.com/nightshift-dev/nightshift/blob/main/docs/guides/models.md',
  },
  'trace export': setting('otlp.endpoint', t('Open Setting')),
};

/** Where nothing answers, there is nothing to select from. */
const getOllama: Fix = { label: t('Get Ollama'), link: 'https://ollama.com/download' };
const openFolder: Fix = { label: t('Open Folder'), command: 'vscode.openFolder' };

export function fixOf({ name, status, detail, command }: DoctorCheck, hasFolder: boolean): DoctorFix | undefined {
  if (status === 'ok') {
    return undefined;
  }
  if (command !== undefined) {
    return { label: t('Type It in a Terminal'), typed: command };
  }
  if (name === 'model' && /not answer|not reached|refused|unreachable/i.test(detail)) {
    return getOllama;
  }
  if (name === t('model server') && /\bkey\b|\b40[13]\b/i.test(detail)) {
    return { label: t('Set Model Server Key'), command: 'nightshift.setModelKey' };
  }
  return name === 'repository' && !hasFolder ? openFolder : fixes[name];
}

/** What is missing first, then what could be better, then what is well. */
export function doctorGroups(checks: readonly DoctorCheck[], hasFolder: boolean): readonly PickGroup<DoctorWish>[] {
  const rows = (status: DoctorCheck['status']): readonly PickItem<DoctorWish>[] =>
    checks.filter((check) => check.status === status).map((check) => row(check, hasFolder));
  const actions: readonly PickItem<DoctorWish>[] = [
    { icon: 'refresh', label: t('Check Again'), description: '', value: { kind: 'again' } },
    { icon: 'copy', label: t('Copy as Text'), description: '', value: { kind: 'copy' } },
  ];
  const groups = [
    { label: 'missing', items: rows('fail') },
    { label: t('could be better'), items: rows('warn') },
    { label: 'ready', items: rows('ok') },
    { label: 'then', items: actions },
  ];
  return groups.filter(({ items }) => items.length > 0);
}

/** In one line, for the top of the list. */
export function doctorSummary(checks: readonly DoctorCheck[]): string {
  const count = (status: DoctorCheck['status']): number => checks.filter((check) => check.status === status).length;
  const [missing, better] = [count('fail'), count('warn')];
  const parts = [
    ...(missing === 0 ? [] : [`${missing} missing`]),
    ...(better === 0 ? [] : [t`${better} could be better`]),
    `${count('ok')} ready`,
  ];
  return parts.join(', ');
}

/** As the command line writes them, for a report to somebody. */
export function doctorText(checks: readonly DoctorCheck[]): string {
  return checks
    .map(
      ({ name, status, detail, fix }) =>
        `${status.padEnd(4)} ${name}: ${detail}${fix === undefined ? '' : `\n     ${fix}`}`,
    )
    .join('\n');
}

function row(check: DoctorCheck, hasFolder: boolean): PickItem<DoctorWish> {
  const { name, status, detail, fix: advice } = check;
  const fix = fixOf(check, hasFolder);
  const label = names[name] ?? name;
  const words = [fix === undefined ? '' : `${fix.label}:`, advice ?? ''].filter((part) => part !== '').join(' ');
  return {
    icon: { ok: 'pass', warn: 'warning', fail: 'error' }[status],
    label,
    description: detail,
    ...(words === '' ? {} : { detail: words }),
    value: { kind: 'fix', fix },
  };
}
