/** Spans as they are derived from a trace, before they take the form of any wire. */

/** Whole numbers only, in the unit that the name of the attribute says: the wire has no way to keep 30.0 a number with a point. */
export type AttributeValue = string | number | boolean | readonly string[];

/** Undefined means that the attribute is left out. */
export type Attributes = Readonly<Record<string, AttributeValue | undefined>>;

export interface SpanEvent {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly name: string;
  readonly attributes: Attributes;
}

/** Another span of the same trace that this one goes back to. */
export interface SpanLink {
  readonly spanId: string;
  readonly attributes: Attributes;
}

export interface Span {
  /** 32 and 16 lower-case hexadecimal digits, never all zeros. */
  readonly traceId: string;
  readonly spanId: string;
  /** Undefined for the one root of a task. */
  readonly parentSpanId: string | undefined;
  readonly name: string;
  /** `client` waits for an answer from another process. */
  readonly kind: 'internal' | 'client';
  /** Milliseconds since the epoch; `end` is never before `start`. */
  readonly start: number;
  readonly end: number;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
  /** Events that were left out because the span had too many. */
  readonly droppedEvents: number;
  readonly links: readonly SpanLink[];
  readonly failed: boolean;
  /** What a person reads beside a failure; only where content was asked for. */
  readonly failureText: string | undefined;
  /** Hash of the artifact with the exact request of a model call; only where content was asked for. */
  readonly requestArtifact: string | undefined;
}
