import { createHash } from 'node:crypto';
import type { Step } from './knowledge.ts';

/** What small models get wrong when they know what to do; the kinds are those that users of agents report. */
export const mistakeKinds = [
  'tagged-call',
  'fenced-call',
  'bare-call',
  'function-tag',
  'broken-json',
  'arguments-as-text',
  'name-spelling',
  'name-typo',
  'argument-spelling',
  'argument-invented',
  'number-as-text',
  'cut-off',
  'duplicate',
  'empty',
  'prose',
  'loop',
  'white-space',
  'placeholder',
] as const;

export type MistakeKind = (typeof mistakeKinds)[number];

export interface Mistake {
  readonly kind: MistakeKind;
  /** Answers that have it before the model gets it right: a weak model often needs to be told twice. */
  readonly times: number;
}

/** Mistakes that need something to be wrong about. */
const special: Readonly<Record<Step['kind'], readonly MistakeKind[]>> = {
  look: [],
  read: ['number-as-text', 'loop', 'argument-spelling'],
  edit: ['white-space', 'placeholder', 'argument-spelling'],
  test: [],
  finish: ['argument-spelling'],
};
const common: readonly MistakeKind[] = mistakeKinds.filter((kind) => !Object.values(special).flat().includes(kind));

/** Share of the steps at which something goes wrong. */
const share = 0.75;
/** Share of those at which it is a mistake of this kind of step alone. */
const specialShare = 0.5;
/** Share of those at which it goes wrong twice. */
const stubborn = 0.25;

/** What goes wrong at each step, the same for the same task and seed; undefined for a step that is right at once. */
export function dealMistakes(task: string, steps: readonly Step[], seed: number): readonly (Mistake | undefined)[] {
  const random = randomOf(`${task} ${seed}`);
  const used = new Set<MistakeKind>();
  return steps.map(({ kind }) => {
    const [chance, group, which, again] = [random(), random(), random(), random()];
    const fresh = (kinds: readonly MistakeKind[]): readonly MistakeKind[] => kinds.filter((each) => !used.has(each));
    const own = fresh(special[kind]);
    const kinds = own.length > 0 && group < specialShare ? own : fresh(common);
    const mistake = kinds[Math.floor(which * kinds.length)];
    if (chance > share || mistake === undefined) {
      return undefined;
    }
    used.add(mistake);
    return { kind: mistake, times: again < stubborn ? 2 : 1 };
  });
}

/** From 0 up to 1. */
function randomOf(word: string): () => number {
  let at = 0;
  return () =>
    createHash('sha256')
      .update(`${word} ${(at += 1)}`)
      .digest()
      .readUInt32BE() /
    2 ** 32;
}
