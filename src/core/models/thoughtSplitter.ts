import type { ModelProgress } from './languageModel.ts';

const opening = '<think>';
const closing = '</think>';

/** White space, and what may be the beginning of the closing tag: not passed on before it is known what follows. */
const undecidedEnd = /\s*(?:<(?:\/(?:t(?:h(?:i(?:n(?:k)?)?)?)?)?)?)?$/;

/**
 * Parts an answer that comes in pieces into thoughts and text. Thoughts are one `<think>` block at the very start, as models
 * write it; a tag further on is text, for an answer may speak of such tags. White space around the thoughts belongs to neither.
 */
export class ThoughtSplitter {
  private place: 'start' | 'thoughts' | 'gap' | 'text';
  private held = '';
  private hasThoughts = false;

  /** `insideThought`: the prompt ends with the opening tag, so that the answer begins after it. */
  constructor(insideThought = false) {
    this.place = insideThought ? 'thoughts' : 'start';
  }

  add(piece: string): readonly ModelProgress[] {
    this.held += piece;
    if (this.place === 'start') {
      this.leaveStart();
    }
    const thoughts = this.place === 'thoughts' ? this.takeThoughts() : '';
    if (this.place === 'gap') {
      this.held = this.held.trimStart();
      this.place = this.held === '' ? 'gap' : 'text';
    }
    return [...progress('thinking', thoughts), ...progress('text', this.place === 'text' ? this.take() : '')];
  }

  /** What is left when no more comes. */
  end(): readonly ModelProgress[] {
    return this.place === 'thoughts' ? progress('thinking', this.take().trimEnd()) : progress('text', this.take());
  }

  private leaveStart(): void {
    const begun = this.held.trimStart();
    if (begun.startsWith(opening)) {
      this.place = 'thoughts';
      this.held = begun.slice(opening.length);
    } else if (!opening.startsWith(begun)) {
      this.place = 'text';
    }
  }

  private takeThoughts(): string {
    if (!this.hasThoughts) {
      this.held = this.held.trimStart();
    }
    const close = this.held.indexOf(closing);
    const until = close === -1 ? this.held.search(undecidedEnd) : close;
    const thoughts = close === -1 ? this.held.slice(0, until) : this.held.slice(0, until).trimEnd();
    this.held = this.held.slice(close === -1 ? until : close + closing.length);
    this.place = close === -1 ? 'thoughts' : 'gap';
    this.hasThoughts ||= thoughts !== '';
    return thoughts;
  }

  private take(): string {
    const { held } = this;
    this.held = '';
    return held;
  }
}

function progress(type: ModelProgress['type'], text: string): readonly ModelProgress[] {
  return text === '' ? [] : [{ type, text }];
}
