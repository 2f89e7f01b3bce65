import * as z from 'zod';
import { artifactSchema } from './artifact.ts';
import { type TraceEntry, traceEventData } from './traceEvent.ts';

export type Artifact = z.infer<typeof artifactSchema>;

/**
 * The payloads kept beside the trace that an event names. Where they stand is taken from the schemas, so that no event is
 * forgotten, and what only looks like one, as in the arguments that a model wrote, is none.
 */
export function artifactsOf({ type, data }: Pick<TraceEntry, 'type' | 'data'>): readonly Artifact[] {
  return (artifactFields.get(type) ?? []).flatMap((field) => {
    const artifact = artifactSchema.safeParse(Reflect.get(data, field));
    return artifact.success ? [artifact.data] : [];
  });
}

const artifactFields: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(traceEventData).map(([type, { shape }]) => [
    type,
    Object.entries<z.ZodType>(shape)
      .filter(([, field]) => (field instanceof z.ZodOptional ? field.unwrap() : field) === artifactSchema)
      .map(([name]) => name),
  ]),
);
