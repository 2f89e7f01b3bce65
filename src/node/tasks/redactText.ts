import { type Redactor, redactJson } from '../../core/trace/redactor.ts';

/**
 * A payload without its secrets. JSON is looked at value by value, other text as a whole. What is no UTF-8
 * is looked at byte by byte, so that one bad byte hides nothing, and keeps every byte that is no secret.
 */
export async function redactText(bytes: Uint8Array, redactor: Redactor): Promise<Uint8Array> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    const raw = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    const [redacted = ''] = await redactor.redact([{ text: raw }]);
    return redacted === raw ? bytes : Uint8Array.from(Buffer.from(redacted, 'latin1'));
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
