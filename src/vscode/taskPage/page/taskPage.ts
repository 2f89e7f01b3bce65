import { t } from '@vscode/l10n';
import '../../window/page/pageTranslation.ts';
import type { TaskView } from '../../../protocol/taskView.ts';
import { isActive, stateWords } from '../../tasks/taskText.ts';
import {
  type Badge,
  type FromTaskPage,
  type PageAction,
  taskPageStateSchema,
  type TaskPageState,
  toTaskPageSchema,
} from '../taskPageMessages.ts';
import { byId, element } from './element.ts';
import { headParts, tickHead } from './showHead.ts';
import { sideParts } from './showSide.ts';
import { ShownTimeline } from './showTimeline.ts';

declare function acquireVsCodeApi(): {
  postMessage(message: FromTaskPage): void;
  getState(): unknown;
  setState(state: TaskPageState): void;
};

const editor = acquireVsCodeApi();
const head = byId('head');
const side = byId('side');
const columns = byId('columns');
const problem = byId('problem');
const status = byId('status');
const amount = byId('amount');

/** Which task this is comes with the page; where the reader was, from the last time. */
const own = taskPageStateSchema.parse(JSON.parse(document.body.dataset['state'] ?? '{}'));
const before = taskPageStateSchema.safeParse(editor.getState()).data;
let wantedScroll = before?.scroll;
let task: TaskView | undefined;
let headData = '';
const sideData = new Map<string, { readonly data: string; readonly section: HTMLElement }>();

const timeline = new ShownTimeline(
  byId('timeline'),
  (seq) => editor.postMessage({ type: 'detail', seq }),
  () => {
    const { next } = timeline.timeline;
    amount.textContent = `${next.toLocaleString('en-US')} event${next === 1 ? '' : 's'}`;
    showSide();
    restoreScroll();
  },
);

window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
  const checked = toTaskPageSchema.safeParse(data);
  if (!checked.success) {
    showProblem(t('What the editor says of this task cannot be read: reload the window.'));
    return;
  }
  const message = checked.data;
  if (message.type === 'task') {
    showTask(message.task, message.badge);
  } else if (message.type === 'rows') {
    timeline.add(message.from, message.rows);
  } else if (message.type === 'detail') {
    timeline.showDetail(message.seq, message.detail);
  } else {
    showProblem(message.message);
  }
});

byId('latest').addEventListener('click', () => timeline.focusLast());

let scrolled: ReturnType<typeof setTimeout> | undefined;
window.addEventListener(
  'scroll',
  () => {
    clearTimeout(scrolled);
    scrolled = setTimeout(() => editor.setState({ ...own, scroll: window.scrollY }), 200);
  },
  { passive: true },
);
setInterval(() => task !== undefined && tickHead(head, task, Date.now()), 1_000);

editor.setState(before ?? own);
editor.postMessage({ type: 'ready' });

function showTask(next: TaskView, badge: Badge): void {
  if (task !== undefined && task.state !== next.state) {
    status.textContent = t`The task is ${stateWords[next.state]}.`;
  }
  task = next;
  columns.hidden = false;
  // What the head shows of a task that works changes with its usage too, which it does not show.
  const { usage: _usage, trace: _trace, updatedAt, ...rest } = next;
  const data = JSON.stringify([isActive(next) ? '' : updatedAt, rest, badge]);
  if (data !== headData) {
    headData = data;
    keepFocus(head, () => head.replaceChildren(...headParts(next, badge, Date.now(), act)));
  }
  showSide();
}

function showSide(): void {
  if (task === undefined) {
    return;
  }
  const parts = sideParts(task, timeline.timeline, (path) => editor.postMessage({ type: 'file', path }));
  const sections = parts.map(({ name, data, draw }) => {
    const text = JSON.stringify(data);
    const known = sideData.get(name);
    if (known?.data === text) {
      return known.section;
    }
    const section = known?.section ?? element('section');
    keepFocus(section, () => section.replaceChildren(...draw()));
    sideData.set(name, { data: text, section });
    return section;
  });
  if (sections.length !== side.childElementCount || sections.some((section, at) => side.children[at] !== section)) {
    keepFocus(side, () => side.replaceChildren(...sections));
  }
}

/** Draws a part anew; a button that had the focus and is there again has it still. */
function keepFocus(part: HTMLElement, draw: () => void): void {
  const active = document.activeElement;
  const key = active instanceof HTMLElement && part.contains(active) ? active.dataset['key'] : undefined;
  draw();
  if (key !== undefined) {
    [...part.querySelectorAll<HTMLElement>('[data-key]')]
      .find((each) => each.dataset['key'] === key)
      ?.focus({ preventScroll: true });
  }
}

function showProblem(text: string): void {
  problem.hidden = text === '';
  problem.textContent = text;
}

function act(action: PageAction): void {
  editor.postMessage({ type: 'action', action });
}

/** Goes back to where the reader was as soon as the page is long enough. */
function restoreScroll(): void {
  if (wantedScroll !== undefined && document.documentElement.scrollHeight >= wantedScroll + window.innerHeight) {
    window.scrollTo(0, wantedScroll);
    wantedScroll = undefined;
  }
}
