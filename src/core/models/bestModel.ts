import { canWork, type Workable } from './canWork.ts';
import { type MachineMemory, memoryForModel, memoryNeed, usualContextTokens } from './memoryNeed.ts';
import type { ModelFacts } from './modelFacts.ts';
import type { ModelGrade } from './modelGrade.ts';

interface Candidate extends Workable {
  readonly name: string;
  readonly facts?: ModelFacts;
  readonly grade?: ModelGrade;
}

/** A model of fewer parameters is taken for weak until it showed more. */
export const smallParameters = 3e9;

/**
 * The model that `auto` takes: the best graded that can act at all; one that was not tried yet counts between weak and capable.
 * Then one that fits into memory, the larger, and last the name, so that the order in which a server lists them changes nothing.
 */
export function bestModel<Model extends Candidate>(
  models: readonly Model[],
  machine: MachineMemory,
): Model | undefined {
  const room = memoryForModel(machine);
  const keyed = models.filter(canWork).map((model) => {
    const need = memoryNeed(model.facts ?? {}, usualContextTokens) ?? 0;
    return { model, keys: [rank(model), need <= room ? 1 : 0, model.facts?.parameters ?? 0] };
  });
  const [best] = keyed.toSorted(
    (left, right) =>
      left.keys.reduce((decided, key, at) => decided || (right.keys[at] ?? 0) - key, 0) ||
      (left.model.name < right.model.name ? -1 : 1),
  );
  return best?.model;
}

function rank({ grade, facts }: Candidate): number {
  if (grade === undefined) {
    return (facts?.parameters ?? smallParameters) < smallParameters ? ranks.weak : (ranks.weak + ranks.capable) / 2;
  }
  return ranks[grade.level];
}

const ranks = { strong: 4, capable: 3, weak: 1, unfit: 0 } as const;
