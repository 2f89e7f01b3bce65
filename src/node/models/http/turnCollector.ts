import type { ChatRequest, ModelProgress, ToolCall, Turn, Usage } from '../../../core/models/languageModel.ts';
import { jsonLength } from './jsonLength.ts';

/** Characters of an answer kept per output token asked for; a server that goes on past this ignores its limit. */
const charactersPerOutputToken = 16;

/** Never cut an answer shorter than this, characters. */
const shortestCut = 64 * 1024;

/** No answer in its right mind asks for more calls; the ones after these are dropped. */
export const mostCalls = 64;

/** A call as a server sent it. */
export interface GivenCall {
  readonly id?: string | undefined;
  readonly name: string;
  readonly arguments: unknown;
}

/**
 * Collects the pieces of one streamed answer. Text, thoughts and calls count together against what was asked for, which a
 * runaway server never keeps to; of an answer that is longer no call is kept, as its last one may be half a call.
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
  private wasCut = false;

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

  say(type: ModelProgress['type'], piece: string): void {
    const text = this.fitting(piece);
    if (text !== '') {
      this[type] += text;
      this.onProgress({ type, text });
    }
  }

  call(given: GivenCall): void {
    this.length += jsonLength(given);
    if (!this.isRunaway && this.calls.length < mostCalls) {
      this.calls.push({ id: this.freshId(given.id ?? ''), name: given.name, arguments: given.arguments });
    }
  }

  /** Tokens as the server counts them now; unknown ones are left out. */
  count(prompt: number | undefined, output: number | undefined): void {
    this.usage = { ...(prompt === undefined ? {} : { prompt }), ...(output === undefined ? {} : { output }) };
  }

  /** The server says that it cut the answer. */
  cut(): void {
    this.wasCut = true;
  }

  /** Longer than asked for, or it would be with so many characters more. */
  isRunawayWith(more: number): boolean {
    return this.length + more > this.longest;
  }

  get isRunaway(): boolean {
    return this.isRunawayWith(0);
  }

  get isCut(): boolean {
    return this.wasCut || this.isRunaway;
  }

  turn(milliseconds: number): Turn {
    const calls = this.isRunaway ? [] : this.calls;
    const finish = this.isCut ? 'length' : calls.length > 0 ? 'calls' : 'stop';
    const { text, thinking, usage } = this;
    return { text, thinking, calls, finish, usage, milliseconds };
  }

  /** Counts a piece and gives what of it is within the limit, without half a character at its end. */
  private fitting(piece: string): string {
    const room = Math.max(0, this.longest - this.length);
    this.length += piece.length;
    return piece.length <= room ? piece : piece.slice(0, room).replace(/[\uD800-\uDBFF]$/, '');
  }

  /** Ids pair calls with results, so they must be there and differ within the whole run; servers promise neither. */
  private freshId(given: string): string {
    let id = given;
    for (let n = this.calls.length; id === '' || this.takenIds.has(id); n += 1) {
      id = `call_${this.request.messages.length}_${n}`;
    }
    this.takenIds.add(id);
    return id;
  }
}
