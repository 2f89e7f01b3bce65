/** Deeper than the arguments of any tool, and far from where a recursive `JSON.stringify` runs out of stack. */
const deepest = 64;

/** Characters of a value as JSON, escapes not counted; infinite when it is nested deeper than 64 levels. */
export function jsonLength(value: unknown, depth = 0): number {
  if (depth > deepest) {
    return Number.POSITIVE_INFINITY;
  }
  if (typeof value === 'string') {
    return value.length + 2;
  }
  if (typeof value !== 'object' || value === null) {
    return String(value).length;
  }
  return Array.isArray(value)
    ? value.reduce<number>((sum, item) => sum + 1 + jsonLength(item, depth + 1), 2)
    : Object.entries(value).reduce((sum, [key, item]) => sum + key.length + 4 + jsonLength(item, depth + 1), 2);
}
