import { t } from '@vscode/l10n';
import type { Edge, EdgeKind, Entity, GraphResult } from '../../../protocol/memory.ts';

/** A thing at its place. The centre is at 0, 0; y grows downwards. Units are those of the drawing. */
export interface PlacedEntity {
  readonly entity: Entity;
  readonly x: number;
  readonly y: number;
  /** 0 is the centre, 1 what is tied to it, 2 what is tied to those only. */
  readonly distance: number;
  /** What ties it to the centre, in words; empty for the centre and for what is further away. */
  readonly tie: string;
}

export interface GraphLayout {
  /** The centre first, then as they stand around it, clockwise from the top, ring by ring. */
  readonly placed: readonly PlacedEntity[];
  /** Ties of which both ends are placed, the same tie once. */
  readonly edges: readonly Edge[];
  readonly width: number;
  readonly height: number;
}

const firstRadius = 130;
const ringGap = 95;
/** Room along a ring for one thing and its label. */
const spacing = 84;
/** Labels are wider than high, so rings are wider than high too. */
const flatness = 1.5;
const margin = { x: 120, y: 40 };

/** Ties in the order of their sectors, in words: from the centre, and to it. */
const ties: Readonly<Record<EdgeKind, readonly [out: string, into: string]>> = {
  calls: ['calls', t('called by')],
  tests: ['tests', t('tested by')],
  defines: ['defines', t('defined in')],
  imports: ['imports', t('imported by')],
  'changed-with': [t('changed with'), t('changed with')],
  documents: ['documents', t('documented in')],
  decides: ['decides', t('decided in')],
  touches: ['touches', t('touched by')],
  wrote: ['wrote', t('written by')],
  solved: ['solved', t('solved by')],
};
const tieOrder = Object.values(ties).flat();

/**
 * Places things on rings around the centre: those with the same tie side by side, the strongest first, on as many rings as they
 * need; what is not tied to the centre on rings of its own, near what it is tied to. The same graph is always placed the same way,
 * in whatever order its parts come.
 */
export function layoutGraph({ center, entities, edges }: GraphResult): GraphLayout {
  if (center === undefined) {
    return { placed: [], edges: [], width: 0, height: 0 };
  }
  const known = new Map([center, ...entities].map((entity) => [entity.id, entity]));
  const own = uniqueEdges(edges).filter(({ from, to }) => from !== to && known.has(from) && known.has(to));
  const tied = tiesOf(center.id, own);
  const near = [...tied.keys()].sort(
    (a, b) =>
      tieRank(tied.get(a)) - tieRank(tied.get(b)) ||
      (tied.get(b)?.weight ?? 0) - (tied.get(a)?.weight ?? 0) ||
      compare(a, b),
  );
  const placed: PlacedEntity[] = [{ entity: center, x: 0, y: 0, distance: 0, tie: '' }];
  const angles = new Map<string, number>();
  let ring = place(near, 0, (id) => ({ distance: 1, tie: tied.get(id)?.tie ?? '' }));
  const far = [...known.keys()].filter((id) => id !== center.id && !tied.has(id));
  const neighbours = neighboursOf(own);
  const angleOf = (id: string): number =>
    Math.min(...[...(neighbours.get(id) ?? [])].map((other) => angles.get(other) ?? Number.POSITIVE_INFINITY));
  const wanted = new Map(far.map((id) => [id, angleOf(id)]));
  far.sort((a, b) => order(wanted.get(a), wanted.get(b)) || compare(a, b));
  ring = place(far, ring, () => ({ distance: 2, tie: '' }));

  const reach = firstRadius + Math.max(0, ring - 1) * ringGap;
  return {
    placed,
    edges: own.toSorted((a, b) => compare(edgeName(a), edgeName(b))),
    width: 2 * (reach * flatness + margin.x),
    height: 2 * (reach + margin.y),
  };

  /** Fills rings from number `first` on, each with an even share of what is left; answers the number of the next free ring. */
  function place(
    ids: readonly string[],
    first: number,
    rest: (id: string) => Pick<PlacedEntity, 'distance' | 'tie'>,
  ): number {
    let next = first;
    for (let from = 0; from < ids.length; next += 1) {
      const radius = firstRadius + next * ringGap;
      const room = Math.max(1, Math.floor((2 * Math.PI * radius) / spacing));
      const here = ids.slice(from, from + room);
      from += here.length;
      here.forEach((id, index) => {
        // Every second ring is turned by half a step, so that labels of neighbouring rings do not meet.
        const angle = ((index + (next % 2) / 2) / here.length) * 2 * Math.PI;
        const entity = known.get(id);
        angles.set(id, angle);
        if (entity !== undefined) {
          const x = round(Math.sin(angle) * radius * flatness);
          placed.push({ entity, x, y: round(-Math.cos(angle) * radius), ...rest(id) });
        }
      });
    }
    return next;
  }
}

export type Direction = 'up' | 'down' | 'left' | 'right';

/** The nearest thing that lies in a direction from another one, within half a right angle of it first; undefined where none lies there. */
export function nextInDirection({ placed }: GraphLayout, id: string, direction: Direction): string | undefined {
  const from = placed.find(({ entity }) => entity.id === id);
  if (from === undefined) {
    return placed[0]?.entity.id;
  }
  const [dx, dy] = { up: [0, -1], down: [0, 1], left: [-1, 0], right: [1, 0] }[direction] as [number, number];
  let best: { readonly id: string; readonly cost: number } | undefined;
  for (const { entity, x, y } of placed) {
    const [ox, oy] = [x - from.x, y - from.y];
    const along = ox * dx + oy * dy;
    const across = Math.abs(ox * dy - oy * dx);
    if (along > 0 && entity.id !== id) {
      // What lies beside the way costs more than what lies on it.
      const cost = along + 2 * across + (across > along ? 10_000 : 0);
      best = best === undefined || cost < best.cost ? { id: entity.id, cost } : best;
    }
  }
  return best?.id;
}

interface Tie {
  readonly tie: string;
  readonly weight: number;
}

/** What the centre is tied to, each by its first tie in the order of sectors. */
function tiesOf(center: string, edges: readonly Edge[]): Map<string, Tie> {
  const tied = new Map<string, Tie>();
  for (const { from, to, kind, weight } of edges) {
    const other = from === center ? to : to === center ? from : undefined;
    if (other !== undefined) {
      const next = { tie: ties[kind][from === center ? 0 : 1], weight };
      const known = tied.get(other);
      const isBetter =
        known === undefined || tieRank(next) < tieRank(known) || (next.tie === known.tie && weight > known.weight);
      if (isBetter) {
        tied.set(other, next);
      }
    }
  }
  return tied;
}

function tieRank(tie: Tie | undefined): number {
  return tieOrder.indexOf(tie?.tie ?? '');
}

function neighboursOf(edges: readonly Edge[]): Map<string, Set<string>> {
  const neighbours = new Map<string, Set<string>>();
  for (const { from, to } of edges) {
    neighbours.set(from, (neighbours.get(from) ?? new Set()).add(to));
    neighbours.set(to, (neighbours.get(to) ?? new Set()).add(from));
  }
  return neighbours;
}

function uniqueEdges(edges: readonly Edge[]): readonly Edge[] {
  const strongest = new Map<string, Edge>();
  for (const edge of edges) {
    const known = strongest.get(edgeName(edge));
    if (known === undefined || edge.weight > known.weight) {
      strongest.set(edgeName(edge), edge);
    }
  }
  return [...strongest.values()];
}

function edgeName({ from, to, kind }: Edge): string {
  return `${from}\n${to}\n${kind}`;
}

function order(a = Number.POSITIVE_INFINITY, b = Number.POSITIVE_INFINITY): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** By code units, so that it is the same on every machine. */
function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** A hundredth of a unit is below what anyone sees. */
function round(value: number): number {
  return Math.round(value * 100) / 100 + 0;
}
