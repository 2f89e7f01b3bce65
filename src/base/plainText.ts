/**
 * Characters that steer a terminal or hide text: C0 but tab and newline, DEL, C1, bidirectional controls, zero-width and
 * tag characters. Paths, file content and what a model says are written by others, so they are never shown as they are.
 */
const steering =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** Those of them that no text needs: without zero-width joiners and the like, which are part of words and of emoji. */
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const terminalSequence = new RegExp(
  String.raw`\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)?|[@-Z\\^_])`,
  'g',
);

/** Text of several lines, safe to show: what steers is named in its place, so that a person sees it was there. */
export function plainText(text: string): string {
  return text.replace(/\r(?=\n|$)/g, '^M').replace(steering, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    return `<U+${code}>`;
  });
}

/** Text on one line, safe to show, cut to a number of characters. */
export function plainLine(text: string, length = Number.POSITIVE_INFINITY): string {
  const lines = text.split('\n').map((each) => each.trim());
  const line = plainText(lines.filter((each) => each !== '').join(' ⏎ ')).replaceAll('\t', ' ');
  const characters = Array.from(line);
  return characters.length <= length ? line : `${characters.slice(0, Math.max(0, length - 1)).join('')}…`;
}

/** Text without the colours and cursor moves of a terminal. */
export function withoutTerminalSequences(text: string): string {
  return text.includes('\u001B') ? text.replace(terminalSequence, '') : text;
}

/** Text without terminal sequences, C0 but tab and newline, DEL, C1, line separators and bidirectional controls. */
export function withoutControls(text: string): string {
  return withoutTerminalSequences(text).replace(controls, '');
}

/** JSON text of the same value in which what steers is escaped; `JSON.stringify` escapes C0 only. */
export function escapedJson(value: unknown): string {
  return JSON.stringify(value).replace(steering, (characters) =>
    Array.from({ length: characters.length }, (_, index) => escaped(characters.charCodeAt(index))).join(''),
  );
}

function escaped(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}
