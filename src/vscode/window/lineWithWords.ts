/** Number, from 0, of the first of the lines in which most of the words stand, whatever their case; 0 where none of them does. */
export function lineWithWords(lines: readonly string[], words: readonly string[]): number {
  const wanted = words.map((word) => word.toLowerCase());
  const counts = lines.map((line) => {
    const plain = line.toLowerCase();
    return wanted.filter((word) => plain.includes(word)).length;
  });
  return Math.max(0, counts.indexOf(Math.max(...counts)));
}
