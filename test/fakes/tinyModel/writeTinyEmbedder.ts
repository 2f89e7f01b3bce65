import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bagGraph } from './bagGraph.ts';
import { onnxFile } from './onnxFile.ts';

export interface TinyEmbedder {
  readonly dimensions?: number;
  /** What `config.json` says, where it lies. */
  readonly saidDimensions?: number;
  readonly maxTokens?: number;
  /** Words of one group mean the same to it; other words are the letters that they are made of. */
  readonly groups?: readonly (readonly string[])[];
  /** Other weights for another number. */
  readonly revision?: number;
  /** See `bagGraph`. */
  readonly work?: number;
  /** Name of the weights in the folder `onnx`. */
  readonly weights?: string;
  /** More files of the folder, or others in their place; null for none. */
  readonly files?: Readonly<Record<string, unknown>>;
  /** All rows of the table are zero. */
  readonly empty?: boolean;
}

const specials = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];

/**
 * Writes a model folder for embeddings as `@huggingface/transformers` wants it: an encoder of one step, a WordPiece tokenizer whose
 * pieces are single letters and the words of groups. Some kilobytes, in milliseconds.
 */
export async function writeTinyEmbedder(folder: string, model: TinyEmbedder = {}): Promise<void> {
  const { dimensions = 16, maxTokens = 64, groups = [], revision = 0, work = 1 } = model;
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789_./-():;,#'.split('');
  const vocabulary = [...specials, ...letters, ...letters.map((letter) => `##${letter}`), ...groups.flat()];
  const table = vocabulary.map((token) => {
    const group = groups.findIndex((words) => words.includes(token));
    const seed = group === -1 ? vocabulary.indexOf(token.replace(/^##/, '')) : 10_000 + group;
    return model.empty === true
      ? Array.from({ length: dimensions }, () => 0)
      : row(seed + revision * 7_919, dimensions);
  });
  const weights = onnxFile(bagGraph({ table, context: model.empty === true ? 0 : 2, work }));
  const files: Record<string, unknown> = {
    [`onnx/${model.weights ?? 'model_quantized.onnx'}`]: weights,
    'config.json': {
      model_type: 'bert',
      architectures: ['BertModel'],
      hidden_size: model.saidDimensions ?? dimensions,
      num_attention_heads: 1,
      num_hidden_layers: 1,
      vocab_size: vocabulary.length,
      max_position_embeddings: maxTokens,
    },
    'tokenizer.json': tokenizer(vocabulary),
    'tokenizer_config.json': {
      tokenizer_class: 'BertTokenizer',
      do_lower_case: true,
      cls_token: '[CLS]',
      sep_token: '[SEP]',
      pad_token: '[PAD]',
      unk_token: '[UNK]',
      mask_token: '[MASK]',
      model_max_length: maxTokens,
    },
    ...model.files,
  };
  for (const [name, content] of Object.entries(files)) {
    if (content !== null) {
      const path = join(folder, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(
        path,
        typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content),
      );
    }
  }
}

/** Numbers between -1 and 1 that look random and are the same for the same seed. */
function row(seed: number, length: number): number[] {
  let state = Math.imul(seed + 1, 2_654_435_761) >>> 0;
  return Array.from({ length }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2_147_483_648 - 1;
  });
}

function tokenizer(vocabulary: readonly string[]): unknown {
  const id = (token: string): number => vocabulary.indexOf(token);
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: specials.map((content) => ({
      id: id(content),
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [
        { SpecialToken: { id: '[CLS]', type_id: 0 } },
        { Sequence: { id: 'A', type_id: 0 } },
        { SpecialToken: { id: '[SEP]', type_id: 0 } },
      ],
      pair: [],
      special_tokens: Object.fromEntries(
        ['[CLS]', '[SEP]'].map((token) => [token, { id: token, ids: [id(token)], tokens: [token] }]),
      ),
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(vocabulary.map((token, at) => [token, at])),
    },
  };
}
