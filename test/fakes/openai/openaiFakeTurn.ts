import type { ScriptTurn } from '../../../src/node/models/replay/replayScript.ts';
import type { FakeTurn } from '../ollama/fakeTurn.ts';

/** Servers that speak the API, each in its own way. */
export const dialects = ['vllm', 'llamacpp', 'lmstudio', 'ollama'] as const;
export type Dialect = (typeof dialects)[number];

/** Faults that only servers of this API have, beside those that they share with Ollama's own. */
type OwnFault =
  /** A bare end although the answer was said to be finished: no `[DONE]`, no counts. */
  | 'noDone'
  /** Comments and blank lines between events, lines that end with CR LF. */
  | 'commentsAndCrlf'
  | 'http401'
  | 'http429'
  /** An error in place of the stream, with the status 200. */
  | 'error200'
  /** The arguments of calls come in pieces of a few characters. */
  | 'fragments'
  /** Every piece repeats the id and the name of its call. */
  | 'repeatedNames'
  /** All calls have the number 0. */
  | 'zeroIndexes'
  /** A call that never names a tool. */
  | 'namelessCall'
  /** An error as a field of its own among the events, as older llama.cpp has it. */
  | 'errorField';

export type OpenaiFault = Exclude<FakeTurn['fault'], undefined> | OwnFault;

/** A turn of a replay script, with what only a server has. */
export interface OpenaiFakeTurn extends ScriptTurn {
  readonly chunkSize?: number | undefined;
  readonly chunkDelayMs?: number | undefined;
  readonly fault?: OpenaiFault | undefined;
}
