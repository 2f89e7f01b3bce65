import { fingerprint } from '../../base/fingerprint.ts';

/** Levels of nesting that are told apart. */
const deepest = 64;

/** The same for two calls of a tool whose arguments say the same, in whatever order their keys stand. */
export function callKey(tool: string, given: unknown): string {
  return `${tool.slice(0, 64)} ${fingerprint(canonicalJson(given))}`;
}

/** JSON with sorted keys and without keys that are undefined. */
export function canonicalJson(value: unknown, depth = 0): string {
  if (typeof value !== 'object' || value === null) {
    return JSON.stringify(value) ?? 'null';
  }
  if (depth === deepest) {
    return '"…"';
  }
  if (Array.isArray(value)) {
    return `[${value.map((item) => canonicalJson(item, depth + 1)).join(',')}]`;
  }
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member, depth + 1)}`);
  return `{${members.join(',')}}`;
}
