import { HttpFault } from '../http/httpFault.ts';
import { jsonLength } from '../http/jsonLength.ts';
import { type GivenCall, mostCalls } from '../http/turnCollector.ts';
import type { CallPiece } from './openaiWire.ts';

interface OpenCall {
  readonly index: number;
  id: string;
  name: string;
  text: string;
  /** Arguments of a server that sends them as a value; text is what the API says. */
  value?: unknown;
}

/** Puts calls together whose arguments come as pieces of text, by the number that each piece carries. */
export class CallPieces {
  private readonly calls: OpenCall[] = [];
  private characters = 0;

  /** Characters held so far. */
  get length(): number {
    return this.characters;
  }

  add(piece: CallPiece): void {
    const given = piece.function?.arguments;
    this.characters +=
      (piece.id?.length ?? 0) +
      (piece.function?.name?.length ?? 0) +
      (given === undefined || given === null ? 0 : jsonLength(given));
    const call = this.callOf(piece);
    if (call === undefined) {
      return;
    }
    call.id ||= piece.id ?? '';
    call.name ||= piece.function?.name ?? '';
    if (typeof given === 'string') {
      call.text += given;
    } else if (given !== undefined && given !== null) {
      call.value = given;
    }
  }

  /**
   * A text that is not JSON stays one: what is to be made of it is judged by who knows the tool. Throws where no tool is named,
   * but for an answer that was cut, whose last call may be half a one.
   */
  finished(wasCut: boolean): readonly GivenCall[] {
    return this.calls.flatMap(({ id, name, text, value }) => {
      if (name === '' && !wasCut) {
        throw new HttpFault('reported', 'failed to parse tool call: it names no tool');
      }
      return name === '' ? [] : [{ id, name, arguments: value ?? (text.trim() === '' ? {} : readJson(text)) }];
    });
  }

  /** Undefined when there are too many. */
  private callOf(piece: CallPiece): OpenCall | undefined {
    const index = piece.index ?? this.calls.at(-1)?.index ?? 0;
    const open = this.calls.findLast((call) => call.index === index);
    if (open !== undefined && !beginsAnother(open, piece)) {
      return open;
    }
    if (this.calls.length >= mostCalls) {
      return undefined;
    }
    const call = { index, id: '', name: '', text: '' };
    this.calls.push(call);
    return call;
  }
}

/**
 * Some servers give every call the number 0, or none: then a name with another id begins another call, and without ids a name
 * with arguments after arguments that are whole. A name that merely comes again does not.
 */
function beginsAnother(open: OpenCall, piece: CallPiece): boolean {
  const name = piece.function?.name ?? '';
  if (name === '' || open.name === '') {
    return false;
  }
  const id = piece.id ?? '';
  if (id !== '' && open.id !== '') {
    return id !== open.id;
  }
  return (piece.function?.arguments ?? '') !== '' && (open.value !== undefined || isWhole(open.text));
}

function isWhole(text: string): boolean {
  return typeof readJson(text) !== 'string';
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
