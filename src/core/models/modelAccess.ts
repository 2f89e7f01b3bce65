import type { Event } from '../../base/event.ts';

/** Code of the reason with which a task waits, without a box and a turn, until a window lends its model. */
export const windowNeeded = 'model-window-needed';

/** What is lacking before a model can be asked: a window of the editor that has it, or its user's word. */
export interface MissingAccess {
  readonly need: 'window' | 'consent';
  /** One line for a person: what is waited for, and what ends the wait. */
  readonly message: string;
}

/** Whether a model that belongs to somebody can be asked at this moment. */
export interface ModelAccess {
  /** Undefined when it can be asked. */
  missing(): MissingAccess | undefined;
  /** The window of the model that would be asked now, in tokens; undefined while none can be asked. */
  contextTokens?(): number | undefined;
  /** Both may answer otherwise now. */
  readonly onDidChange: Event<void>;
}
