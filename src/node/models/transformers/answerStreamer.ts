import { type PreTrainedTokenizer, TextStreamer } from '@huggingface/transformers';

/**
 * Collects the tokens of an answer and passes its text on in whole characters. Tokens that only end or fill say nothing; all others
 * are text, also those that the tokenizer calls special, for some models write their tool calls with them.
 */
export class AnswerStreamer extends TextStreamer {
  /** Of the answer so far, the one that ends it included. */
  readonly tokens: bigint[] = [];
  private readonly quiet: ReadonlySet<bigint>;

  constructor(tokenizer: PreTrainedTokenizer, quiet: ReadonlySet<bigint>, onText: (text: string) => void) {
    super(tokenizer, {
      skip_prompt: true,
      skip_special_tokens: false,
      decode_kwargs: { clean_up_tokenization_spaces: false },
      callback_function: onText,
    });
    this.quiet = quiet;
  }

  override put(value: bigint[][]): void {
    const token = value[0]?.at(-1);
    if (!this.next_tokens_are_prompt && token !== undefined) {
      this.tokens.push(token);
      if (this.quiet.has(token)) {
        return;
      }
    }
    super.put(value);
  }
}
