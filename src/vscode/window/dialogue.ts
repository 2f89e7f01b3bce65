import type { Event } from '../../base/event.ts';

/** How the product speaks with the person at the editor. The real one is in the editor; tests answer from a list. */
export interface Dialogue {
  /** A quiet note in the corner, which takes no focus. Answers the button, undefined when it was closed. */
  notify(
    kind: 'information' | 'warning' | 'error',
    message: string,
    buttons?: readonly string[],
  ): Promise<string | undefined>;
  /** A question in the middle of the window; only in answer to something that the person just did. */
  confirm(message: string, detail: string, button: string): Promise<boolean>;
  /** One line of text; undefined when the person turned away. */
  ask(title: string, prompt: string, placeholder: string): Promise<string | undefined>;
  /** Like `ask`, for what nobody may read over a shoulder. */
  askSecret(title: string, prompt: string): Promise<string | undefined>;
  /** A folder of the machine that the extension runs on, absolute; undefined when the person turned away. */
  askFolder(title: string): Promise<string | undefined>;
  /** A file of that machine to be read, or to be written, with a name to begin with; its ending is `extension`. Absolute. */
  askFile(title: string, extension: string, saveAs?: string): Promise<string | undefined>;
  /** A list in groups, whose rows may have buttons; `button` is the one that was pressed instead of the row. */
  pick<T>(title: string, placeholder: string, groups: readonly PickGroup<T>[]): Promise<Picked<T> | undefined>;
  /** A list that is found anew with every text that is typed; undefined when the person turned away. */
  search<T>(list: SearchList<T>): Promise<Picked<T> | undefined>;
  /** A line of words with rows below that follow it; ends when a row says so, or the person turns away. */
  compose<T>(box: ComposeBox<T>): Promise<void>;
  choose<T>(title: string, choices: readonly Choice<T>[]): Promise<T | undefined>;
  /** Which of them are to be checked; undefined when the person turned away. `open` shows one without an end to the question. */
  check<T>(
    title: string,
    choices: readonly (Choice<T> & { readonly checked: boolean })[],
    open?: (value: T) => void,
  ): Promise<readonly T[] | undefined>;
  /** A few words in the status bar for a few seconds. */
  mention(message: string): void;
  /** Long work that the person asked for, with a way to stop it unless it is `fixed`. */
  withProgress<T>(
    title: string,
    work: (signal: AbortSignal, report: ReportProgress) => Promise<T>,
    fixed?: boolean,
  ): Promise<T>;
}

/** What is done now, and the share of the whole that is done, from 0 to 1, where it is known. */
export type ReportProgress = (message: string, share?: number) => void;

export interface PickGroup<T> {
  /** Stands on the line above the rows; empty for none. */
  readonly label: string;
  readonly items: readonly PickItem<T>[];
}

export interface PickItem<T> {
  /** Name of one of the editor's icons. */
  readonly icon: string;
  readonly label: string;
  readonly description: string;
  readonly detail?: string;
  readonly value: T;
  readonly buttons?: readonly { readonly name: string; readonly icon: string; readonly tooltip: string }[];
}

export interface SearchList<T> {
  readonly title: string;
  readonly placeholder: string;
  /** What stands in the box at first. */
  readonly text: string;
  /** Rows for what is typed, best first. The signal is aborted when something else is typed, or the list is closed. */
  readonly find: (text: string, signal: AbortSignal) => Promise<SearchAnswer<T>>;
  /** Fires when there may be more than was found, as long as an answer says that it is early. */
  readonly onMore?: Event<void>;
  /** Called with the row that the cursor rests on. */
  readonly previews?: (value: T) => void;
}

export interface ComposeBox<T> {
  readonly title: string;
  readonly placeholder: string;
  /** What stands there at once for a text. The cursor goes to the first row. */
  readonly rows: (text: string) => readonly PickGroup<T>[];
  /** Whether something has to be looked up for a text. */
  readonly asks: (text: string) => boolean;
  /** Looks it up, after which `rows` is asked again. The signal is aborted when something else is typed. */
  readonly find: (text: string, signal: AbortSignal) => Promise<void>;
  /** A row or the named one of its buttons was pressed: answers the text that stands in the box from then on, undefined to end it. */
  readonly press: (value: T, text: string, button?: string) => string | undefined;
  /** Called with the row that the cursor goes to. */
  readonly rests: (value: T) => void;
}

export interface SearchAnswer<T> {
  readonly items: readonly PickItem<T>[];
  /** Stands above the list from now on. */
  readonly title?: string;
  /** It was found while what is searched was still being made: the same text is asked for again when there may be more. */
  readonly early?: boolean;
}

export interface Picked<T> {
  readonly value: T;
  /** What stood in the box of a search. */
  readonly text?: string;
  readonly button?: string;
}

export interface Choice<T> {
  readonly label: string;
  readonly description: string;
  readonly value: T;
}
