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
  choose<T>(title: string, choices: readonly Choice<T>[]): Promise<T | undefined>;
  /** A few words in the status bar for a few seconds. */
  mention(message: string): void;
  /** Long work that the person asked for, with a way to stop it. */
  withProgress<T>(title: string, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

export interface Choice<T> {
  readonly label: string;
  readonly description: string;
  readonly value: T;
}
