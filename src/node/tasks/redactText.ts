import { type Redactor, redactJson } from '../../core/trace/redactor.ts';

/** A payload without its secrets. JSON is looked at value by value, other text as a whole; what is no text is left as it is. */
export async function redactText(bytes: Uint8Array, redactor: Redactor): Promise<Uint8Array> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return bytes;
  }
  const value = parsed(text);
  if (value !== undefined) {
    const redacted = await redactJson(value, redactor);
    return redacted === value ? bytes : new TextEncoder().encode(JSON.stringify(redacted));
  }
  const [redacted = ''] = await redactor.redact([{ text }]);
  return redacted === text ? bytes : new TextEncoder().encode(redacted);
}

/** Undefined for what is not an object or an array in JSON. */
function parsed(text: string): object | undefined {
  if (!/^[{[]/.test(text)) {
    return undefined;
  }
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
