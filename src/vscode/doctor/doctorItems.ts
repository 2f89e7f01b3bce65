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
  engine: 'Container Engine',
  'base image': 'Base Image',
  runtime: 'Sandbox Runtime',
  channel: 'Sandbox Channel',
  model: 'Local Model',
  'model server': 'Model Server',
  repository: 'Repository',
  trust: 'Workspace Trust',
  memory: 'Memory',
  state: 'Folder of Nightshift',
  disk: 'Disk Space',
  images: 'Images of Sandboxes',
  leftovers: 'Leftovers',
  leaks: 'Lost Sandboxes',
  'trace export': 'Trace Export',
  settings: 'Variables',
};

const cleanUp: Fix = { label: 'Clean Up', command: 'nightshift.cleanUp' };
const showLog: Fix = { label: 'Show Log', command: 'nightshift.showLog' };

/** One click for each check that is not well; where none is safe or enough, the words beside it say what to do. */
const fixes: Readonly<Record<string, Fix>> = {
  node: { label: 'Get Node', link: 'https://nodejs.org/en/download' },
  git: { label: 'Get Git', link: 'https://git-scm.com/downloads' },
  engine: { label: 'Get Docker', link: 'https://docs.docker.com/get-started/get-docker/' },
  'base image': cleanUp,
  runtime: { label: 'Get gVisor', link: 'https://gvisor.dev/docs/user_guide/install/' },
  model: { label: 'Select Model', command: 'nightshift.selectModel' },
  'model server': setting('openai.baseUrl', 'Open Setting'),
  repository: { label: 'Initialize Repository', command: 'git.init' },
  trust: { label: 'Manage Workspace Trust', command: 'workbench.trust.manage' },
  memory: setting('memory.enabled', 'Open Setting'),
  state: showLog,
  disk: cleanUp,
  images: cleanUp,
  leftovers: cleanUp,
  // A word in the environment of the editor, or a way that a runtime does not let through: the words beside it say which.
  channel: {
    label: 'Open Guide',
    link: 'https://github.com/nightshift-dev/nightshift/blob/main/docs/guides/engines.md',
  },
  settings: {
    label: 'Open Guide',
    link: 'https://github.com/nightshift-dev/nightshift/blob/main/docs/guides/models.md',
  },
  'trace export': setting('otlp.endpoint', 'Open Setting'),
};

/** Where nothing answers, there is nothing to select from. */
const getOllama: Fix = { label: 'Get Ollama', link: 'https://ollama.com/download' };
const openFolder: Fix = { label: 'Open Folder', command: 'vscode.openFolder' };

export function fixOf({ name, status, detail, command }: DoctorCheck, hasFolder: boolean): DoctorFix | undefined {
  if (status === 'ok') {
    return undefined;
  }
  if (command !== undefined) {
    return { label: 'Type It in a Terminal', typed: command };
  }
  if (name === 'model' && /not answer|not reached|refused|unreachable/i.test(detail)) {
    return getOllama;
  }
  if (name === 'model server' && /\bkey\b|\b40[13]\b/i.test(detail)) {
    return { label: 'Set Model Server Key', command: 'nightshift.setModelKey' };
  }
  return name === 'repository' && !hasFolder ? openFolder : fixes[name];
}

/** What is missing first, then what could be better, then what is well. */
export function doctorGroups(checks: readonly DoctorCheck[], hasFolder: boolean): readonly PickGroup<DoctorWish>[] {
  const rows = (status: DoctorCheck['status']): readonly PickItem<DoctorWish>[] =>
    checks.filter((check) => check.status === status).map((check) => row(check, hasFolder));
  const actions: readonly PickItem<DoctorWish>[] = [
    { icon: 'refresh', label: 'Check Again', description: '', value: { kind: 'again' } },
    { icon: 'copy', label: 'Copy as Text', description: '', value: { kind: 'copy' } },
  ];
  const groups = [
    { label: 'missing', items: rows('fail') },
    { label: 'could be better', items: rows('warn') },
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
    ...(better === 0 ? [] : [`${better} could be better`]),
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
