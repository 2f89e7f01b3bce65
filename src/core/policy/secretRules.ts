import { privateKeys } from './privateKeys.ts';
import { isSecretName, isSecretValue, isUnquotedSecret } from './secretValues.ts';

/** A stretch of a text that must not be kept; `end` is exclusive, both count UTF-16 units. */
export interface FoundSecret {
  readonly start: number;
  readonly end: number;
  /** Names the kind of secret: lower-case words with hyphens. */
  readonly rule: string;
}

interface SecretPattern {
  readonly rule: string;
  /** Its group `secret` is what must go; without one, all of the match. Every repeat has an upper bound, so that time is linear. */
  readonly pattern: RegExp;
  /** Absent: every match is a secret. */
  readonly accepts?: (value: string) => boolean;
}

/** What a name ends with that holds a secret, for example `db_password` or `apiKey`; more of the name may follow. */
const secretName =
  '(?:passw(?:or)?d|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|auth[_-]?key|private[_-]?key|account[_-]?key|credentials?|connection[_-]?string)[\\w-]{0,20}';

/** Between a name and its value; quotes may be escaped, as they are in JSON within JSON. */
const assigned = '\\\\{0,4}["\'`]?\\]?[ \\t]{0,8}(?::=|=>|=|:)[ \\t]{0,8}';

const secretPatterns: readonly SecretPattern[] = [
  { rule: 'aws-access-key', pattern: /(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])/dg },
  {
    rule: 'known-token',
    pattern:
      /(?<![A-Za-z0-9_-])(?:gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_\w{30,255}|glpat-[\w-]{18,255}|xox[abeoprs]-[\w-]{10,255}|npm_[A-Za-z0-9]{30,255}|sk-[\w-]{20,255}|[rs]k_(?:live|test)_[A-Za-z0-9]{16,255}|AIza[\w-]{35})/dg,
    accepts: (value) => /\d/.test(value),
  },
  { rule: 'jwt', pattern: /(?<![\w-])eyJ[\w-]{8,4000}\.eyJ[\w-]{4,8000}\.[\w-]{10,2000}/dg },
  {
    rule: 'authorization',
    pattern:
      /(?<![\w-])(?:bearer|authorization\\{0,4}["']?\s{0,3}[:=]\s{0,3}\\{0,4}["']?(?:basic|token))[ \t]{1,3}(?<secret>[\w+/.~=-]{12,4000})/dgi,
    accepts: (value) => /\d/.test(value) || /[a-z][A-Z]/.test(value),
  },
  {
    rule: 'url-password',
    pattern: /(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@"'`<>\\]{0,200}:(?<secret>[^\s@"'`<>/\\]{3,200})@/dgi,
    accepts: isSecretValue,
  },
  {
    rule: 'assigned',
    pattern: new RegExp(
      `${secretName}${assigned}\\\\{0,4}(?<quote>["'\`])(?<secret>[^"'\`\\r\\n\\\\]{6,400})\\\\{0,4}\\k<quote>`,
      'dgi',
    ),
    accepts: isSecretValue,
  },
  {
    rule: 'assigned',
    pattern: new RegExp(`${secretName}${assigned}(?<secret>[^\\s"'\`,;(){}\\[\\]<>\\\\]{8,200})(?![\\w(.[])`, 'dgi'),
    accepts: isUnquotedSecret,
  },
];

/**
 * Secrets in a text, in order and apart from each other. `name`, where there is one, is the key that the whole text is the
 * value of. Takes time in proportion to the text, whatever is in it.
 */
export function findSecrets(text: string, name?: string): readonly FoundSecret[] {
  if (name !== undefined && isSecretName(name) && isSecretValue(text)) {
    return [{ start: 0, end: text.length, rule: 'assigned' }];
  }
  const found: FoundSecret[] = [...privateKeys(text)];
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
