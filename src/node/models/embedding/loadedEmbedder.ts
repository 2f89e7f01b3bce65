import {
  AutoModel,
  AutoTokenizer,
  mean_pooling,
  type PreTrainedModel,
  type PreTrainedTokenizer,
  Tensor,
} from '@huggingface/transformers';
import type { Pooling } from '../../../core/memory/embedding/embeddingManner.ts';
import type { ThreadOrder } from '../../../protocol/embeddingThread.ts';

export interface LoadedEmbedder {
  readonly tokenizer: PreTrainedTokenizer;
  readonly model: PreTrainedModel;
  readonly pooling: Pooling;
  readonly maxTokens: number;
}

/** Loads from the folder alone; holds its thread up for up to two seconds. */
export async function loadEmbedder(order: Extract<ThreadOrder, { readonly type: 'load' }>): Promise<LoadedEmbedder> {
  const { folder, weights, pooling, maxTokens } = order;
  const tokenizer = await AutoTokenizer.from_pretrained(folder, { local_files_only: true });
  const model = await AutoModel.from_pretrained(folder, {
    local_files_only: true,
    dtype: weights,
    device: 'cpu',
    // Threads of the runtime spin while they wait: more of them embed less for each second of a core.
    session_options: { intraOpNumThreads: 1, interOpNumThreads: 1 },
  });
  return { tokenizer, model, pooling, maxTokens };
}

/**
 * One text at a time: on a processor several at once are no faster, take more memory, and with q8 weights, whose range is
 * measured over all of them, each would get another vector in other company.
 */
export async function embedText(loaded: LoadedEmbedder, text: string): Promise<Float32Array<ArrayBuffer>> {
  const { tokenizer, model, pooling, maxTokens } = loaded;
  const inputs: unknown = tokenizer(text, { padding: false, truncation: true, max_length: maxTokens });
  const outputs: unknown = await model(inputs);
  const states = tensorOf(outputs, ['last_hidden_state', 'token_embeddings', 'logits']);
  if (states === undefined || states.dims.length !== 3) {
    throw new Error('its output is no list of token vectors; it was not exported for feature extraction');
  }
  const pooled = pool(states, tensorOf(inputs, ['attention_mask']), pooling);
  return Float32Array.from(pooled.data, Number);
}

function pool(states: Tensor, mask: Tensor | undefined, pooling: Pooling): Tensor {
  switch (pooling) {
    case 'cls':
      return states.slice(null, 0);
    case 'last':
      return states.slice(null, -1);
    case 'mean':
      break;
  }
  if (mask === undefined) {
    throw new Error('its tokenizer gives no attention mask');
  }
  return mean_pooling(states, mask);
}

function tensorOf(value: unknown, names: readonly string[]): Tensor | undefined {
  if (typeof value !== 'object' || value === null) {
    return undefined;
  }
  const found = names.map((name): unknown => Reflect.get(value, name)).find((each) => each instanceof Tensor);
  return found instanceof Tensor ? found : undefined;
}
