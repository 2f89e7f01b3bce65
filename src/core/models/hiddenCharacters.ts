/**
 * Characters that a person does not see and a model reads: direction controls, zero-width characters, tags, fillers, soft hyphens,
 * runs of variation selectors, and joiners between ASCII characters. A text can hide instructions in them. Joiners inside emoji and
 * scripts, and the one selector after a sign, are ordinary text.
 */
const hidden = new RegExp(
  [
    String.raw`[\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]`,
    String.raw`[\u{e0000}-\u{e007f}\u{e0100}-\u{e01ef}]`,
    String.raw`(?<=[\ufe00-\ufe0f])[\ufe00-\ufe0f]`,
    String.raw`(?<=[\u0000-\u007f])[\u200c\u200d](?=[\u0000-\u007f])`,
  ].join('|'),
  'gu',
);

const invisible = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/u;
const everyInvisible = new RegExp(invisible.source, 'gu');
const named = /<U\+([0-9A-F]{4,5})>/g;

/** Puts the name of every hidden character in its place, as `<U+200B>`. */
export function nameHidden(text: string): string {
  return text.replace(hidden, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
  });
}

/** The text whose hidden characters were named so: what a model copied from what it was shown, as it stands in the file. */
export function restoreHidden(text: string): string {
  return text.replace(named, (name, code: string) => {
    const character = String.fromCodePoint(Number.parseInt(code, 16));
    return invisible.test(character) ? character : name;
  });
}

/** The text without characters that a person does not see, and without their names: the same for a text and what is shown of it. */
export function withoutHidden(text: string): string {
  return restoreHidden(text).replace(everyInvisible, '');
}
