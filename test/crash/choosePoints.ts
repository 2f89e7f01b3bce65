import type { Kill, ReportLine } from './injection/crashPlan.ts';
import { classOf, type PointClass, pointClasses } from './injection/pointLabel.ts';

/** Every place and moment at which the first host of an undisturbed run can be killed. */
export function everyKill(report: readonly ReportLine[]): Kill[] {
  return report.flatMap((line) =>
    line.kind === 'point'
      ? line.moments.map((moment): Kill => ({ point: line.point, occurrence: line.occurrence, moment }))
      : [],
  );
}

/** Of one undisturbed run, the points that another one had as well: by chance, or at a moment of a clock, come the others. */
export function steadyPoints(report: readonly ReportLine[], other: readonly ReportLine[]): ReportLine[] {
  const name = (line: ReportLine): string => (line.kind === 'point' ? `${line.occurrence} ${line.point}` : '');
  const known = new Set(other.map(name));
  return report.filter((line) => line.kind === 'point' && known.has(name(line)));
}

/** So many kills, spread evenly over the classes, the same for the same seed. */
export function sampleKills(all: readonly Kill[], wanted: number, random: () => number): Kill[] {
  const pools = pointClasses.map((name) => shuffled(ofClass(all, name), random));
  const chosen: Kill[] = [];
  for (let round = 0; chosen.length < Math.min(wanted, all.length); round += 1) {
    chosen.push(...pools.flatMap((pool) => pool[round] ?? []));
  }
  return chosen.slice(0, wanted);
}

export function ofClass(kills: readonly Kill[], name: PointClass): Kill[] {
  return kills.filter((kill) => classOf(kill.point) === name);
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, place: random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
