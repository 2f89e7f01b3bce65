/** What went wrong below the meaning of an answer. `status` is a refusal by the server, `text` what it said. */
export type HttpFaultReason =
  | 'unreachable'
  | 'timeout'
  | 'aborted'
  | 'interrupted'
  | 'malformed'
  | 'status'
  | 'reported';

/** Thrown through whatever reads the answer, which has no typed errors of its own for these, and caught by the driver. */
export class HttpFault extends Error {
  override readonly name = 'HttpFault';
  readonly reason: HttpFaultReason;
  readonly status: number | undefined;
  /** How long the server wishes to be left alone (`Retry-After`), milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(reason: HttpFaultReason, text: string, status?: number, retryAfterMs?: number) {
    super(text);
    this.reason = reason;
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Classifies an error of a socket by how far the exchange had come. */
export function socketFault(error: unknown, connected: boolean): HttpFault {
  if (error instanceof HttpFault) {
    return error;
  }
  const code = errorCode(error);
  const text = code ?? (error instanceof Error ? error.message : String(error));
  if (code?.startsWith('HPE_')) {
    return new HttpFault('malformed', `the answer is not HTTP (${code})`);
  }
  return connected
    ? new HttpFault('interrupted', `the connection broke (${text})`)
    : new HttpFault('unreachable', `no connection (${text})`);
}

function errorCode(error: unknown): string | undefined {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string') {
    return error.code;
  }
  return undefined;
}
