import type { ModelFacts } from './modelFacts.ts';

/**
 * Memory that a model takes, bytes: its weights, the keys and values of its window, and half a GiB for what the server computes
 * with. Weights without a known size count 5 bits a parameter, as a 4-bit quantisation with its scales has; a cache without a known
 * size counts 16 KiB a token and billion parameters, about what models of 7 to 14 billion have.
 */
export function memoryNeed(facts: ModelFacts, contextTokens: number): number | undefined {
  const weights = facts.bytes ?? (facts.parameters === undefined ? undefined : facts.parameters * bytesPerParameter);
  if (weights === undefined) {
    return undefined;
  }
  const cache = facts.cacheBytes ?? ((facts.parameters ?? weights / bytesPerParameter) / 1e9) * 16 * 1024;
  return Math.round(weights + cache * contextTokens + computeBytes);
}

const bytesPerParameter = 5 / 8;
const computeBytes = 512 * 1024 ** 2;

/** What the editor, the agent host and two sandboxes keep for themselves, bytes. */
const reservedBytes = 3 * 1024 ** 3;

export interface MachineMemory {
  /** All memory of this machine, bytes. */
  readonly bytes: number;
  /** Memory of a graphics card that a server is known to have used, bytes: there may be more. */
  readonly videoBytes?: number;
}

/** Memory that a model may take here, bytes. A machine below 6 GiB gives half. */
export function memoryForModel({ bytes, videoBytes = 0 }: MachineMemory): number {
  return Math.max(videoBytes, bytes - Math.min(reservedBytes, bytes / 2));
}

/** The window asked for where the user set none, tokens: enough for a task, small enough for 8 GB of memory. */
export const usualContextTokens = 16_384;

/** No task gets far in less. */
const leastContextTokens = 8_192;

/**
 * The window of a model, tokens. What the user set holds, but for what the model cannot have. Else the usual one, or half of it where
 * only that fits into memory: another window makes a server load the model anew, so there are only these two.
 */
export function contextFor(
  model: { readonly contextTokens?: number; readonly facts?: ModelFacts },
  wanted: number | undefined,
  machine?: MachineMemory,
): number {
  const largest = model.contextTokens ?? Number.POSITIVE_INFINITY;
  if (wanted !== undefined) {
    return Math.min(wanted, largest);
  }
  const need = machine === undefined ? undefined : memoryNeed(model.facts ?? {}, usualContextTokens);
  const isTight = machine !== undefined && need !== undefined && need > memoryForModel(machine);
  return Math.min(isTight ? leastContextTokens : usualContextTokens, largest);
}
