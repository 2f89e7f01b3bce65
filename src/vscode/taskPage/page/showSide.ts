import { t } from '@vscode/l10n';
import type { ProofView, TaskView } from '../../../protocol/taskView.ts';
import type { SandboxReport, SetupReport } from '../../../protocol/timeline.ts';
import { changeCounts, verdictText } from '../../tasks/taskText.ts';
import { taskMeters } from '../taskFigures.ts';
import type { Timeline } from '../timelineGroups.ts';
import { element } from './element.ts';

type Sandboxes = Pick<Timeline, 'boxes' | 'setup'>;

/** A part of the side: what it shows, as data, and how. It is drawn again only when the data changed. */
export interface SidePart {
  readonly name: string;
  readonly data: unknown;
  draw(): readonly HTMLElement[];
}

/** What stands beside the timeline; parts that have nothing to show are left out. */
export function sideParts(task: TaskView, sandboxes: Sandboxes, onFile: (path: string) => void): readonly SidePart[] {
  const { plan = [], changeset, refused, excluded, proof, votes, answered = [] } = task;
  const boxes = [...sandboxes.boxes.values()];
  const files = changeset?.files ?? [];
  const parts: readonly (SidePart | false)[] = [
    (files.length > 0 || refused.length > 0) && {
      name: 'changes',
      data: [files, refused],
      draw: () => [heading(t('Changes'), changeCounts(files)), ...drawFiles(task, onFile)],
    },
    proof !== undefined && {
      name: 'proof',
      data: proof,
      draw: () => [heading(t('Proof'), verdictText(proof)), ...drawProof(proof)],
    },
    votes.length > 0 && {
      name: 'votes',
      data: votes,
      draw: () => [heading(t('Votes')), element('ul', {}, ...votes.map(drawVote))],
    },
    answered.length > 0 && {
      name: 'questions',
      data: answered,
      draw: () => [
        heading(t('Questions')),
        element('ul', {}, ...answered.map(({ question, answer }) => drawAnswer(question, answer))),
      ],
    },
    {
      name: 'budget',
      data: [task.usage, task.limits],
      draw: () => [
        heading(t('Budget'), t`${task.usage.tokens.toLocaleString('en-US')} tokens in all`),
        ...drawMeters(task),
      ],
    },
    plan.length > 0 && {
      name: 'plan',
      data: plan,
      draw: () => [
        heading(t('Plan'), plan.length === 1 ? t('1 step') : `${plan.length} steps`),
        element('ol', { class: 'plan' }, ...plan.map((step) => element('li', {}, element('span', {}, step)))),
      ],
    },
    (boxes.length > 0 || sandboxes.setup !== undefined) && {
      name: 'sandbox',
      data: [boxes, sandboxes.setup, excluded],
      draw: () => [heading(t('Sandbox')), ...drawSandbox(boxes, sandboxes.setup, excluded)],
    },
  ];
  return parts.filter((part) => part !== false);
}

function heading(title: string, more = ''): HTMLElement {
  return element('h2', {}, title, ...(more === '' ? [] : [element('span', { class: 'quiet' }, more)]));
}

function drawMeters(task: TaskView): readonly HTMLElement[] {
  return taskMeters(task).map(({ name, used, limit, text, isShort }) => {
    const share = limit === 0 ? 1 : Math.min(1, used / limit);
    const fill = element('div', { class: 'fill' });
    // The policy of the page lets no style be an attribute; a property is none.
    fill.style.width = `${(100 * share).toFixed(1)}%`;
    const track = element(
      'div',
      {
        class: 'track',
        role: 'meter',
        'aria-label': name,
        'aria-valuemin': 0,
        'aria-valuemax': limit,
        'aria-valuenow': Math.min(limit, Math.round(used)),
        'aria-valuetext': text,
      },
      fill,
    );
    const line = element(
      'div',
      { class: 'line' },
      element('span', {}, name),
      element('span', { class: 'quiet' }, text),
    );
    return element('div', { class: isShort ? 'meter short' : 'meter' }, line, track);
  });
}

function drawFiles({ changeset, refused }: TaskView, onFile: (path: string) => void): readonly HTMLElement[] {
  const rows = (changeset?.files ?? []).map(
    ({ path, status, additions, deletions, binary, protected: why, applied }) => {
      const button = element('button', { type: 'button', class: 'link', 'data-key': `file ${path}` }, path);
      button.title = t`Open the diff of ${path}`;
      button.addEventListener('click', () => onFile(path));
      const words = [
        ...(status === 'modified' ? [] : [status]),
        ...(applied ? ['accepted'] : []),
        ...(why === undefined ? [] : ['protected']),
      ];
      const counts = binary
        ? [element('span', { class: 'quiet' }, 'binary')]
        : [
            element('span', { class: 'added mono' }, `+${additions}`),
            element('span', { class: 'removed mono' }, `−${deletions}`),
          ];
      return element(
        'li',
        { class: 'file', title: why },
        button,
        ...(words.length === 0 ? [] : [element('span', { class: 'quiet' }, words.join(', '))]),
        ...counts,
      );
    },
  );
  const left = refused.map(({ path, message }) =>
    element('li', {}, element('span', {}, path), element('span', { class: 'quiet' }, t` left out: ${message}`)),
  );
  return [element('ul', {}, ...rows, ...left)];
}

const testTones: Readonly<Record<ProofView['tests'][number]['status'], string>> = {
  passed: 'good',
  failed: 'bad',
  skipped: '',
};

function drawProof({ reason, command, base, patched, tests, runtime }: ProofView): readonly HTMLElement[] {
  const row = (name: string, report: ProofView['base']): HTMLElement =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, name),
      ...[report.passed, report.failed, report.skipped].map((number) => element('td', {}, String(number))),
    );
  const columns = [t('Passed'), t('Failed'), t('Skipped')].map((name) => element('th', { scope: 'col' }, name));
  const list = tests.map(({ name, status, message, milliseconds }) =>
    element(
      'li',
      { class: testTones[status] || undefined, title: message },
      element('span', { class: 'dot', 'aria-hidden': 'true' }),
      element('span', {}, name),
      element(
        'span',
        { class: 'quiet' },
        ` ${status}${milliseconds === undefined ? '' : t`, ${Math.round(milliseconds)} ms`}`,
      ),
    ),
  );
  return [
    element('p', {}, reason),
    element(
      'table',
      {},
      element('thead', {}, element('tr', {}, element('td', {}), ...columns)),
      element('tbody', {}, row(t('Without the changes'), base), row(t('With the changes'), patched)),
    ),
    element('p', { class: 'quiet' }, element('code', {}, command.join(' ')), ` in ${runtime}`),
    ...(list.length === 0
      ? []
      : [
          element(
            'details',
            { class: 'tests' },
            element('summary', { 'data-key': 'tests' }, list.length === 1 ? t('1 test') : `${list.length} tests`),
            element('ul', {}, ...list),
          ),
        ]),
  ];
}

function drawAnswer(question: string, answer: string): HTMLElement {
  return element('li', {}, element('span', {}, question), element('div', { class: 'quiet' }, t`You: ${answer}`));
}

function drawVote({ agent, vote, reason }: TaskView['votes'][number]): HTMLElement {
  const tone = { approve: 'good', reject: 'bad', abstain: '' }[vote];
  return element(
    'li',
    { class: tone || undefined },
    element('span', { class: 'dot', 'aria-hidden': 'true' }),
    element('span', {}, `${agent}: ${vote}`),
    element('div', { class: 'quiet' }, reason),
  );
}

function drawSandbox(
  boxes: readonly SandboxReport[],
  setup: SetupReport | undefined,
  excluded: TaskView['excluded'],
): readonly HTMLElement[] {
  const reports = boxes.flatMap(({ profile, runtime, isolatedKernel, unenforced, image, may, mayNot }) => [
    element('h3', {}, profile === 'locked' ? t('Where the agent works') : t('Where tests run')),
    pairs([
      [t('Runtime'), isolatedKernel ? t`${runtime}, a kernel of its own` : t`${runtime}, the kernel of this machine`],
      [t('Image'), image.replace(/^(sha256:[0-9a-f]{12})[0-9a-f]+$/, '$1…')],
      [t('Network'), 'none'],
      ...(unenforced.length === 0 ? [] : [[t('Not enforced'), unenforced.join(', ')] as const]),
    ]),
    element('ul', { class: 'rights may', 'aria-label': t('May') }, ...may.map(right(t('May')))),
    element('ul', { class: 'rights not', 'aria-label': t('May not') }, ...mayNot.map(right(t('May not')))),
  ]);
  const { source, status, network, reached } = setup ?? { source: '', status: '', network: false, reached: [] };
  return [
    ...reports,
    ...(setup === undefined
      ? []
      : [
          element('h3', {}, t('What was set up for tests')),
          pairs([
            [t('From'), source === 'base' ? t('the base image alone') : `${source}, ${status}`],
            [
              t('Could reach'),
              network === true ? t('public hosts') : network === false ? 'nothing' : network.join(', '),
            ],
            ...(reached.length === 0 ? [] : [[t('Reached'), reached.join(', ')] as const]),
          ]),
        ]),
    ...(excluded.length === 0
      ? []
      : [
          element('h3', {}, t('Not given to the agent')),
          element('ul', {}, ...excluded.map(({ path, reason }) => element('li', {}, `${path} (${reason})`))),
        ]),
  ];
}

/** The sign before a right is drawn by the style; the word is for who does not see it. */
function right(word: string): (text: string) => HTMLElement {
  return (text) => element('li', {}, element('span', {}, element('span', { class: 'unseen' }, `${word} `), text));
}

function pairs(rows: readonly (readonly [name: string, value: string])[]): HTMLElement {
  return element(
    'dl',
    { class: 'pair' },
    ...rows.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]),
  );
}
