import { type ChangedFileView, type ProofView, type TaskView, traceProblems } from '../../protocol/taskView.ts';
import { plainLine } from '../../base/plainText.ts';
import { isEnvironmentReason } from '../exitCode.ts';
import { counted } from '../../base/counted.ts';
import type { Paint, Style } from './paint.ts';
import { reportText, runtimeBadge } from '../../host/trace/progressText.ts';

const stateStyles: Readonly<Partial<Record<TaskView['state'], Style>>> = {
  ready: 'green',
  applied: 'green',
  merged: 'green',
  failed: 'red',
  cancelled: 'dim',
  discarded: 'dim',
  waiting: 'yellow',
  paused: 'yellow',
};
const verdictStyles: Readonly<Record<ProofView['verdict'], Style>> = {
  green: 'green',
  red: 'red',
  unverified: 'yellow',
};
const statusLetters: Readonly<Record<ChangedFileView['status'], string>> = { added: 'A', modified: 'M', deleted: 'D' };

/** A few names are enough to know where to look; the trace has all. */
const namesShown = 5;
const labelWidth = 9;

/** Everything about a task that a person decides by, one fact a line. */
export function taskText(task: TaskView, paint: Paint): string {
  return [
    `${paint('bold', plainLine(task.id))}  ${plainLine(task.goal, 200)}`,
    row('state', `${paint(stateStyles[task.state] ?? 'cyan', task.state)}${stateDetail(task)}`, paint),
    ...(task.summary === undefined ? [] : [row('summary', plainLine(task.summary, 500), paint)]),
    ...rows('plan', task.plan?.map((step, at) => `${at + 1}. ${plainLine(step, 200)}`) ?? [], paint),
    ...rows('warning', task.warnings?.map((each) => paint('yellow', plainLine(each))) ?? [], paint),
    ...proofRows(task.proof, paint),
    ...rows('files', task.changeset?.files.map((file) => fileText(file, paint)) ?? [], paint),
    ...rows(
      'refused',
      task.refused.map((each) => paint('red', plainLine(`${each.path}: ${each.message}`))),
      paint,
    ),
    ...rows(
      'left out',
      task.excluded.slice(0, namesShown).map((each) => plainLine(`${each.path} (${each.reason})`)),
      paint,
    ),
    ...rows(
      'votes',
      task.votes.map((each) =>
        plainLine(`${each.agent}: ${each.vote}${each.reason === task.summary ? '' : `, ${each.reason}`}`),
      ),
      paint,
    ),
    ...(task.takenOver === undefined
      ? []
      : [row('taken', plainLine(`over in ${task.takenOver.directory}, on ${task.takenOver.branch}`), paint)]),
    row('model', modelText(task, paint), paint),
    ...(task.runtime === undefined ? [] : [row('sandbox', runtimeBadge(task.runtime), paint)]),
    row('usage', usageText(task), paint),
    row('trace', `${plainLine(task.trace.path)} (${counted(task.trace.events, 'event')})`, paint),
    ...rows('next', nextSteps(task), paint),
  ].join('\n');
}

/** One task a line, cut to the width of the terminal. */
export function taskListText(tasks: readonly TaskView[], paint: Paint, columns: number | undefined): string {
  const ids = Math.max(...tasks.map((task) => task.id.length));
  return tasks
    .map((task) => {
      const verdict = task.state === 'ready' && task.proof !== undefined ? ` (${task.proof.verdict})` : '';
      const state = `${task.state}${verdict}`.padEnd(18);
      const size = sizeText(task).padEnd(10);
      const left = Math.max(20, (columns ?? 200) - ids - 18 - 10 - 6);
      return `${plainLine(task.id).padEnd(ids)}  ${paint(stateStyles[task.state] ?? 'cyan', state)}  ${size}  ${plainLine(task.goal, left)}`;
    })
    .join('\n');
}

/** What a person may do with a task from here. */
export function nextSteps({ id, state, reason, changeset, question }: TaskView): string[] {
  if (question !== undefined) {
    return [
      ...question.options.map((option) => `nightshift answer ${id} ${shellWord(option)}`),
      `nightshift answer ${id} '…'   answer it in your own words`,
    ];
  }
  if (state === 'ready') {
    const named =
      changeset?.files.filter((file) => file.protected !== undefined && !file.applied).slice(0, namesShown) ?? [];
    return [
      `nightshift apply ${id}     take the changes over`,
      ...named.map((file) => `nightshift apply ${id} --file ${shellWord(file.path)}     accept the protected file`),
      `nightshift patch ${id}     print the diff`,
      `nightshift discard ${id}   forget it`,
    ];
  }
  if (traceProblems.some((code) => code === reason?.code)) {
    return [`nightshift trace verify ${id}   see what is wrong with its trace`];
  }
  const isOver = state === 'failed' || state === 'discarded' || state === 'cancelled';
  return [
    ...(isOver && changeset !== undefined ? [`nightshift patch ${id}     print the diff`] : []),
    ...(canResume(state) ? [`nightshift resume ${id}    let it go on`] : []),
    ...(state === 'failed' ? [`nightshift discard ${id}   forget it`] : []),
    ...(state === 'failed' && isEnvironmentReason(reason?.code ?? '')
      ? ['nightshift doctor     check what this machine lacks']
      : []),
  ];
}

function canResume(state: TaskView['state']): boolean {
  return state === 'failed' || state === 'waiting' || state === 'paused';
}

/** What a person may do with a task that goes on without being watched. */
export function detachedText({ id }: TaskView, paint: Paint): string {
  const steps = [`nightshift show ${id}     see how it goes`, `nightshift cancel ${id}   stop it`];
  return rows('next', steps, paint).join('\n');
}

export function modelText({ model, replay }: TaskView, paint: Paint): string {
  const label = replay ? `  ${paint('yellow', 'replay model: a recording, not a live model')}` : '';
  return `${plainLine(model)}${label}`;
}

function stateDetail({ reason, state, activity }: TaskView): string {
  if (reason !== undefined) {
    return `: ${plainLine(reason.message)} (${plainLine(reason.code)})`;
  }
  const said = activity.startsWith(`${state}: `) ? activity.slice(state.length + 2) : activity;
  const saysMore = state !== 'ready' && said !== '' && said !== state;
  return saysMore ? `: ${plainLine(said, 120)}` : '';
}

function proofRows(proof: ProofView | undefined, paint: Paint): string[] {
  if (proof === undefined) {
    return [];
  }
  const failing = proof.tests.filter((test) => test.status === 'failed');
  return rows(
    'proof',
    [
      `${paint(verdictStyles[proof.verdict], proof.verdict)}: ${plainLine(proof.reason, 300)}`,
      `before  ${reportText(proof.base)}`,
      `after   ${reportText(proof.patched)}`,
      `run by Nightshift in fresh sandboxes (${proof.runtime}): ${plainLine(proof.command.join(' '))}`,
      ...failing.slice(0, namesShown).map((test) => paint('red', `✗ ${plainLine(test.name, 200)}`)),
      ...(failing.length > namesShown ? [`and ${counted(failing.length - namesShown, 'more failing test')}`] : []),
    ],
    paint,
  );
}

function fileText(file: ChangedFileView, paint: Paint): string {
  const size = file.binary ? 'binary' : `${paint('green', `+${file.additions}`)} ${paint('red', `-${file.deletions}`)}`;
  const renamed = file.renamedFrom === undefined ? '' : `  renamed from ${plainLine(file.renamedFrom)}`;
  const mode = file.executable === undefined ? '' : file.executable ? '  made executable' : '  no longer executable';
  const applied = file.applied ? `  ${paint('green', 'applied')}` : decidedText(file, paint);
  const guarded = file.protected === undefined ? '' : `  ${paint('yellow', `protected: ${plainLine(file.protected)}`)}`;
  return `${statusLetters[file.status]} ${plainLine(file.path)}  ${size}${renamed}${mode}${applied}${guarded}`;
}

function decidedText({ decided }: ChangedFileView, paint: Paint): string {
  if (decided === undefined) {
    return '';
  }
  const { accepted, rejected, of, settled } = decided;
  if (accepted === 0 && settled) {
    return `  ${paint('red', 'rejected')}`;
  }
  return `  ${paint('yellow', `${accepted} of ${of} hunks applied, ${rejected} rejected`)}`;
}

function usageText({ usage, limits }: TaskView): string {
  const number = (value: number): string => value.toLocaleString('en-US');
  return `${counted(usage.steps, 'step')}, ${counted(usage.newTokens, 'new token')} of ${number(limits.newTokens)} (${number(usage.tokens)} in all), ${usage.seconds.toFixed(1)} s`;
}

function sizeText({ changeset }: TaskView): string {
  const files = changeset?.files ?? [];
  const sum = (key: 'additions' | 'deletions'): number => files.reduce((total, file) => total + file[key], 0);
  return files.length === 0 ? '' : `+${sum('additions')} -${sum('deletions')}`;
}

function row(label: string, text: string, paint: Paint): string {
  return `  ${paint('dim', label.padEnd(labelWidth))}${text}`;
}

/** The label stands at the first line only. */
function rows(label: string, texts: readonly string[], paint: Paint): string[] {
  return texts.map((text, index) => row(index === 0 ? label : '', text, paint));
}

/** A path as it can be pasted into a POSIX shell. */
function shellWord(path: string): string {
  return /^[\w./@%+=:,-]+$/.test(path) ? path : `'${plainLine(path).replaceAll("'", "'\\''")}'`;
}
