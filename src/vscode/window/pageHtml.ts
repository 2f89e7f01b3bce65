/** Text within the double quotes of an attribute. */
export function attribute(text: string): string {
  const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '"': '&quot;', '<': '&lt;', '>': '&gt;' };
  return text.replace(/[&"<>]/g, (character) => escapes[character] ?? character);
}

/** What a page needs to speak the language of the editor. */
export interface PageLanguage {
  /** For `lang`, for example `en` or `pt-br`. */
  readonly language: string;
  /** Texts in it by what they are in English; nothing where the editor speaks English. */
  readonly words: Readonly<Record<string, string>> | undefined;
}

/** Attribute of the body that carries the words; with a space before it, or empty. */
export function wordsAttribute({ words }: PageLanguage): string {
  return words === undefined ? '' : ` data-words="${attribute(JSON.stringify(words))}"`;
}
