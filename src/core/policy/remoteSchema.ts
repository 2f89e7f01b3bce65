import { parse } from 'jsonc-parser';

const jsonName = /\.(json|jsonc|json5|code-workspace|webmanifest)$/i;
const yamlName = /\.ya?ml$/i;
const yamlModeline = /#\s*yaml-language-server\s*:.*\$schema\s*=\s*(\S+)/giu;
/** An address with a scheme; a path within the repository has none. */
const remote = /^[a-z][a-z0-9+.-]*:/i;

/** True for files whose `$schema` an editor fetches when they are opened. */
export function mayNameSchema(path: string): boolean {
  return jsonName.test(path) || yamlName.test(path);
}

/**
 * The address of a schema that a changed file makes editors fetch and the file before it did not: whoever serves it learns that,
 * and what stands in the address. Read with the forgiving parser that editors use.
 */
export function newRemoteSchema(
  path: string,
  previous: Uint8Array | null,
  next: Uint8Array | null,
): string | undefined {
  if (!mayNameSchema(path) || next === null) {
    return undefined;
  }
  const known = new Set(remoteSchemas(path, previous));
  return remoteSchemas(path, next).find((address) => !known.has(address));
}

function remoteSchemas(path: string, bytes: Uint8Array | null): readonly string[] {
  const text = new TextDecoder().decode(bytes ?? new Uint8Array());
  const named = yamlName.test(path)
    ? [...text.matchAll(yamlModeline)].map((match) => match[1] ?? '')
    : jsonSchemas(text);
  return named.filter((address) => remote.test(address));
}

function jsonSchemas(text: string): readonly string[] {
  const value: unknown = parse(text, [], { allowTrailingComma: true });
  const schema: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, '$schema') : undefined;
  return typeof schema === 'string' ? [schema.trim()] : [];
}
