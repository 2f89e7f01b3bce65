import { availableParallelism } from 'node:os';
import {
  AutoModelForCausalLM,
  AutoTokenizer,
  type PreTrainedModel,
  type PreTrainedTokenizer,
} from '@huggingface/transformers';
import type { RunnerChat } from '../../../protocol/modelRunner.ts';
import { PromptCache } from './promptCache.ts';

export interface LoadedModel {
  readonly tokenizer: PreTrainedTokenizer;
  readonly model: PreTrainedModel;
  /** Tokens that end an answer. */
  readonly ends: ReadonlySet<bigint>;
  readonly remembered: PromptCache;
}

/** Loads from the folder alone. Holds this process up for as long as it takes: seconds for a large model. */
export async function loadModel({ folder, weights }: RunnerChat['model']): Promise<LoadedModel> {
  const tokenizer = await AutoTokenizer.from_pretrained(folder, { local_files_only: true });
  const model = await AutoModelForCausalLM.from_pretrained(folder, {
    local_files_only: true,
    dtype: weights,
    device: 'cpu',
    // About the cores of this machine without those that only look like one; the rest stays with the editor and the tests.
    session_options: { intraOpNumThreads: Math.max(1, Math.floor(availableParallelism() / 2)) },
  });
  const settings: unknown[] = [model.generation_config?.eos_token_id, model.config];
  return { tokenizer, model, ends: new Set(settings.flatMap(endTokens)), remembered: new PromptCache() };
}

/** A number, a list of them, or a configuration that has either. */
function endTokens(said: unknown): bigint[] {
  if (Array.isArray(said)) {
    return said.flatMap(endTokens);
  }
  if (typeof said === 'object' && said !== null && 'eos_token_id' in said) {
    return endTokens(said.eos_token_id);
  }
  return typeof said === 'number' && Number.isInteger(said) ? [BigInt(said)] : [];
}
