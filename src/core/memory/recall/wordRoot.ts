/** So much of a word that its forms mostly share: `retries`, `retry` and `retried` give `retr`. For showing and comparing, not for finding. */
export function wordRoot(word: string): string {
  const root = word.replace(/(?:ies|ied|ing|ed|es|s|y|e)$/, '');
  return root.length > 2 ? root : word;
}
