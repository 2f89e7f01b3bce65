import type { Attributes, AttributeValue, Span } from './span.ts';
import { mappingVersion, schemaUrl } from './spanDetails.ts';

/** OTLP in JSON: `ExportTraceServiceRequest` as the protocol's own mapping of its messages has it. */

type OtlpValue =
  | { readonly stringValue: string }
  | { readonly boolValue: boolean }
  | { readonly intValue: string }
  | { readonly arrayValue: { readonly values: readonly { readonly stringValue: string }[] } };

interface OtlpAttribute {
  readonly key: string;
  readonly value: OtlpValue;
}

/** What the spans are from. */
export interface OtlpSource {
  readonly productVersion: string;
  /** Id of the workspace, a hash. */
  readonly workspace: string;
}

const kinds = { internal: 1, client: 3 } as const;
const failedCode = 2;

/** The body of a request as an object for `JSON.stringify`. */
export function otlpRequest(spans: readonly Span[], { productVersion, workspace }: OtlpSource): object {
  const resource = {
    'service.name': 'nightshift',
    'service.version': productVersion,
    'nightshift.workspace': workspace,
  };
  const scope = { name: 'nightshift.trace', version: mappingVersion };
  return {
    resourceSpans: [
      {
        resource: { attributes: otlpAttributes(resource) },
        scopeSpans: [{ scope, spans: spans.map(otlpSpan), schemaUrl }],
        schemaUrl,
      },
    ],
  };
}

function otlpSpan(span: Span): object {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentSpanId === undefined ? {} : { parentSpanId: span.parentSpanId }),
    name: wellFormed(span.name),
    kind: kinds[span.kind],
    startTimeUnixNano: nanoseconds(span.start),
    endTimeUnixNano: nanoseconds(span.end),
    attributes: otlpAttributes(span.attributes),
    events: span.events.map(({ time, name, attributes }) => ({
      timeUnixNano: nanoseconds(time),
      name: wellFormed(name),
      attributes: otlpAttributes(attributes),
    })),
    droppedEventsCount: span.droppedEvents,
    links: span.links.map(({ spanId, attributes }) => ({
      traceId: span.traceId,
      spanId,
      attributes: otlpAttributes(attributes),
    })),
    status: span.failed
      ? { code: failedCode, ...(span.failureText === undefined ? {} : { message: wellFormed(span.failureText) }) }
      : {},
  };
}

function otlpAttributes(attributes: Attributes): OtlpAttribute[] {
  return Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: otlpValue(value) }],
  );
}

function otlpValue(value: AttributeValue): OtlpValue {
  switch (typeof value) {
    case 'string':
      return { stringValue: wellFormed(value) };
    case 'boolean':
      return { boolValue: value };
    case 'number':
      return { intValue: wholeNumber(value) };
    default:
      return { arrayValue: { values: value.map((item) => ({ stringValue: wellFormed(item) })) } };
  }
}

/** 64 bits do not fit a number of JSON, so they go as text. */
function nanoseconds(milliseconds: number): string {
  return `${BigInt(Math.trunc(milliseconds)) * 1_000_000n}`;
}

/** Half of a pair of surrogates, which a model may write, is no text for the receivers, whose strings are UTF-8. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD');
}

/** Beyond what a double counts exactly, digits would turn into an exponent. */
function wholeNumber(value: number): string {
  return String(Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Math.round(value))));
}
