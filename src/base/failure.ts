/**
 * An expected failure. `reason` is matched by code; `message` is one line for a person that says what is wrong
 * and names the way out.
 */
export interface Failure<Reason extends string = string> {
  readonly reason: Reason;
  readonly message: string;
}

export function failure<Reason extends string>(reason: Reason, message: string): Failure<Reason> {
  return { reason, message: oneLine(message) };
}

/** The text of anything that was thrown, on one line. */
export function errorText(thrown: unknown): string {
  return oneLine(thrown instanceof Error ? thrown.message : String(thrown));
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ').trim();
}
