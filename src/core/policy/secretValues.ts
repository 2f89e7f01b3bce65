const secretNames =
  /(?:passw(?:or)?d|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|auth[_-]?key|private[_-]?key|credentials?|connection[_-]?string)$/i;

/** True for a name whose value, by the name alone, is a secret: `password`, `dbPassword`, `API_KEY`. */
export function isSecretName(name: string): boolean {
  return secretNames.test(name);
}

/** Values that stand for a secret in examples, templates and code, and what redaction itself leaves. */
const placeholders: readonly RegExp[] = [
  /^\[redacted:/,
  /^[$%#@]?[{(<[]/,
  /^\$\w/,
  /^(.)\1+$/,
  /^[*x.•-]+$/i,
  /^(?:true|false|null|none|nil|undefined|string|number|object|required|optional|unknown|default)$/i,
  /^(?:your|my|the|some|an?)[-_ ]/i,
  /^(?:process\.env|os\.environ|env|import\.meta|config|settings|secrets|vars|var|local|data)\b[.[]/i,
  /^(?:current|new|old|confirm|user|admin|root|db|api|access|refresh|auth|bearer|csrf|client|private|public)?[-_ ]?(?:passw(?:or)?ds?|passphrase|pwd|secrets?|tokens?|keys?|credentials?)$/i,
  /\b(?:change[-_]?me|example|placeholder|dummy|redacted|replace[-_]?me|todo|insert|sample)\b/i,
];

/** Characters by which a value is judged: the rest of a longer one is as secret as its beginning. */
const judged = 256;

/**
 * True for a value that can be the secret of a name that says so: no placeholder, no words, no reference to a variable. Errs on
 * the side of a secret, as a word too much left out of a record costs little.
 */
export function isSecretValue(whole: string): boolean {
  const value = whole.slice(0, judged);
  if (value.length < 6 || /\s/.test(value) || placeholders.some((form) => form.test(value))) {
    return false;
  }
  return /\d/.test(value) || /[^\w.-]/.test(value) || value.length >= 16
    ? entropy(value) >= 2
    : entropy(value) >= 2.5 && !/^[a-z]+(?:[-_.][a-z]+)+$/i.test(value);
}

/** Without quotes a value may as well be code: only what has digits among letters and no form of an expression is a secret. */
export function isUnquotedSecret(whole: string): boolean {
  const value = whole.slice(0, judged);
  return /\d/.test(value) && /[a-z]/i.test(value) && isSecretValue(value) && !/^[\w$]+(?:\.[\w$]+)+$/.test(value);
}

/** Words of what people are told about secrets; a phrase that is one has none of them. */
const toldWords =
  /\b(?:passw(?:or)?ds?|passphrase|secrets?|tokens?|keys?|credentials?|enter|type|your|you|please|the|an?|is|are|was|not|no|must|should|can|be|or|and|if|invalid|required|optional|wrong|missing|expired|incorrect|failed|for|to|of|in|on|at|from|with|this|that|field|least|characters?|here)\b/i;

/** True for one line of words that can be a passphrase: nothing that tells people something, and no template. */
export function isSecretPhrase(value: string): boolean {
  return (
    value.length >= 8 &&
    value.length <= judged &&
    /^\S+(?: +\S+)+$/.test(value) &&
    !toldWords.test(value) &&
    !/[<>{}]|%[sd]|\.\.\./.test(value) &&
    !placeholders.some((form) => form.test(value)) &&
    entropy(value) >= 2.5
  );
}

/** Shannon's, in bits a character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) {
    counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  let bits = 0;
  for (const count of counts.values()) {
    const share = count / text.length;
    bits -= share * Math.log2(share);
  }
  return bits;
}
