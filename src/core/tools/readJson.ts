import { jsonrepair } from 'jsonrepair';

/** A JSON document that a model wrote. `cut` is one that ends before its end: of such a one nothing may be used. */
export type ReadJson =
  | { readonly kind: 'read'; readonly value: unknown; readonly mended: boolean }
  | { readonly kind: 'cut' }
  | { readonly kind: 'unreadable' };

/** No tool takes more than two levels. */
const deepest = 32;

/**
 * The value of a JSON text. What is wrong with one is mended only where every string in it is closed, every bracket too, and nothing
 * but separators and plain values stands between them: then no mending can shorten a string, split one, or end a document that went on.
 */
export function readJson(text: string): ReadJson {
  const parsed = parse(text);
  if (parsed !== undefined) {
    return { kind: 'read', value: parsed.value, mended: false };
  }
  const shape = shapeOf(text);
  if (shape.kind !== 'sound') {
    return { kind: shape.kind === 'cut' ? 'cut' : 'unreadable' };
  }
  const mended = parse(mend(shape.text));
  // Strings that were merged, split or overwritten by a second key of the same name are another document.
  return mended !== undefined && countStrings(mended.value) === shape.strings
    ? { kind: 'read', value: mended.value, mended: true }
    : { kind: 'unreadable' };
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function mend(text: string): string {
  try {
    return jsonrepair(text);
  } catch {
    return '';
  }
}

function countStrings(value: unknown): number {
  if (typeof value === 'string') {
    return 1;
  }
  if (typeof value !== 'object' || value === null) {
    return 0;
  }
  const members: unknown[] = Object.values(value);
  const keys = Array.isArray(value) ? 0 : members.length;
  return members.reduce<number>((sum, member) => sum + countStrings(member), keys);
}

type Shape =
  /** `text` is the document with the escapes doubled that JSON does not know; keys count as strings. */
  { readonly kind: 'sound'; readonly text: string; readonly strings: number } | { readonly kind: 'cut' | 'unsound' };

const space = /\s*/y;
const bareKey = /[A-Za-z_$][\w$]*/y;
const bareValue = /(?:true|false|null|True|False|None|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w$.])/y;

/** Reads a document as JSON with what models get wrong: other quotes, bare keys, Python's words, commas at the end. */
function shapeOf(text: string): Shape {
  const open: ('{' | '[')[] = [];
  let expected: 'value' | 'key' | 'colon' | 'separator' = 'value';
  let sound = '';
  let strings = 0;
  let at = 0;
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    sound += found ?? '';
    at += found?.length ?? 0;
    return found !== undefined;
  };
  for (;;) {
    take(space);
    const character = text[at];
    if (character === undefined) {
      return { kind: 'cut' };
    }
    const inside = open.at(-1);
    const wantsItem = expected === 'value' || expected === 'key';
    if (expected === 'value' && (character === '{' || character === '[')) {
      open.push(character);
      if (open.length > deepest) {
        return { kind: 'unsound' };
      }
      expected = character === '{' ? 'key' : 'value';
    } else if (isClosing(character, inside) && expected !== 'colon' && (expected !== 'value' || inside === '[')) {
      open.pop();
      expected = 'separator';
    } else if (wantsItem && inside !== undefined && (character === '"' || character === "'")) {
      const end = endOfString(text, at);
      if (end === undefined) {
        return { kind: 'cut' };
      }
      const string = plainEscapes(text.slice(at, end));
      if (string === undefined) {
        return { kind: 'unsound' };
      }
      sound += string;
      at = end;
      strings += 1;
      expected = expected === 'key' ? 'colon' : 'separator';
      continue;
    } else if (expected === 'key' && take(bareKey)) {
      strings += 1;
      expected = 'colon';
      continue;
    } else if (expected === 'value' && inside !== undefined && take(bareValue)) {
      expected = 'separator';
      continue;
    } else if (expected === 'colon' && character === ':') {
      expected = 'value';
    } else if (expected === 'separator' && character === ',') {
      expected = inside === '{' ? 'key' : 'value';
    } else {
      return { kind: 'unsound' };
    }
    sound += character;
    at += 1;
    if (open.length === 0) {
      return text.slice(at).trim() === '' ? { kind: 'sound', text: sound, strings } : { kind: 'unsound' };
    }
  }
}

function isClosing(character: string, inside: '{' | '[' | undefined): boolean {
  return (character === '}' && inside === '{') || (character === ']' && inside === '[');
}

/** Where a string that begins at `start` is over, undefined where it never is. */
function endOfString(text: string, start: number): number | undefined {
  const quote = text[start];
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') {
      at += 1;
    } else if (text[at] === quote) {
      return at + 1;
    }
  }
  return undefined;
}

/**
 * The string in double quotes. A backslash that begins no escape of JSON stands for itself, as in a pattern like `\d`; undefined for
 * half an escape.
 */
function plainEscapes(string: string): string | undefined {
  let bad = false;
  const plain = string.slice(1, -1).replace(/\\(?:u[\dA-Fa-f]{4}|[^])|"/g, (found) => {
    bad ||= found === '\\u' || found === '\\\n' || found === '\\\r';
    const letter = found[1] ?? '';
    return found === '"' ? '\\"' : letter === "'" ? "'" : '"\\/bfnrtu'.includes(letter) ? found : `\\${found}`;
  });
  return bad ? undefined : `"${plain}"`;
}
