/** `1 step`, `2 steps`, `1,834 steps`: a count and its word, for words that take an s. */
export function counted(count: number, word: string): string {
  return `${count.toLocaleString('en-US')} ${word}${count === 1 ? '' : 's'}`;
}
