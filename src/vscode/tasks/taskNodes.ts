import type { ChangedFileView, ProofView, TaskStateView, TaskView } from '../../protocol/taskView.ts';
import { rowAddress } from '../review/sideAddress.ts';
import type { TaskReference } from '../host/taskHost.ts';
import { proofText, taskDescription, taskFacts, taskTitle, hasChanges, isActive } from './taskText.ts';

/** One row of the Tasks view as data; the view turns it into the editor's items. */
export interface TaskNode {
  readonly id: string;
  readonly root: string;
  readonly task: string;
  /** Path of the changed file that this row stands for, relative to the repository. */
  readonly file?: string;
  readonly label: string;
  readonly description: string;
  /** Lines of the tooltip. */
  readonly facts: readonly string[];
  /** Absent where `address` gives the icon of a file. */
  readonly icon?: RowIcon;
  /** Names the changed file to the editor, for its icon, its letter and its colour. */
  readonly address?: string;
  readonly context: string;
  readonly expanded?: boolean;
  readonly command?: string;
  readonly children: readonly TaskNode[];
}

/** Characters of a title that leave room for the description in a side bar of usual width. */
const rowTitle = 34;

/** `context` of task rows is `task.<state>`, with `.changes` where there are files to look at; of file rows `file.open | protected | applied | closed`. Menus match on it. */
export function taskNode({ root, task }: TaskReference): TaskNode {
  const id = `${root}#${task.id}`;
  const children = [
    ...activityNodes(root, task),
    ...proofNodes(root, task),
    ...fileNodes(root, task),
    ...refusedNodes(root, task),
  ];
  return {
    id,
    root,
    task: task.id,
    label: taskTitle(task, rowTitle),
    description: taskDescription(task),
    facts: [task.goal, ...(task.summary === undefined ? [] : [task.summary]), ...taskFacts(task)],
    icon: taskIcon(task),
    context: `task.${task.state}${hasChanges(task) ? '.changes' : ''}`,
    expanded: isActive(task) || ['ready', 'waiting', 'failed'].includes(task.state),
    children,
  };
}

interface RowIcon {
  readonly name: string;
  readonly color?: string;
}

const busy: RowIcon = { name: 'loading~spin' };

const stateIcons: Readonly<Record<Exclude<TaskStateView, 'ready'>, RowIcon>> = {
  queued: { name: 'clock' },
  preparing: busy,
  working: busy,
  verifying: busy,
  reviewing: busy,
  revising: busy,
  waiting: { name: 'bell-dot', color: 'charts.yellow' },
  paused: { name: 'debug-pause' },
  applied: { name: 'check-all', color: 'charts.green' },
  merged: { name: 'git-merge', color: 'charts.purple' },
  discarded: { name: 'discard' },
  failed: { name: 'error', color: 'charts.red' },
  cancelled: { name: 'circle-slash' },
};

const verdictIcons: Readonly<Record<ProofView['verdict'], RowIcon>> = {
  green: { name: 'pass-filled', color: 'testing.iconPassed' },
  red: { name: 'error', color: 'testing.iconFailed' },
  unverified: { name: 'question', color: 'charts.yellow' },
};

const verdictLabels: Readonly<Record<ProofView['verdict'], string>> = {
  green: 'Tests green',
  red: 'Tests red',
  unverified: 'Unverified',
};

const testIcons = {
  passed: verdictIcons.green,
  failed: verdictIcons.red,
  skipped: { name: 'debug-step-over' },
} as const;

function taskIcon({ state, proof }: TaskView): RowIcon {
  return state === 'ready' ? verdictIcons[proof?.verdict ?? 'unverified'] : stateIcons[state];
}

function row(
  root: string,
  task: TaskView,
  name: string,
): Pick<TaskNode, 'id' | 'root' | 'task' | 'children' | 'facts'> {
  return { id: `${root}#${task.id}#${name}`, root, task: task.id, children: [], facts: [] };
}

function activityNodes(root: string, task: TaskView): readonly TaskNode[] {
  if (task.reason !== undefined && (task.state === 'failed' || task.state === 'waiting')) {
    const icon = { name: 'info' };
    return [
      {
        ...row(root, task, 'reason'),
        label: task.reason.message,
        description: '',
        icon,
        context: 'reason',
        facts: [task.reason.message],
      },
    ];
  }
  if (task.state !== 'working' && task.state !== 'revising') {
    return [];
  }
  const { usage, limits } = task;
  const percent = Math.round((100 * usage.newTokens) / limits.newTokens);
  return [
    {
      ...row(root, task, 'usage'),
      label: `Step ${usage.steps} of ${limits.steps}`,
      description: `${percent}% of tokens`,
      icon: { name: 'dashboard' },
      context: 'usage',
    },
  ];
}

function proofNodes(root: string, task: TaskView): readonly TaskNode[] {
  const { proof } = task;
  if (proof === undefined) {
    return [];
  }
  return [
    {
      ...row(root, task, 'proof'),
      label: verdictLabels[proof.verdict],
      description: proofText(proof),
      facts: [proof.reason, `Command: ${proof.command.join(' ')}`, `Runtime: ${proof.runtime}`],
      icon: verdictIcons[proof.verdict],
      context: 'proof',
      expanded: false,
      children: proof.tests.map((test, index) => ({
        ...row(root, task, `test-${index}`),
        label: test.name,
        description: test.milliseconds === undefined ? '' : `${Math.round(test.milliseconds)} ms`,
        facts: test.message === undefined ? [test.name] : [test.name, test.message],
        icon: testIcons[test.status],
        context: `test.${test.status}`,
      })),
    },
  ];
}

function fileNodes(root: string, task: TaskView): readonly TaskNode[] {
  const { changeset } = task;
  return (changeset?.files ?? []).map((file) => ({
    ...row(root, task, `file-${file.path}`),
    file: file.path,
    label: file.path.slice(file.path.lastIndexOf('/') + 1),
    description: fileDescription(file),
    facts: [file.path, ...(file.protected === undefined ? [] : [`Protected: ${file.protected} Accept it by itself.`])],
    address: rowAddress({
      root,
      task: task.id,
      path: file.path,
      side: file.status === 'deleted' ? 'base' : 'result',
      hash: changeset?.hash ?? '',
    }),
    context: `file.${fileContext(task, file)}`,
    command: 'nightshift.openFileDiff',
  }));
}

function fileContext(task: TaskView, file: ChangedFileView): string {
  if (file.applied) {
    return 'applied';
  }
  if (task.state !== 'ready') {
    return 'closed';
  }
  return file.protected === undefined ? 'open' : 'protected';
}

function fileDescription(file: ChangedFileView): string {
  const folder = file.path.slice(0, Math.max(file.path.lastIndexOf('/'), 0));
  const size = file.binary ? 'binary' : `+${file.additions} −${file.deletions}`;
  const mark = file.applied ? ['accepted'] : file.protected === undefined ? [] : ['protected'];
  return [size, ...mark, ...(folder === '' ? [] : [folder])].join(' · ');
}

function refusedNodes(root: string, task: TaskView): readonly TaskNode[] {
  return task.refused.map((refused, index) => ({
    ...row(root, task, `refused-${index}`),
    label: refused.path,
    description: `left out: ${refused.message}`,
    facts: [`The agent changed ${refused.path}, and policy left that out (${refused.rule}): ${refused.message}`],
    icon: { name: 'shield', color: 'charts.yellow' },
    context: 'refused',
  }));
}
