/** What is wrong with a trace, as `trace verify` finds it. */
export interface BadTrace {
  /** Counts from 1; absent where no line is at fault, but the checkpoint beside the trace. */
  readonly line?: number | undefined;
  readonly reason: string;
  /** Set where nothing speaks for a change: another version of Nightshift wrote what this one cannot check. `reason` says so. */
  readonly version?: 'newer' | 'older' | undefined;
}

/** What goes on a sentence that begins with the trace; without a full stop. */
export function badTraceText({ line, reason, version }: BadTrace): string {
  if (version !== undefined) {
    return reason;
  }
  return line === undefined ? `cannot be verified: ${reason}` : `was changed at line ${line}: ${reason}`;
}
