import { t } from '@vscode/l10n';
import { basename } from 'node:path';
import type { ProofView, TaskStateView, TaskView } from '../../protocol/taskView.ts';
import { clickedRow } from '../taskPage/openTaskPage.ts';
import { fileNode } from './fileNode.ts';
import type { TaskReference } from '../host/taskHost.ts';
import { proofText, taskDescription, taskFacts, taskTitle, hasChanges, isActive, isAsking } from './taskText.ts';

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
  /** Of a file that is offered: whether a person has looked at it as it is, which its check box shows. */
  readonly reviewed?: boolean;
  readonly expanded?: boolean;
  /** What a click on the row does; the editor hands the row to it, and whatever stands in `how`. */
  readonly command?: string;
  readonly how?: string;
  readonly children: readonly TaskNode[];
}

/** Characters of a title that leave room for the description in a side bar of usual width. */
const rowTitle = 34;

/** `context` of task rows is `task.<state>`, with `.asks` where the agent waits for an answer and `.changes` where there are files to look at; of file rows see `fileNode`. Menus match on it. `isOneOfSeveral`: more than one folder is open, so the row names its repository. */
export function taskNode({ root, task }: TaskReference, isOneOfSeveral = false): TaskNode {
  const id = `${root}#${task.id}`;
  const children = [
    ...activityNodes(root, task),
    ...warningNodes(root, task),
    ...planNodes(root, task),
    ...proofNodes(root, task),
    ...(task.changeset?.files ?? []).map((file) => ({
      ...row(root, task, `file-${file.path}`),
      ...fileNode(task, file, root),
    })),
    ...refusedNodes(root, task),
  ];
  return {
    id,
    root,
    task: task.id,
    label: taskTitle(task, rowTitle),
    description: isOneOfSeveral ? `${basename(root)} · ${taskDescription(task)}` : taskDescription(task),
    facts: [task.goal, ...(task.summary === undefined ? [] : [task.summary]), ...taskFacts(task)],
    icon: isAsking(task) ? asking : taskIcon(task),
    command: 'nightshift.openTaskPage',
    how: clickedRow,
    context: `task.${task.archived === true ? 'archived.' : ''}${task.state}${isAsking(task) ? '.asks' : ''}${hasChanges(task) ? '.changes' : ''}`,
    expanded: isActive(task) || ['ready', 'waiting', 'failed'].includes(task.state),
    children,
  };
}

interface RowIcon {
  readonly name: string;
  readonly color?: string;
}

const asking: RowIcon = { name: 'comment-unresolved', color: 'charts.yellow' };

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
  green: t('Tests green'),
  red: t('Tests red'),
  unverified: t('Unverified'),
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

/** What goes on where no steps are counted. */
const stageLabels: Partial<Readonly<Record<TaskStateView, string>>> = {
  queued: t('Waiting for its turn'),
  preparing: t('Preparing the model and a copy of the repository'),
  verifying: t('Running the tests without and with the changes'),
  reviewing: t('Checking the result'),
};

function activityNodes(root: string, task: TaskView): readonly TaskNode[] {
  if (task.question !== undefined && isAsking(task)) {
    const { text, options } = task.question;
    return [
      {
        ...row(root, task, 'question'),
        label: text,
        description: '',
        icon: { name: 'question' },
        context: 'question',
        facts: [text, ...options.map((option) => `• ${option}`)],
        command: 'nightshift.answerQuestion',
      },
    ];
  }
  if (task.reason !== undefined && ['failed', 'waiting', 'ready'].includes(task.state)) {
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
  const stage = stageLabels[task.state];
  if (stage !== undefined) {
    // From its first moment the row has something below it: the editor keeps a row closed that once had nothing.
    return [
      { ...row(root, task, 'usage'), label: stage, description: '', icon: { name: 'dashboard' }, context: 'usage' },
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
      label: t`Step ${usage.steps} of ${limits.steps}`,
      description: t`${percent}% of tokens`,
      icon: { name: 'dashboard' },
      context: 'usage',
    },
  ];
}

function warningNodes(root: string, task: TaskView): readonly TaskNode[] {
  return (task.warnings ?? []).map((warning, index) => ({
    ...row(root, task, `warning-${index}`),
    label: warning,
    description: '',
    facts: [warning],
    icon: { name: 'warning', color: 'charts.yellow' },
    context: 'warning',
  }));
}

function planNodes(root: string, task: TaskView): readonly TaskNode[] {
  const { plan } = task;
  if (plan === undefined) {
    return [];
  }
  return [
    {
      ...row(root, task, 'plan'),
      label: t('Plan'),
      description: plan.length === 1 ? t('1 step') : `${plan.length} steps`,
      facts: plan.map((step, at) => `${at + 1}. ${step}`),
      icon: { name: 'checklist' },
      context: 'plan',
      expanded: false,
      children: plan.map((step, at) => ({
        ...row(root, task, `plan-${at}`),
        label: `${at + 1}. ${step}`,
        description: '',
        facts: [step],
        icon: { name: 'circle-small' },
        context: 'plan.step',
      })),
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
      facts: [proof.reason, t`Command: ${proof.command.join(' ')}`, t`Runtime: ${proof.runtime}`],
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

function refusedNodes(root: string, task: TaskView): readonly TaskNode[] {
  return task.refused.map((refused, index) => ({
    ...row(root, task, `refused-${index}`),
    label: refused.path,
    description: t`left out: ${refused.message}`,
    facts: [t`The agent changed ${refused.path}, and policy left that out (${refused.rule}): ${refused.message}`],
    icon: { name: 'shield', color: 'charts.yellow' },
    context: 'refused',
  }));
}
