import type { EntityKind } from '../../../protocol/memory.ts';
import type { GraphLayout, PlacedEntity } from '../graph/layoutGraph.ts';

const namespace = 'http://www.w3.org/2000/svg';
const size = 9;
const longestLabel = 22;

/** Outlines by kind, so that colour is not the only difference. */
const outlines: Readonly<Record<EntityKind, string>> = {
  file: 'M-8,-9 H4 L8,-5 V9 H-8 Z',
  symbol: `M0,-${size} A${size},${size} 0 1 1 0,${size} A${size},${size} 0 1 1 0,-${size} Z`,
  commit: 'M0,-10 L10,0 L0,10 L-10,0 Z',
  author: 'M-8,9 A8,8 0 0 1 8,9 Z M0,-9 A4.5,4.5 0 1 1 0,0 A4.5,4.5 0 1 1 0,-9 Z',
  test: 'M0,-10 L10,8 H-10 Z',
  document: 'M-9,-7 H9 V7 H-9 Z',
  decision: 'M-5,-9 H5 L10,0 L5,9 H-5 L-10,0 Z',
  task: 'M0,-10 L3,-3 L10,-3 L4.5,2 L7,9 L0,5 L-7,9 L-4.5,2 L-10,-3 L-3,-3 Z',
};

/** The drawing, without its focus. `onChoose` is called with what was clicked, `onOpen` with what was clicked twice. */
export function drawGraph(
  layout: GraphLayout,
  on: { readonly choose: (id: string) => void; readonly open: (id: string) => void },
): SVGSVGElement {
  const svg = element('svg', {
    viewBox: `${-layout.width / 2} ${-layout.height / 2} ${layout.width} ${layout.height}`,
    'aria-hidden': 'true',
  });
  const places = new Map(layout.placed.map((each) => [each.entity.id, each]));
  for (const { from, to, kind, weight } of layout.edges) {
    const [start, end] = [places.get(from), places.get(to)];
    if (start !== undefined && end !== undefined) {
      const line = element('line', {
        class: 'edge',
        x1: start.x,
        y1: start.y,
        x2: end.x,
        y2: end.y,
        'stroke-width': Math.min(4, 1 + Math.log2(1 + Math.max(0, weight)) / 2),
      });
      line.dataset['from'] = from;
      line.dataset['to'] = to;
      line.append(titled(kind));
      svg.append(line);
    }
  }
  for (const each of layout.placed) {
    svg.append(drawNode(each, on));
  }
  return svg;
}

/** Marks one thing and its ties; none where `id` is not drawn. */
export function markFocus(svg: SVGSVGElement, id: string): void {
  for (const node of svg.querySelectorAll<SVGGElement>('.node')) {
    node.classList.toggle('focused', node.dataset['id'] === id);
  }
  for (const line of svg.querySelectorAll<SVGLineElement>('.edge')) {
    line.classList.toggle('of-focus', line.dataset['from'] === id || line.dataset['to'] === id);
  }
}

function drawNode({ entity, x, y, distance, tie }: PlacedEntity, on: Parameters<typeof drawGraph>[1]): SVGGElement {
  const node = element('g', {
    class: `node kind-${entity.kind}${distance === 0 ? ' center' : ''}`,
    transform: `translate(${x} ${y})${distance === 0 ? ' scale(1.4)' : ''}`,
  });
  node.dataset['id'] = entity.id;
  const label = element('text', { y: 24 });
  label.textContent = short(entity.label);
  node.append(
    titled([`${entity.kind} ${entity.label}`, tie, entity.path ?? ''].filter((part) => part !== '').join('\n')),
    element('circle', { class: 'ring', r: 15 }),
    element('path', { class: 'mark', d: outlines[entity.kind] }),
    label,
  );
  node.addEventListener('click', () => on.choose(entity.id));
  node.addEventListener('dblclick', () => on.open(entity.id));
  return node;
}

/** The end of a path says more than its beginning. */
function short(label: string): string {
  const characters = Array.from(label);
  if (characters.length <= longestLabel) {
    return label;
  }
  return label.includes('/')
    ? `…${characters.slice(1 - longestLabel).join('')}`
    : `${characters.slice(0, longestLabel - 1).join('')}…`;
}

function titled(text: string): SVGTitleElement {
  const title = element('title', {});
  title.textContent = text;
  return title;
}

function element<Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string | number>>,
): SVGElementTagNameMap[Name] {
  const made = document.createElementNS(namespace, name);
  for (const [attribute, value] of Object.entries(attributes)) {
    made.setAttribute(attribute, String(value));
  }
  return made;
}
