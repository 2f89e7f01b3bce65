import { isWorkable } from '../../protocol/isWorkable.ts';
import type { ModelFacts } from './modelFacts.ts';
import type { ModelGrade } from './modelGrade.ts';

/** Less is no window to work in, tokens. */
const leastWindow = 4_096;

interface Known {
  /** Largest window, tokens. */
  readonly contextTokens?: number | undefined;
  readonly facts?: ModelFacts;
}

/** Why a model needs no question to be found unfit; undefined where it is to be asked. */
export function plainlyUnfit({ contextTokens, facts }: Known) {
  const why =
    facts?.completes === false
      ? 'it answers no questions (a model for embeddings, for example)'
      : (contextTokens ?? leastWindow) < leastWindow
        ? `its window has only ${contextTokens} tokens, and a task needs ${leastWindow} at least`
        : undefined;
  const grade: ModelGrade = { tools: 'none', schema: false, level: 'unfit' };
  return why === undefined ? undefined : { grade, words: `unfit: ${why}`, findings: [] };
}

export interface Workable extends Known {
  /** As its server says. */
  readonly tools: boolean;
  readonly grade?: Pick<ModelGrade, 'level'> | undefined;
  /** Why it is plainly unfit, where that was found already. */
  readonly other?: string | undefined;
}

/** Whether a model can be worked with: not plainly unfit, and by its grade; by what its server says where it was not tried yet. */
export function canWork(model: Workable): boolean {
  return plainlyUnfit(model) === undefined && isWorkable(model);
}
