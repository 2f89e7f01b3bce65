import type { BoxTerminal } from '../core/sandbox/terminal.ts';
import { TerminalFilter } from '../core/sandbox/terminalFilter.ts';

/** Characters that are kept for a reader who is slow; with more, nothing is read from the box. */
const keptOutput = 128 * 1024;

export interface TerminalPiece {
  readonly output: string;
  /** Nothing comes after it. */
  readonly isLast: boolean;
}

/** What a terminal wrote and its client has not asked for yet. */
export class OpenTerminal {
  readonly terminal: BoxTerminal;
  /** Settles when the shell ended, or the box did. */
  readonly ended: Promise<void>;
  /** Of the shell that ended; undefined where the box went away. */
  exitCode: number | undefined;
  private readonly filter = new TerminalFilter();
  private kept = '';
  private isOver = false;
  private wake: () => void = () => undefined;
  private drained: () => void = () => undefined;

  constructor(terminal: BoxTerminal) {
    this.terminal = terminal;
    this.ended = this.keep();
  }

  /** Waits until there is something, or nothing more will come, or the signal is aborted. */
  async read(signal: AbortSignal): Promise<TerminalPiece> {
    if (this.kept === '' && !this.isOver && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    const output = this.kept;
    this.kept = '';
    this.drained();
    return { output, isLast: this.isOver };
  }

  private async keep(): Promise<void> {
    const decoder = new TextDecoder();
    for await (const bytes of this.terminal.output) {
      this.kept += this.filter.push(decoder.decode(bytes, { stream: true }));
      if (this.kept !== '') {
        this.wake();
      }
      if (this.kept.length > keptOutput) {
        await new Promise<void>((resolve) => (this.drained = resolve));
      }
    }
    this.exitCode = await this.terminal.exitCode();
    this.isOver = true;
    this.wake();
  }
}
