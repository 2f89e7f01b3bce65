import { type MachineMemory, memoryForModel, memoryNeed, usualContextTokens } from './memoryNeed.ts';

export interface RecommendedModel {
  /** As `ollama pull` takes it. */
  readonly name: string;
  readonly parameters: number;
  /** Bytes of cache a token: layers × key-value heads × (key + value length) × 2, as published with the model. */
  readonly cacheBytes: number;
  readonly why: string;
}

/**
 * Advice, and not measured here: what models of their size are known for, largest first. Whether one is fit for work is found out by
 * trying it (`nightshift models probe`).
 */
export const recommendedModels: readonly RecommendedModel[] = [
  {
    name: 'qwen3-coder:30b',
    parameters: 30.5e9,
    cacheBytes: 98_304,
    why: 'made for agents; only 3 billion parameters work on each token, so it is quick for its size',
  },
  { name: 'devstral:24b', parameters: 23.6e9, cacheBytes: 163_840, why: 'made for agents that edit code' },
  {
    name: 'gpt-oss:20b',
    parameters: 20.9e9,
    cacheBytes: 49_152,
    why: 'quick, calls tools well, thinks before it acts',
  },
  { name: 'qwen3:14b', parameters: 14.8e9, cacheBytes: 163_840, why: 'calls tools well' },
  {
    name: 'qwen2.5-coder:14b',
    parameters: 14.8e9,
    cacheBytes: 196_608,
    why: 'good at code; often prints its tool calls as text',
  },
  { name: 'qwen3:8b', parameters: 8.2e9, cacheBytes: 147_456, why: 'the smallest that calls tools reliably' },
  { name: 'llama3.1:8b', parameters: 8e9, cacheBytes: 131_072, why: 'calls tools, weak at code' },
  {
    name: 'qwen2.5-coder:7b',
    parameters: 7.6e9,
    cacheBytes: 57_344,
    why: 'good at code for its size; often prints its tool calls as text',
  },
  { name: 'qwen3:4b', parameters: 4e9, cacheBytes: 147_456, why: 'small; expect it to do small things only' },
  {
    name: 'llama3.2:3b',
    parameters: 3.2e9,
    cacheBytes: 114_688,
    why: 'weak; for trying Nightshift out on a small machine',
  },
];

/** One of them on a machine. */
export interface Recommendation extends RecommendedModel {
  /** Memory that it takes at 4 bits with the usual window, bytes; see `memoryNeed`. */
  readonly needBytes: number;
  readonly fits: boolean;
}

/** The table for a machine: what fits first, the larger before the smaller; then the rest, the smallest before the larger. */
export function recommendModels(machine: MachineMemory): readonly Recommendation[] {
  const room = memoryForModel(machine);
  const judged = recommendedModels.map((model) => {
    const needBytes = memoryNeed(model, usualContextTokens) ?? 0;
    return { ...model, needBytes, fits: needBytes <= room };
  });
  return [...judged.filter(({ fits }) => fits), ...judged.filter(({ fits }) => !fits).toReversed()];
}
