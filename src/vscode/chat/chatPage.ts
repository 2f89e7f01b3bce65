/** A file, or lines of one, that the person attached to a question or that an answer is about. Lines count from 1. */
export interface ChatPlace {
  /** Absolute. */
  readonly path: string;
  readonly startLine?: number;
  readonly endLine?: number;
  /** The lines themselves. */
  readonly text?: string;
}

/** Where an answer is written, piece by piece. */
export interface ChatPage {
  /** Markdown of our own; what others wrote goes through `quoted`. It starts no command. */
  write(markdown: string): void;
  progress(words: string): void;
  button(title: string, command: string, ...values: readonly unknown[]): void;
  /** A tree of files of a repository, by their paths in it. */
  files(root: string, paths: readonly string[]): void;
  /** A link in the text to a place. */
  link(place: ChatPlace, title: string): void;
}
