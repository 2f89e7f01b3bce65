import { t } from '@vscode/l10n';
import type { TaskView } from '../../../protocol/taskView.ts';
import { isActive, stateWords, taskTitle } from '../../tasks/taskText.ts';
import { ageText, durationText, elapsed, taskActions } from '../taskFigures.ts';
import type { Badge, PageAction } from '../taskPageMessages.ts';
import { element } from './element.ts';

const badgeTones: Readonly<Record<Badge['kind'], string>> = {
  later: '',
  checking: 'busy',
  whole: 'good',
  wrong: 'bad',
};

/** What is about the task as a whole: its goal, how it stands, and what can be done with it. */
export function headParts(
  task: TaskView,
  badge: Badge,
  now: number,
  onAction: (action: PageAction) => void,
): readonly HTMLElement[] {
  const { goal, model, replay, runtime, activity, reason, warnings = [], summary } = task;
  const title = taskTitle(task, 200);
  const rest = goal
    .trim()
    .split('\n')
    .slice(title.endsWith('…') ? 0 : 1)
    .join('\n')
    .trim();
  const facts = [
    fact(stateTone(task), capital(stateWords[task.state]), 'strong'),
    ...(isActive(task) && activity !== '' ? [fact(undefined, activity)] : []),
    fact(undefined, replay ? t`${model} (a recording)` : model),
    ...(runtime === undefined
      ? []
      : [fact(undefined, runtime.isolatedKernel ? t`${runtime.name}, own kernel` : t`${runtime.name}, shared kernel`)]),
    timeFact('age', task, now),
    timeFact('elapsed', task, now),
    fact(badgeTones[badge.kind], badge.text),
  ];
  return [
    element('h1', {}, title),
    element('div', { class: 'facts' }, ...facts),
    ...(rest === '' ? [] : [element('p', { class: 'goal' }, rest)]),
    ...(summary === undefined
      ? []
      : [element('p', { class: 'goal' }, element('span', { class: 'quiet' }, t('Summary: ')), summary)]),
    ...(task.question === undefined
      ? reason === undefined
        ? []
        : [note(task.state === 'failed' ? 'bad' : 'warn', reason.message)]
      : [questionNote(task.question)]),
    ...warnings.map((warning) => note('warn', warning)),
    element(
      'div',
      { class: 'buttons', role: 'group', 'aria-label': t('Actions') },
      ...taskActions(task).flatMap(({ action, label, kind }, at, all) => {
        const button = element('button', { type: 'button', 'data-key': action, class: kind }, label);
        button.addEventListener('click', () => onAction(action));
        const isFirstTool = kind === 'tool' && all[at - 1]?.kind !== 'tool';
        return isFirstTool ? [element('span', { class: 'gap' }), button] : [button];
      }),
    ),
  ];
}

/** Brings the words that change with the clock up to now. */
export function tickHead(head: Element, task: TaskView, now: number): void {
  for (const [name, text] of Object.entries(times(task, now))) {
    const shown = head.querySelector(`[data-time="${name}"]`);
    if (shown !== null && shown.textContent !== text) {
      shown.textContent = text;
    }
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function stateTone(task: TaskView): string {
  const { state, proof } = task;
  if (isActive(task)) {
    return 'busy';
  }
  if (state === 'ready') {
    return proof?.verdict === 'green' ? 'good' : proof?.verdict === 'red' ? 'bad' : 'warn';
  }
  if (state === 'applied' || state === 'merged') {
    return 'good';
  }
  return state === 'failed' ? 'bad' : state === 'waiting' ? 'warn' : '';
}

function times(task: TaskView, now: number): Readonly<Record<'age' | 'elapsed', string>> {
  const took = durationText(elapsed(task, now));
  return { age: `delegated ${ageText(task.createdAt, now)}`, elapsed: isActive(task) ? `for ${took}` : `took ${took}` };
}

function timeFact(name: 'age' | 'elapsed', task: TaskView, now: number): HTMLElement {
  return element(
    'span',
    { 'data-time': name, title: name === 'age' ? task.createdAt : undefined },
    times(task, now)[name],
  );
}

function fact(tone: string | undefined, text: string, kind = ''): HTMLElement {
  const dot = tone === undefined ? [] : [element('span', { class: 'dot', 'aria-hidden': 'true' })];
  return element('span', { class: `${tone ?? ''} ${kind}`.trim() || undefined }, ...dot, text);
}

function questionNote({ text, options }: NonNullable<TaskView['question']>): HTMLElement {
  const choices = options.length === 0 ? [] : [element('ul', {}, ...options.map((each) => element('li', {}, each)))];
  return element(
    'div',
    { class: 'note warn question' },
    element('strong', {}, t('The agent asks: ')),
    text,
    ...choices,
  );
}

function note(tone: string, text: string): HTMLElement {
  return element('p', { class: `note ${tone}` }, text);
}
