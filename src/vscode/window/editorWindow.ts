/** A problem that the editor shows in a file. Lines count from 1. */
export interface Problem {
  readonly message: string;
  readonly source?: string;
  readonly code?: string;
  readonly startLine: number;
  readonly endLine: number;
}

/** What the person looks at: the active file and the selected lines. */
export interface CodePlace {
  /** Absolute path. */
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
  /** The selected text; empty when nothing is selected. */
  readonly selection: string;
  /** Text of the lines from `startLine` on, a few more than selected so that a comment can be read to its end. */
  readonly lines: readonly string[];
  readonly problems: readonly Problem[];
}

/** One changed file on screen. A side that does not exist is absent. Sides are addresses. */
export interface ShownChange {
  readonly label: string;
  readonly base?: string;
  readonly result?: string;
}

/** The editor as the product's logic sees it; nothing here opens or focuses anything unless its name says so. */
export interface EditorWindow {
  trusted(): boolean;
  /** Absolute paths of the open folders, in order. */
  folders(): readonly string[];
  activeCode(): CodePlace | undefined;
  /** Those of the absolute paths whose editors hold changes that are not on disk. */
  unsaved(paths: readonly string[]): readonly string[];
  /** False when a file could not be written. */
  save(paths: readonly string[]): Promise<boolean>;
  showChanges(title: string, changes: readonly ShownChange[]): Promise<void>;
  showDiff(title: string, change: ShownChange): Promise<void>;
  showFile(path: string): Promise<void>;
  showLog(): void;
  /** The title of the review on screen and the address of the file in it, as far as they are ours. */
  activeReview(): { readonly title: string; readonly address?: string } | undefined;
  /** A command of the editor itself. */
  run(command: string, ...values: readonly unknown[]): Promise<void>;
  openLink(url: string): Promise<void>;
}
