import * as z from 'zod/mini';
import { encodeFrame, encodeMessage } from './frames.ts';

/**
 * How setup reaches the network: not at all, but for a proxy in its box that speaks to the host over stdin and stdout. Frames are
 * those of the guest: `J` one of these messages, `D` four bytes of a connection's number (big-endian) and its next bytes. A box
 * says what it wants; the host decides, connects, and is the only one with a network.
 */
const id = z.int().check(z.nonnegative(), z.lte(0xffff_ffff));

const ofConnection = { id };

/** From the box. */
export const tunnelRequestSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('listening'), port: z.int().check(z.positive(), z.lte(65_535)) }),
  z.object({
    type: z.literal('open'),
    ...ofConnection,
    host: z.string().check(z.minLength(1), z.maxLength(255)),
    port: z.int().check(z.positive(), z.lte(65_535)),
  }),
  z.object({ type: z.literal('end'), ...ofConnection }),
  z.object({ type: z.literal('close'), ...ofConnection }),
]);

/** From the host. `end`: no more bytes come; `close`: nothing more either way. */
export const tunnelAnswerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('opened'), ...ofConnection }),
  z.object({ type: z.literal('refused'), ...ofConnection, message: z.string() }),
  z.object({ type: z.literal('end'), ...ofConnection }),
  z.object({ type: z.literal('close'), ...ofConnection }),
]);

export type TunnelRequest = z.infer<typeof tunnelRequestSchema>;
export type TunnelAnswer = z.infer<typeof tunnelAnswerSchema>;

/** Bytes of one data frame, far below the frame cap. */
const pieceBytes = 64 * 1024;
const idBytes = 4;

export function encodeTunnelMessage(message: TunnelRequest | TunnelAnswer): Uint8Array {
  return encoded(encodeMessage(message));
}

/** The bytes of a connection as data frames. */
export function* encodeTunnelData(connection: number, bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const piece = bytes.subarray(at, at + pieceBytes);
    const body = new Uint8Array(idBytes + piece.length);
    new DataView(body.buffer).setUint32(0, connection);
    body.set(piece, idBytes);
    yield encoded(encodeFrame('data', body));
  }
}

/** Undefined for a frame too short to name a connection. */
export function decodeTunnelData(body: Uint8Array): { readonly id: number; readonly bytes: Uint8Array } | undefined {
  return body.length < idBytes
    ? undefined
    : { id: new DataView(body.buffer, body.byteOffset).getUint32(0), bytes: body.subarray(idBytes) };
}

/** Undefined for what is no message of that side. */
export function parseTunnelMessage<S extends z.ZodMiniType>(schema: S, body: Uint8Array): z.infer<S> | undefined {
  try {
    return z.safeParse(schema, JSON.parse(new TextDecoder().decode(body))).data;
  } catch {
    return undefined;
  }
}

function encoded(frame: ReturnType<typeof encodeFrame>): Uint8Array {
  if (!frame.ok) {
    throw new Error(frame.error.message);
  }
  return frame.value;
}
