import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onnxFile } from './onnxFile.ts';
import { scriptedGraph, type TokenScript } from './scriptedGraph.ts';

/** One answer of a tiny model. */
export interface TinyTurn {
  /** Said byte by byte: a token is a byte, so that most characters beyond ASCII come in parts. */
  readonly text?: string;
  /** Tokens that say nothing, before the text. */
  readonly silentTokens?: number;
  /** Tokens that say nothing, after the text. */
  readonly silentAfter?: number;
  /** What comes after the text: the end, the text over and over, or silence without end. */
  readonly after?: 'end' | 'repeat' | 'silence';
  /** Any token, each as likely as another, instead of a text. */
  readonly random?: boolean;
}

export interface TinyModel {
  /** The answer that is due is the one whose number is that of the answers in the prompt. */
  readonly turns: readonly TinyTurn[];
  /** Jinja; `chatTemplate()` when left out, none when null. */
  readonly template?: string | null;
  readonly contextTokens?: number;
  /** See `scriptedGraph`. */
  readonly work?: number;
  /** Name of the weights in the folder `onnx`. */
  readonly weights?: string;
}

const end = '<eos>';
const silence = '<pad>';
const unknown = '<unk>';
const markers = ['<|im_start|>', '<|im_end|>'];

/** In the manner of ChatML; ends with the token that starts the answer that is due. `tools` says whether it lists tools. */
export function chatTemplate({ tools = false, turns = 1 } = {}): string {
  const listing = tools
    ? '{% if tools %}<|im_start|>system\n{% for tool in tools %}{{ tool | tojson }}\n{% endfor %}<|im_end|>\n{% endif %}'
    : '';
  const calls = tools ? '{% for call in message.tool_calls or [] %}{{ call | tojson }}{% endfor %}' : '';
  return (
    `${listing}{% set count = namespace(answers=0) %}{% for message in messages %}` +
    `{% if message.role == 'assistant' %}{% set count.answers = count.answers + 1 %}{% endif %}` +
    `<|im_start|>{{ message.role }}\n{{ message.content }}${calls}<|im_end|>\n{% endfor %}` +
    `<|im_start|>assistant\n<turn_{{ count.answers if count.answers < ${turns} else ${turns - 1} }}>`
  );
}

/**
 * Writes a model folder as `@huggingface/transformers` wants it: weights, a tokenizer of bytes, a chat template. A few dozen
 * kilobytes, in milliseconds.
 */
export async function writeTinyModel(folder: string, model: TinyModel): Promise<void> {
  const alphabet = byteAlphabet();
  const specials = [end, silence, unknown, ...markers, ...model.turns.map((_, at) => `<turn_${at}>`)];
  const vocabulary = [...alphabet, ...specials];
  const id = (token: string): number => vocabulary.indexOf(token);
  const contextTokens = model.contextTokens ?? 8_192;
  const template = model.template === undefined ? chatTemplate({ turns: model.turns.length }) : model.template;
  const script = tokenScript(model.turns, vocabulary.length, id);
  await mkdir(join(folder, 'onnx'), { recursive: true });
  await Promise.all([
    writeFile(join(folder, 'onnx', model.weights ?? 'model.onnx'), onnxFile(scriptedGraph(script, model.work ?? 1))),
    writeJson(join(folder, 'config.json'), {
      model_type: 'llama',
      architectures: ['LlamaForCausalLM'],
      hidden_size: 1,
      num_attention_heads: 1,
      num_key_value_heads: 1,
      num_hidden_layers: 1,
      vocab_size: vocabulary.length,
      max_position_embeddings: contextTokens,
      eos_token_id: id(end),
    }),
    writeJson(join(folder, 'tokenizer.json'), {
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
      normalizer: null,
      pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
      post_processor: null,
      decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
      model: { type: 'BPE', vocab: Object.fromEntries(vocabulary.map((token, at) => [token, at])), merges: [] },
    }),
    writeJson(join(folder, 'tokenizer_config.json'), {
      tokenizer_class: 'GPT2Tokenizer',
      eos_token: end,
      pad_token: silence,
      unk_token: unknown,
      model_max_length: contextTokens,
      ...(template === null ? {} : { chat_template: template }),
    }),
  ]);
}

async function writeJson(path: string, content: unknown): Promise<void> {
  await writeFile(path, JSON.stringify(content));
}

function tokenScript(turns: readonly TinyTurn[], vocabulary: number, id: (token: string) => number): TokenScript {
  const states: { token: number; next: number; sharpness: number }[] = [];
  const starts = new Map<number, number>();
  for (const [at, turn] of turns.entries()) {
    const start = states.length;
    starts.set(id(`<turn_${at}>`), start);
    const quiet = (count: number): number[] => Array.from({ length: count }, () => id(silence));
    const last = turn.after === 'silence' ? [id(silence)] : turn.after === 'repeat' ? [] : [id(end)];
    const tokens = [
      ...quiet(turn.silentTokens ?? 0),
      ...Buffer.from(turn.text ?? ''),
      ...quiet(turn.silentAfter ?? 0),
      ...(turn.random === true ? [0] : last),
    ];
    for (const [offset, token] of tokens.entries()) {
      const isLast = offset === tokens.length - 1;
      const next = !isLast
        ? start + offset + 1
        : turn.after === 'repeat' && turn.random !== true
          ? start
          : start + offset;
      states.push({ token, next, sharpness: turn.random === true ? 0 : 1 });
    }
  }
  // The state before any: a prompt that ends with no such token is given the first answer.
  states.push({ token: id(end), next: 0, sharpness: 1 });
  return { vocabulary, starts, states };
}

/** One printable character for each byte, in the order of the bytes, as byte-level tokenizers write them. */
function byteAlphabet(): readonly string[] {
  let spare = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    return String.fromCodePoint(printable ? byte : spare++);
  });
}
