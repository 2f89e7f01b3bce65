import { t } from '@vscode/l10n';
import '../../window/page/pageTranslation.ts';
import { type FromPage, toPageSchema } from '../graph/graphMessages.ts';
import { type Direction, type GraphLayout, layoutGraph, nextInDirection } from '../graph/layoutGraph.ts';
import { drawGraph, markFocus } from './drawGraph.ts';
import { listGraph, markListed } from './listGraph.ts';

declare function acquireVsCodeApi(): { postMessage(message: FromPage): void };

const editor = acquireVsCodeApi();
const drawing = byId('drawing');
const list = byId('list');
const status = byId('status');
const back = byId('back');

let layout: GraphLayout = { placed: [], edges: [], width: 0, height: 0 };
let svg: SVGSVGElement | undefined;
let focused = '';

const arrows: Readonly<Record<string, Direction>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
};

window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
  const checked = toPageSchema.safeParse(data);
  if (!checked.success) {
    status.textContent = t('The graph cannot be read: reload the window.');
    return;
  }
  const message = checked.data;
  if (message.type === 'busy') {
    status.textContent = t('Looking…');
  } else if (message.type === 'problem') {
    status.textContent = message.message;
  } else {
    back.toggleAttribute('disabled', !message.canGoBack);
    layout = layoutGraph(message.graph);
    svg = drawGraph(layout, { choose: focus, open });
    drawing.replaceChildren(svg);
    list.replaceChildren(...listGraph(layout, focus));
    const center = message.graph.center;
    drawing.setAttribute(
      'aria-label',
      t`Graph around ${center?.label ?? 'nothing'}, ${layout.placed.length - 1} things`,
    );
    focus(center?.id ?? '');
    if (!list.contains(document.activeElement)) {
      drawing.focus();
    }
  }
});

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  const direction = arrows[event.key];
  const isOnBack = document.activeElement === back;
  if (direction !== undefined) {
    const isInList = list.contains(document.activeElement);
    focus(nextInDirection(layout, focused, direction) ?? focused);
    if (isInList) {
      list.querySelector<HTMLElement>('[aria-current="true"]')?.focus();
    }
  } else if (event.key === 'Enter' && !isOnBack) {
    center(focused);
  } else if (event.key === 'o' || event.key === 'O') {
    open(focused);
  } else if (event.key === 'Escape' || event.key === 'Backspace') {
    goBack();
  } else {
    return;
  }
  event.preventDefault();
});
back.addEventListener('click', goBack);
editor.postMessage({ type: 'ready' });

/** Moves the mark and says what is under it. */
function focus(id: string): void {
  const placed = layout.placed.find(({ entity }) => entity.id === id);
  if (placed === undefined || svg === undefined) {
    return;
  }
  if (focused === id && svg.querySelector('.focused') !== null) {
    return;
  }
  focused = id;
  markFocus(svg, id);
  markListed(list, id);
  const { entity, tie } = placed;
  const place = entity.path === undefined || entity.path === entity.label ? '' : `, ${entity.path}`;
  status.textContent = `${tie === '' ? '' : `${tie}: `}${entity.kind} ${entity.label}${place}`;
}

function center(id: string): void {
  if (id !== '') {
    editor.postMessage({ type: 'center', id });
  }
}

function open(id: string): void {
  if (id !== '') {
    editor.postMessage({ type: 'open', id });
  }
}

function goBack(): void {
  editor.postMessage({ type: 'back' });
}

function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) {
    throw new Error(`The page has no ${id}.`);
  }
  return found;
}
