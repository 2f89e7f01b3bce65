/** Short, readable, unguessable enough for names on one machine: a prefix and 10 characters of base 32. */
export function newId(prefix: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(10));
  const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
  return `${prefix}-${Array.from(bytes, (byte) => alphabet[byte % 32]).join('')}`;
}
