import type { Attributes, Span, SpanEvent, SpanLink } from './span.ts';

/** As many as the OpenTelemetry SDKs keep. */
const maxEvents = 128;

export interface SpanStart {
  readonly traceId: string;
  readonly spanId: string;
  readonly parent: string | undefined;
  readonly name: string;
  readonly kind?: Span['kind'];
  readonly start: number;
  readonly attributes: Attributes;
  readonly links?: readonly SpanLink[];
  readonly requestArtifact?: string | undefined;
}

/** How a span ended; `errorType` is a word of a small set, never a message. */
export interface SpanEnd {
  readonly attributes?: Attributes;
  readonly errorType?: string | undefined;
  readonly failureText?: string | undefined;
}

/** A span whose end was not read yet. Ended once. */
export class OpenSpan {
  readonly spanId: string;
  readonly parent: string | undefined;
  private readonly given: SpanStart;
  private readonly events: SpanEvent[] = [];
  private dropped = 0;

  constructor(given: SpanStart) {
    this.given = given;
    this.spanId = given.spanId;
    this.parent = given.parent;
  }

  addEvent(event: SpanEvent): void {
    if (this.events.length < maxEvents) {
      this.events.push(event);
    } else {
      this.dropped += 1;
    }
  }

  /** A clock that went back gives a span without length, never one that ends before it starts. */
  end(time: number, { attributes = {}, errorType, failureText }: SpanEnd = {}): Span {
    const { traceId, spanId, parent, name, kind = 'internal', start, links = [], requestArtifact } = this.given;
    return {
      traceId,
      spanId,
      parentSpanId: parent,
      name,
      kind,
      start,
      end: Math.max(start, time),
      attributes: { ...this.given.attributes, ...attributes, 'error.type': errorType },
      events: [...this.events],
      droppedEvents: this.dropped,
      links,
      failed: errorType !== undefined,
      failureText: errorType === undefined ? undefined : failureText,
      requestArtifact,
    };
  }
}
