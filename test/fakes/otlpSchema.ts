import { z } from 'zod';

/**
 * `ExportTraceServiceRequest` in OTLP's JSON, as strict as the protocol: names of fields in lower camel case, ids in hexadecimal,
 * 64-bit numbers as decimal text, exactly one member of a value, no unknown field.
 */

const nanoseconds = z
  .string()
  .regex(/^\d{1,20}$/)
  .refine((text) => BigInt(text) < 2n ** 64n);
const notZero = (text: string): boolean => !/^0+$/.test(text);
const traceId = z
  .string()
  .regex(/^[0-9a-f]{32}$/)
  .refine(notZero);
const spanId = z
  .string()
  .regex(/^[0-9a-f]{16}$/)
  .refine(notZero);
/** UTF-8 has no place for half of a pair of surrogates. */
const text = z.string().refine((value) => !/\p{Surrogate}/u.test(value));
const uint32 = z
  .int()
  .min(0)
  .max(2 ** 32 - 1);

const scalar = z.union([
  z.strictObject({ stringValue: text }),
  z.strictObject({ boolValue: z.boolean() }),
  z.strictObject({ intValue: z.string().regex(/^-?\d{1,19}$/) }),
  z.strictObject({ doubleValue: z.number() }),
]);
const value = z.union([scalar, z.strictObject({ arrayValue: z.strictObject({ values: z.array(scalar) }) })]);
const attributes = z
  .array(z.strictObject({ key: text.min(1), value }))
  .refine((list) => new Set(list.map(({ key }) => key)).size === list.length, 'a key stands twice');

export const otlpSpanSchema = z
  .strictObject({
    traceId,
    spanId,
    parentSpanId: spanId.optional(),
    name: text.min(1),
    kind: z.int().min(1).max(5),
    startTimeUnixNano: nanoseconds,
    endTimeUnixNano: nanoseconds,
    attributes,
    events: z.array(z.strictObject({ timeUnixNano: nanoseconds, name: text.min(1), attributes })).max(128),
    droppedEventsCount: uint32,
    links: z.array(z.strictObject({ traceId, spanId, attributes })),
    status: z.strictObject({ code: z.int().min(0).max(2).optional(), message: text.optional() }),
  })
  .refine((span) => BigInt(span.endTimeUnixNano) >= BigInt(span.startTimeUnixNano), 'it ends before it starts');

export const otlpRequestSchema = z.strictObject({
  resourceSpans: z.array(
    z.strictObject({
      resource: z.strictObject({ attributes }),
      scopeSpans: z.array(
        z.strictObject({
          scope: z.strictObject({ name: text.min(1), version: text.min(1) }),
          spans: z.array(otlpSpanSchema),
          schemaUrl: z.url(),
        }),
      ),
      schemaUrl: z.url(),
    }),
  ),
});

export type OtlpSpan = z.infer<typeof otlpSpanSchema>;

/** Reads a request as a receiver would; throws for one that is not exact. */
export function spansOfRequest(body: unknown): OtlpSpan[] {
  return otlpRequestSchema
    .parse(body)
    .resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
}

/** The attributes as plain values; whole numbers as numbers. */
export function plainAttributes(span: Pick<OtlpSpan, 'attributes'>): Record<string, unknown> {
  return Object.fromEntries(span.attributes.map(({ key, value: given }) => [key, plainValue(given)]));
}

function plainValue(given: z.infer<typeof value>): unknown {
  if ('arrayValue' in given) {
    return given.arrayValue.values.map(plainValue);
  }
  return 'intValue' in given ? Number(given.intValue) : Object.values(given)[0];
}
