/** Characters a terminal is wide and high. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** A shell with a terminal of its own in a box. It ends with its box at the latest. */
export interface BoxTerminal {
  /** What it writes, hostile as it is. Nothing more is read from the box than is taken. Ends with the shell, and never throws. */
  readonly output: AsyncIterable<Uint8Array>;
  write(input: string): void;
  resize(size: TerminalSize): Promise<void>;
  /** Of the shell, once its output has ended; undefined where nobody knows it any more. */
  exitCode(): Promise<number | undefined>;
}
