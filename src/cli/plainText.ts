/**
 * Characters that steer a terminal or hide text: C0 but tab and newline, DEL, C1, bidirectional controls, zero-width and
 * tag characters. Paths, file content and what a model says are written by others, so they never reach a terminal as they are.
 */
const steering =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** Text of several lines, safe to show. */
export function plainText(text: string): string {
  return text.replace(/\r(?=\n|$)/g, '^M').replace(steering, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    return `<U+${code}>`;
  });
}

/** Text on one line, safe to show, cut to a number of characters. */
export function plainLine(text: string, length = Number.POSITIVE_INFINITY): string {
  const line = plainText(text.trim().replace(/\s*\r?\n\s*/g, ' ⏎ ')).replaceAll('\t', ' ');
  const characters = Array.from(line);
  return characters.length <= length ? line : `${characters.slice(0, Math.max(0, length - 1)).join('')}…`;
}
