/** A text to be kept, and the key that it is the value of where there is one: `password` tells more than its value. */
export interface KeptText {
  readonly text: string;
  readonly name?: string;
}

/**
 * Takes secrets out of what is about to be written. Each becomes `[redacted:<rule>:<8 hexadecimal digits>]`, whose digits are a
 * keyed hash: equal secrets are seen to be equal, and none can be guessed from its hash. The same text always gives the same
 * result, and a result gives itself.
 */
export interface Redactor {
  redact(texts: readonly KeptText[]): Promise<readonly string[]>;
}

/** Redacts every string of a JSON value, its keys as well. `exempt` says where a value is left as it is, by the keys that lead to it. */
export async function redactJson(
  value: unknown,
  redactor: Redactor,
  exempt: (path: readonly string[]) => boolean = () => false,
): Promise<unknown> {
  const texts: KeptText[] = [];
  visit(value, [], exempt, (text, name) => {
    texts.push(name === undefined ? { text } : { text, name });
    return text;
  });
  if (texts.length === 0) {
    return value;
  }
  const redacted = await redactor.redact(texts);
  if (redacted.every((text, index) => text === texts[index]?.text)) {
    return value;
  }
  let next = 0;
  return visit(value, [], exempt, (text) => redacted[next++] ?? text);
}

/** Gives each string to `replace`, always in the same order, and answers the value with what came back in their places. */
function visit(
  value: unknown,
  path: readonly string[],
  exempt: (path: readonly string[]) => boolean,
  replace: (text: string, name?: string) => string,
): unknown {
  if (exempt(path)) {
    return value;
  }
  if (typeof value === 'string') {
    return replace(value, path.at(-1));
  }
  if (Array.isArray(value)) {
    return value.map((item: unknown) => visit(item, path, exempt, replace));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [replace(key), visit(item, [...path, key], exempt, replace)]),
  );
}
