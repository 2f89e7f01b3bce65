/**
 * Takes out of what a box writes to a terminal every sequence that reaches further than its own screen: operating system commands
 * (clipboard, titles, links, marks of shell integration), device control strings, and reports that the terminal would type as if
 * the person had. Colours, cursor movement and the alternate screen pass. ECMA-48, 5.6 and 8.3; xterm's control sequences.
 * Works on pieces cut anywhere.
 */
export class TerminalFilter {
  private state: 'ground' | 'escape' | 'csi' | 'string' | 'stringEscape' = 'ground';
  /** A control sequence that is not whole yet. */
  private held = '';

  push(text: string): string {
    let shown = '';
    for (const character of text) {
      shown += this.take(character);
    }
    return shown;
  }

  private take(character: string): string {
    const code = character.codePointAt(0) ?? 0;
    // These end whatever was begun, in every state: cancel and substitute.
    if (code === 0x18 || code === 0x1a) {
      return this.begin('ground');
    }
    if (this.state === 'string' || this.state === 'stringEscape') {
      return this.inString(character, code);
    }
    if (code === 0x1b) {
      return this.begin('escape');
    }
    // Eight bit controls act in the middle of a sequence too, and end it.
    if (code >= 0x80 && code <= 0x9f) {
      return code === 0x9b ? this.begin('csi', '\u001b[') : this.begin(strings8Bit.has(code) ? 'string' : 'ground');
    }
    if (this.state === 'ground') {
      return character;
    }
    // Others act at once, and the sequence goes on after them; deleted characters are none.
    if (code < 0x20 || code === 0x7f) {
      return code === 0x7f ? '' : character;
    }
    return this.state === 'csi' ? this.inSequence(character, code) : this.afterEscape(character);
  }

  private inString(character: string, code: number): string {
    if (code === 0x07 || code === 0x9c) {
      return this.begin('ground');
    }
    if (code === 0x1b) {
      return this.begin('stringEscape');
    }
    if (this.state === 'string') {
      return '';
    }
    // Anything but the end of the string begins a sequence of its own, as terminals see it.
    this.begin(character === '\\' ? 'ground' : 'escape');
    return character === '\\' ? '' : this.take(character);
  }

  private afterEscape(character: string): string {
    if (this.held === '' && character === '[') {
      return this.begin('csi', '\u001b[');
    }
    if (this.held === '' && strings7Bit.has(character)) {
      return this.begin('string');
    }
    // What stands between is followed by one more: a character set, for example.
    if (character >= ' ' && character <= '/') {
      this.held += character;
      return this.held.length > longestSequence ? this.end('') : '';
    }
    return this.end(`\u001b${this.held}${character}`);
  }

  private inSequence(character: string, code: number): string {
    this.held += character;
    if (code < 0x40 && this.held.length <= longestSequence) {
      return '';
    }
    const isWhole = code >= 0x40 && code <= 0x7e;
    return this.end(isWhole && !answers.test(this.held) ? this.held : '');
  }

  /** Shows nothing. */
  private begin(state: TerminalFilter['state'], held = ''): string {
    this.state = state;
    this.held = held;
    return '';
  }

  private end(shown: string): string {
    this.begin('ground');
    return shown;
  }
}

/** Longer ones are no sequence of any program. Characters. */
const longestSequence = 256;

/** Device control, start of string, operating system command, privacy message, application program command. */
const strings7Bit: ReadonlySet<string> = new Set(['P', 'X', ']', '^', '_']);
const strings8Bit: ReadonlySet<number> = new Set([0x90, 0x98, 0x9d, 0x9e, 0x9f]);

/** Asks the window about itself or changes it (`t`), or has the terminal report what was put into it (DECRQCRA, `*y`). */
// eslint-disable-next-line no-control-regex -- the sequences begin so
const answers = /^\u001b\[(?:[^a-zA-Z]*t|[^a-zA-Z]*\*y)$/;
