import type { Step } from './knowledge.ts';

export interface SpokenCall {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** What came of a step, as far as the model can tell from what it was answered. */
export type Understood = 'done' | 'not-done' | 'tests-fail';

/** How a model says its steps with the tools that it was given, and reads what comes of them. */
export interface Speech {
  /** With `whole` an edit is the file's whole content. */
  call(step: Step, whole: boolean): SpokenCall;
  understand(step: Step, replies: readonly string[]): Understood;
  /** Argument names as models spell them that were trained on other tools. */
  misspelt(call: SpokenCall): SpokenCall;
  /** Numbers as text. */
  numbersAsText(call: SpokenCall): SpokenCall;
}
