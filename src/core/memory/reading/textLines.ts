/**
 * The lines of a text as an editor counts them, without what ends them: `\n`, `\r\n` and a lone `\r` all do. A mark of the byte
 * order is no part of the first, and what ends the last line starts no other.
 */
export function textLines(text: string): readonly string[] {
  const plain = plainLines(text);
  if (plain === '') {
    return [];
  }
  return (plain.endsWith('\n') ? plain.slice(0, -1) : plain).split('\n');
}

/** The text with `\n` at the end of each line and without a mark of the byte order: what parsers get, so that all count alike. */
export function plainLines(text: string): string {
  const unmarked = text.startsWith('\uFEFF') ? text.slice(1) : text;
  return unmarked.includes('\r') ? unmarked.replace(/\r\n?/g, '\n') : unmarked;
}
