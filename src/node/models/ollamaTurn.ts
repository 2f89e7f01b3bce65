import type { ChatRequest, ModelProgress, ToolCall, Turn, Usage } from '../../core/models/languageModel.ts';
import { jsonLength } from './jsonLength.ts';
import type { AnswerCall, AnswerChunk } from './ollamaWire.ts';

/** Characters of an answer kept per output token asked for; a server that goes on past this ignores its limit. */
const charactersPerOutputToken = 16;

/** Never cut an answer shorter than this, characters. */
const shortestCut = 64 * 1024;

/** No answer in its right mind asks for more calls; the ones after these are dropped. */
const mostCalls = 64;

/**
 * Collects the chunks of one streamed answer. Says when it is over, which a runaway server never would. Text, thoughts and calls
 * count together; of an answer that is longer than asked for no call is kept, as its last one may be half a call.
 */
export class TurnCollector {
  private readonly request: ChatRequest;
  private readonly onProgress: (progress: ModelProgress) => void;
  private readonly longest: number;
  private readonly takenIds: Set<string>;
  private readonly calls: ToolCall[] = [];
  private text = '';
  private thinking = '';
  private usage: Usage = {};
  private length = 0;
  private cut = false;

  constructor(request: ChatRequest, onProgress: (progress: ModelProgress) => void = () => undefined) {
    this.request = request;
    this.onProgress = onProgress;
    this.longest = Math.max(shortestCut, request.maxOutputTokens * charactersPerOutputToken);
    this.takenIds = new Set(
      request.messages.flatMap((message) =>
        message.role === 'assistant' ? (message.calls ?? []).map(({ id }) => id) : [],
      ),
    );
  }

  /** True when the answer is complete or is cut here. */
  add(chunk: AnswerChunk): boolean {
    const thinking = this.fitting(chunk.message?.thinking ?? '');
    const text = this.fitting(chunk.message?.content ?? '');
    this.thinking += thinking;
    this.text += text;
    if (thinking !== '') {
      this.onProgress({ type: 'thinking', text: thinking });
    }
    if (text !== '') {
      this.onProgress({ type: 'text', text });
    }
    for (const call of chunk.message?.tool_calls ?? []) {
      this.length += jsonLength(call);
      if (!this.isRunaway() && this.calls.length < mostCalls) {
        this.calls.push(this.toolCall(call));
      }
    }
    this.usage = {
      ...(chunk.prompt_eval_count === undefined ? {} : { prompt: chunk.prompt_eval_count }),
      ...(chunk.eval_count === undefined ? {} : { output: chunk.eval_count }),
    };
    this.cut ||= chunk.done_reason === 'length';
    return chunk.done || this.isRunaway();
  }

  turn(milliseconds: number): Turn {
    const calls = this.isRunaway() ? [] : this.calls;
    const finish = this.cut || this.isRunaway() ? 'length' : calls.length > 0 ? 'calls' : 'stop';
    const { text, thinking, usage } = this;
    return { text, thinking, calls, finish, usage, milliseconds };
  }

  private isRunaway(): boolean {
    return this.length > this.longest;
  }

  /** Counts a piece and gives what of it is within the limit, without half a character at its end. */
  private fitting(piece: string): string {
    const room = Math.max(0, this.longest - this.length);
    this.length += piece.length;
    return piece.length <= room ? piece : piece.slice(0, room).replace(/[\uD800-\uDBFF]$/, '');
  }

  /** Ids pair calls with results, so they must be there and differ within the whole run; servers promise neither. */
  private toolCall(call: AnswerCall): ToolCall {
    let id = call.id ?? '';
    for (let n = this.calls.length; id === '' || this.takenIds.has(id); n += 1) {
      id = `call_${this.request.messages.length}_${n}`;
    }
    this.takenIds.add(id);
    return { id, name: call.function.name, arguments: call.function.arguments ?? {} };
  }
}
