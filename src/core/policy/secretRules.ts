import { privateKeys } from './privateKeys.ts';
import { assignedSecrets, secretName } from './assignedSecrets.ts';
import { isSecretName, isSecretPhrase, isSecretValue, isUnquotedSecret } from './secretValues.ts';

/** A stretch of a text that must not be kept; `end` is exclusive, both count UTF-16 units. */
export interface FoundSecret {
  readonly start: number;
  readonly end: number;
  /** Names the kind of secret: lower-case words with hyphens. */
  readonly rule: string;
}

interface SecretPattern {
  readonly rule: string;
  /** Its group `secret` is what must go; without one, all of the match. A repeat without an upper bound begins
   * where no other match can, so that time is linear. */
  readonly pattern: RegExp;
  /** Absent: every match is a secret. */
  readonly accepts?: (value: string) => boolean;
}

const secretPatterns: readonly SecretPattern[] = [
  { rule: 'aws-access-key', pattern: /(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])/dg },
  {
    rule: 'known-token',
    pattern:
      /(?<![A-Za-z0-9_-])(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|glpat-[\w-]{18,}|xox[abeoprs]-[\w-]{10,}|npm_[A-Za-z0-9]{30,}|sk-[\w-]{20,}|[rs]k_(?:live|test)_[A-Za-z0-9]{16,}|AIza[\w-]{35})/dg,
    accepts: (value) => /\d/.test(value),
  },
  { rule: 'jwt', pattern: /(?<![\w-])eyJ[\w-]{8,4000}\.eyJ[\w-]{4,8000}\.[\w-]{10,2000}/dg },
  {
    rule: 'authorization',
    pattern:
      /(?<![\w-])(?:bearer|authorization\\{0,4}["']?\s{0,3}[:=]\s{0,3}\\{0,4}["']?(?:basic|token))[ \t]{1,3}(?<secret>[\w+/.~=-]{12,})/dgi,
    accepts: (value) => /\d/.test(value) || /[a-z][A-Z]/.test(value),
  },
  {
    rule: 'url-password',
    pattern: /(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@"'`<>\\]{0,200}:(?<secret>[^\s@"'`<>/\\]{3,})@/dgi,
    accepts: isSecretValue,
  },
  {
    rule: 'user-password',
    pattern:
      /(?<![\w-])(?:-u|--(?:proxy-)?user)[ \t=]{1,4}["'`]?[^\s:"'`/]{1,100}:(?<secret>[^\s"'`]{3,})(?=["'`\s]|$)/dg,
    accepts: isMixed,
  },
  {
    rule: 'netrc',
    pattern:
      /(?<![\w-])(?:login|machine|account)\s{1,8}\S{1,100}\s{1,40}passw(?:or)?d\s{1,8}(?<secret>[^\s"'`]{3,})(?!\S)/dg,
    accepts: isSecretValue,
  },
  {
    rule: 'netrc',
    pattern: /(?<=^[ \t]{0,8}password[ \t]{1,8})[^\s"'`]{6,}(?=[ \t]{0,8}$)/dgm,
    accepts: isUnquotedSecret,
  },
  {
    rule: 'element',
    pattern: new RegExp(
      `<(?:[\\w.-]{1,30}:)?[\\w.-]{0,30}?${secretName}(?:\\s[^<>]{0,200})?>\\s{0,40}(?<secret>[^<>\\s](?:[^<>]*[^<>\\s])?)\\s{0,40}</`,
      'dgi',
    ),
    accepts: (value) => isSecretValue(value) || isSecretPhrase(value),
  },
];

/**
 * Secrets in a text, in order and apart from each other. `name`, where there is one, is the key that the whole text is the
 * value of. Takes time in proportion to the text, whatever is in it.
 */
export function findSecrets(text: string, name?: string): readonly FoundSecret[] {
  if (name !== undefined && isSecretName(name) && (isSecretValue(text) || isSecretPhrase(text))) {
    return [{ start: 0, end: text.length, rule: 'assigned' }];
  }
  const found: FoundSecret[] = [...privateKeys(text), ...assignedSecrets(text)];
  for (const { rule, pattern, accepts } of secretPatterns) {
    for (const match of text.matchAll(pattern)) {
      const [start, end] = match.indices?.groups?.['secret'] ?? [match.index, match.index + match[0].length];
      if (accepts === undefined || accepts(text.slice(start, end))) {
        found.push({ start, end, rule });
      }
    }
  }
  return apart(found);
}

/** A group of a system is a word as a rule, where a password is not. */
function isMixed(value: string): boolean {
  return isUnquotedSecret(value) || (isSecretValue(value) && /[^\w.-]|[a-z][A-Z]/.test(value));
}

/** In order; those that overlap become one, named by the first. */
export function apart(found: readonly FoundSecret[]): readonly FoundSecret[] {
  const sorted = [...found].sort((a, b) => a.start - b.start || b.end - a.end);
  const merged: FoundSecret[] = [];
  for (const next of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && next.start < last.end) {
      merged[merged.length - 1] = { ...last, end: Math.max(last.end, next.end) };
    } else {
      merged.push(next);
    }
  }
  return merged;
}
