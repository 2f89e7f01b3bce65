import { DynamicCache, InterruptableStoppingCriteria, random, type Tensor } from '@huggingface/transformers';
import { errorText } from '../../../base/failure.ts';
import type { RunnerChat, RunnerReport } from '../../../protocol/modelRunner.ts';
import { AnswerStreamer } from './answerStreamer.ts';
import { plainPrompt } from './chatMessages.ts';
import type { LoadedModel } from './loadedModel.ts';

/** The prompt in the tokens of the model; one row. */
interface Prompt {
  readonly input_ids: Tensor;
  readonly attention_mask: Tensor;
}

/** Answers one request with a loaded model, token by token; the last report says how it ended. */
export async function answerChat(
  loaded: LoadedModel,
  order: RunnerChat,
  signal: AbortSignal,
  report: (said: RunnerReport) => void,
): Promise<RunnerReport> {
  const { id } = order;
  let text: string;
  try {
    text = promptText(loaded, order);
  } catch (error) {
    const why = errorText(error);
    return {
      type: 'failed',
      id,
      reason: 'rejected',
      message: `its chat template does not take these messages: ${why}`,
    };
  }
  const prompt: Prompt = loaded.tokenizer(text, { add_special_tokens: order.template === undefined });
  const length = prompt.input_ids.dims.at(-1) ?? 0;
  if (length >= order.window) {
    const message = `the prompt has ${length} tokens, and its window has room for ${order.window} with the answer`;
    return { type: 'failed', id, reason: 'context-exceeded', message };
  }
  report({ type: 'begun', id, insideThought: /<think>\s*$/.test(text) });
  return generate(loaded, order, prompt, length, signal, report);
}

async function generate(
  { model, tokenizer, ends, remembered }: LoadedModel,
  order: RunnerChat,
  prompt: Prompt,
  length: number,
  signal: AbortSignal,
  report: (said: RunnerReport) => void,
): Promise<RunnerReport> {
  const { id } = order;
  const interruption = new InterruptableStoppingCriteria();
  const interrupt = (): void => interruption.interrupt();
  const fillers = [tokenizer.pad_token_id, tokenizer.bos_token_id].filter((token) => typeof token === 'number');
  const quiet = new Set([...ends, ...fillers.map(BigInt)]);
  const streamer = new AnswerStreamer(tokenizer, quiet, (text) => report({ type: 'text', id, text }));
  random.seed(order.seed);
  let past: ReturnType<typeof remembered.take>;
  signal.addEventListener('abort', interrupt);
  try {
    past = remembered.take(rowOf(prompt.input_ids));
    const generated = await model.generate({
      ...prompt,
      ...(past === undefined ? {} : { past_key_values: past.cache }),
      return_dict_in_generate: true,
      max_new_tokens: Math.min(order.maxOutputTokens, order.window - length),
      // A temperature of 0 is the likeliest token each time.
      do_sample: order.temperature > 0,
      ...(order.temperature > 0 ? { temperature: order.temperature } : {}),
      stopping_criteria: interruption,
      streamer,
    });
    if ('past_key_values' in generated && generated.past_key_values instanceof DynamicCache) {
      remembered.keep([...rowOf(prompt.input_ids), ...streamer.tokens], generated.past_key_values);
    }
  } catch (error) {
    return { type: 'failed', id, reason: 'crashed', message: `it failed while answering: ${errorText(error)}` };
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
  const last = streamer.tokens.at(-1);
  const ended = last !== undefined && ends.has(last);
  const finish = ended ? 'stop' : signal.aborted ? 'aborted' : 'length';
  return { type: 'done', id, prompt: length, remembered: past?.length ?? 0, output: streamer.tokens.length, finish };
}

function rowOf(tokens: Tensor): bigint[] {
  return Array.from(tokens.data, BigInt);
}

function promptText({ tokenizer }: LoadedModel, { template, messages, tools }: RunnerChat): string {
  if (template === undefined) {
    return plainPrompt(messages);
  }
  const conversation = messages.map((message) => ({
    ...message,
    role: String(message['role']),
    content: String(message['content']),
  }));
  return tokenizer.apply_chat_template(conversation, {
    chat_template: template,
    ...(tools.length === 0 ? {} : { tools }),
    add_generation_prompt: true,
    tokenize: false,
  });
}
