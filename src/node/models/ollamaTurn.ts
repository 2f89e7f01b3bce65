import type { ChatRequest, ModelProgress, ToolCall, Turn, Usage } from '../../core/models/languageModel.ts';
import type { AnswerCall, AnswerChunk } from './ollamaWire.ts';

/** Characters of an answer kept per output token asked for; a server that goes on past this ignores its limit. */
const charactersPerOutputToken = 16;

/** Never cut an answer shorter than this, characters. */
const shortestCut = 64 * 1024;

/** Collects the chunks of one streamed answer. Says when it is over, which a runaway server never would. */
export class TurnCollector {
  private readonly request: ChatRequest;
  private readonly onProgress: (progress: ModelProgress) => void;
  private readonly takenIds: Set<string>;
  private readonly calls: ToolCall[] = [];
  private text = '';
  private thinking = '';
  private usage: Usage = {};
  private cut = false;

  constructor(request: ChatRequest, onProgress: (progress: ModelProgress) => void = () => undefined) {
    this.request = request;
    this.onProgress = onProgress;
    this.takenIds = new Set(
      request.messages.flatMap((message) =>
        message.role === 'assistant' ? (message.calls ?? []).map(({ id }) => id) : [],
      ),
    );
  }

  /** True when the answer is complete or is cut here. */
  add(chunk: AnswerChunk): boolean {
    const thinking = chunk.message?.thinking ?? '';
    const text = chunk.message?.content ?? '';
    this.thinking += thinking;
    this.text += text;
    if (thinking !== '') {
      this.onProgress({ type: 'thinking', text: thinking });
    }
    if (text !== '') {
      this.onProgress({ type: 'text', text });
    }
    this.calls.push(...(chunk.message?.tool_calls ?? []).map((call) => this.toolCall(call)));
    this.usage = {
      ...(chunk.prompt_eval_count === undefined ? {} : { prompt: chunk.prompt_eval_count }),
      ...(chunk.eval_count === undefined ? {} : { output: chunk.eval_count }),
    };
    const longest = Math.max(shortestCut, this.request.maxOutputTokens * charactersPerOutputToken);
    const runaway = !chunk.done && this.text.length + this.thinking.length > longest;
    this.cut ||= runaway || chunk.done_reason === 'length';
    return chunk.done || runaway;
  }

  turn(milliseconds: number): Turn {
    const finish = this.cut ? 'length' : this.calls.length > 0 ? 'calls' : 'stop';
    const { text, thinking, calls, usage } = this;
    return { text, thinking, calls, finish, usage, milliseconds };
  }

  /** Ids pair calls with results, so they must be there and differ within the whole run; servers promise neither. */
  private toolCall(call: AnswerCall): ToolCall {
    let id = call.id ?? '';
    for (let n = this.calls.length; id === '' || this.takenIds.has(id); n += 1) {
      id = `call_${this.request.messages.length}_${n}`;
    }
    this.takenIds.add(id);
    return { id, name: call.function.name, arguments: call.function.arguments };
  }
}
