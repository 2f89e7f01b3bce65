import * as z from 'zod';
import { decodeBase64, encodeBase64 } from '../../base/base64.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { verifierKey, type NoteTools } from './checkpointNote.ts';
import { type ChangesetStatement, changesetStatementSchema } from './changesetStatement.ts';

const payloadType = 'application/vnd.in-toto+json';

const envelopeSchema = z.object({
  payloadType: z.literal(payloadType),
  payload: z.string(),
  signatures: z.array(z.object({ keyid: z.string(), sig: z.string() })).length(1),
});

/** A statement in a DSSE envelope, as JSON. */
export function signStatement(statement: ChangesetStatement, tools: NoteTools): string {
  const payload = new TextEncoder().encode(JSON.stringify(statement));
  const sig = encodeBase64(tools.key.sign(preAuthentication(payload)));
  const signatures = [{ keyid: verifierKey(tools), sig }];
  return `${JSON.stringify({ payloadType, payload: encodeBase64(payload), signatures })}\n`;
}

/** The statement of an envelope that this key signed, or what is wrong with it, as the end of "The statement …". */
export function openEnvelope(text: string, { key }: NoteTools): Result<ChangesetStatement, string> {
  const envelope = envelopeSchema.safeParse(parseJson(text));
  const payload = envelope.success ? decodeBase64(envelope.data.payload) : undefined;
  const signature = envelope.success ? decodeBase64(envelope.data.signatures[0]?.sig ?? '') : undefined;
  if (payload === undefined || signature === undefined) {
    return fail('is not a signed envelope');
  }
  if (!key.verify(preAuthentication(payload), signature)) {
    return fail('is not signed by the key of this machine, or was changed');
  }
  const statement = changesetStatementSchema.safeParse(parseJson(new TextDecoder().decode(payload)));
  return statement.success ? ok(statement.data) : fail('does not say what a statement of a changeset says');
}

/** What is signed: DSSE v1 binds the payload to its type. */
function preAuthentication(payload: Uint8Array): Uint8Array {
  const head = new TextEncoder().encode(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `);
  const bytes = new Uint8Array(head.length + payload.length);
  bytes.set(head);
  bytes.set(payload, head.length);
  return bytes;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
