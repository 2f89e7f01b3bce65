import type { QuotedLines } from '../../base/quotedLines.ts';
import type { LineRange } from '../review/offeredLines.ts';

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

export interface ShownPlace {
  /** Absolute. */
  readonly path: string;
  readonly startLine?: number;
  readonly endLine?: number;
  /** The cursor goes to the line between these that most of the words stand in. */
  readonly words?: readonly string[];
}

export interface PlacePreview {
  /** Does not take the focus. A file that cannot be opened is passed over. */
  show(place: ShownPlace): void;
  /** Text that is in no file, which can only be read. */
  showText(title: string, text: string): void;
  /** Puts back what was on screen when the preview was made. */
  restore(): Promise<void>;
}

/** A text in place of another one in a file of a repository. Lines and characters from 0; no `endCharacter` is the end of the line. */
export interface TextPart {
  readonly path: string;
  readonly region: {
    readonly startLine: number;
    readonly startCharacter: number;
    readonly endLine: number;
    readonly endCharacter?: number | undefined;
  };
  /** The lines that it stood in: it may have moved with them. */
  readonly quote: QuotedLines;
  /** With `\n` between lines. */
  readonly oldText: string;
  readonly text: string;
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
  /** Opens a file at a line, from 1, and gives it the focus; false when it cannot be opened. */
  showPlace(place: ShownPlace, beside?: boolean): Promise<boolean>;
  /** Shows places while a list is open, and can put back what was on screen before. */
  previewPlaces(): PlacePreview;
  /** The name under the cursor of the active editor. */
  nameAtCursor(): string | undefined;
  showLog(): void;
  /** The title of the review on screen and the address of the file in it, as far as they are ours. */
  activeReview(): { readonly title: string; readonly address?: string } | undefined;
  /** The lines that are selected in an editor of a review, or the one with the cursor; undefined where the focus is elsewhere. */
  reviewCursor(): { readonly address: string; readonly range: LineRange } | undefined;
  /** Puts the cursor of the review of this address to a line, from 1. Nothing happens where it is no longer on screen. */
  moveInReview(address: string, line: number): void;
  /** Ends with the next change of the text of this address, and after two seconds where there is none. */
  reviewChanged(address: string): Promise<void>;
  /** Opens one side of a changed file by itself. */
  showSide(address: string): Promise<void>;
  /** Puts texts in place of others, in one step that can be undone, and shows the first file; all of it or nothing. */
  replace(root: string, parts: readonly TextPart[]): Promise<'replaced' | 'changed' | 'unsafe'>;
  /** Writes a file that the person named; undefined, or why it could not be. */
  write(path: string, text: string): Promise<string | undefined>;
  /** A command of the editor itself. */
  run(command: string, ...values: readonly unknown[]): Promise<void>;
  openLink(url: string): Promise<void>;
  /** Opens a terminal with a command typed and not run: that is for the person to do. */
  typeInTerminal(command: string): void;
  /** Opens a file, which need not be there, and puts other text in its editor. It is left unsaved, for the person to look at. */
  editUnsaved(path: string, change: (text: string) => string): Promise<void>;
  /** To the clipboard. */
  copy(text: string): Promise<void>;
}
