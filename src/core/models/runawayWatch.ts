/** Characters of the window that is looked for again. */
const windowLength = 50;
/** The same window this often, without overlap, is a model that has lost its way. */
const mostRepeats = 10;
/** They must lie this close together, characters: prose that comes back to a phrase does not. */
const reach = 2_500;

/**
 * Watches streamed text for a model that repeats itself without end. Code inside of fences is left out: tables of data and
 * generated code repeat lines for good reason. Memory is bounded by `reach`.
 */
export class RunawayWatch {
  private recent = '';
  /** Characters seen outside of fences. */
  private position = 0;
  /** Where each window of the last `reach` characters began, oldest first, without overlap. */
  private starts = new Map<string, number[]>();
  private lineStart = '';
  private fenced = false;
  private found = false;

  /** True from the moment on at which the text runs away. */
  push(text: string): boolean {
    for (const character of text) {
      if (this.found) {
        break;
      }
      this.add(character);
    }
    return this.found;
  }

  private add(character: string): void {
    if (character === '\n') {
      if (/^\s*(```|~~~)/.test(this.lineStart)) {
        this.fenced = !this.fenced;
        this.forget();
      }
      this.lineStart = '';
    } else if (this.lineStart.length < 16) {
      this.lineStart += character;
    }
    if (this.fenced) {
      return;
    }
    this.recent = (this.recent + character).slice(-windowLength);
    this.position += character.length;
    if (this.recent.length === windowLength) {
      this.count(this.recent, this.position - windowLength);
    }
  }

  private count(window: string, start: number): void {
    const near = (this.starts.get(window) ?? []).filter((each) => each > start - reach);
    const last = near.at(-1);
    if (last === undefined || start - last >= windowLength) {
      near.push(start);
    }
    this.starts.set(window, near);
    this.found = near.length >= mostRepeats;
    if (this.starts.size > 2 * reach) {
      this.prune(start);
    }
  }

  private prune(start: number): void {
    for (const [window, starts] of this.starts) {
      if ((starts.at(-1) ?? 0) <= start - reach) {
        this.starts.delete(window);
      }
    }
  }

  private forget(): void {
    this.recent = '';
    this.starts.clear();
  }
}
