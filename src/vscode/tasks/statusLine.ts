import { t } from '@vscode/l10n';
import { stateWords, isActive, isAsking, taskDescription, taskTitle, count } from './taskText.ts';
import type { TaskHost, TaskReference } from '../host/taskHost.ts';

/** The status bar item as data; undefined where there is nothing to say. */
export interface StatusLine {
  readonly text: string;
  /** For screen readers, without icons. */
  readonly spoken: string;
  /** Lines of the tooltip. */
  readonly facts: readonly string[];
  /** A person is needed. */
  readonly calls: boolean;
}

const mostTasks = 8;

export function statusLine(hosts: readonly TaskHost[], tasks: readonly TaskReference[]): StatusLine | undefined {
  const number = (fits: (reference: TaskReference) => boolean): number => tasks.filter(fits).length;
  const working = number(({ task }) => isActive(task));
  const ready = number(({ task }) => task.state === 'ready');
  const waiting = number(({ task }) => task.state === 'waiting');
  const starting = hosts.some(({ condition }) => condition.kind === 'connecting');
  const parts = [
    { icon: 'loading~spin', value: working, spoken: 'working' },
    { icon: 'check', value: ready, spoken: t('ready for review') },
    { icon: 'bell-dot', value: waiting, spoken: t('waiting for you') },
  ].filter(({ value }) => value > 0);
  if (parts.length === 0 && !starting && tasks.length === 0) {
    return undefined;
  }
  const open = tasks.filter(({ task }) => isActive(task) || task.state === 'ready' || task.state === 'waiting');
  const counted = parts.map(({ icon, value }) => `$(${icon}) ${value}`).join(' ');
  const spin = parts.length === 0 && starting ? '$(loading~spin)' : '';
  return {
    text: ['Nightshift', counted, spin].filter(Boolean).join(' '),
    spoken: t`Nightshift: ${parts.map(({ value, spoken }) => `${count(value, 'task')} ${spoken}`).join(', ') || (starting ? 'starting' : t('no open task'))}`,
    facts: [
      ...(starting ? [t('Starting the agent host…')] : []),
      ...open
        .slice(0, mostTasks)
        .map(({ task }) => `${taskTitle(task)}: ${isAsking(task) ? taskDescription(task) : stateWords[task.state]}`),
      ...(open.length > mostTasks ? [t`and ${open.length - mostTasks} more`] : []),
      ...(open.length === 0 && !starting ? [t('No task is open.')] : []),
    ],
    calls: waiting > 0,
  };
}
