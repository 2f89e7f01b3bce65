import { z } from 'zod';

/** The parts of the engine's answers that are used; all else is ignored. */
export const infoAnswer = z.object({
  KernelVersion: z.string(),
  NCPU: z.int().positive(),
  Runtimes: z.record(z.string(), z.unknown()).nullish(),
});

export const versionAnswer = z.object({
  Version: z.string(),
  ApiVersion: z.string(),
  Os: z.string().optional(),
  Arch: z.string().optional(),
});

export const waitAnswer = z.object({ StatusCode: z.int() });

export const listAnswer = z.array(
  z.object({
    Id: z.string(),
    Names: z.array(z.string()).nullish(),
    Labels: z.record(z.string(), z.string()).nullish(),
  }),
);

export const imageAnswer = z.object({
  Config: z.object({ Volumes: z.record(z.string(), z.unknown()).nullish() }).nullish(),
});

const engineError = z.object({
  message: z.string(),
  statusCode: z.int().optional(),
  code: z.string().optional(),
});

export type EngineError = z.infer<typeof engineError>;

/** What the client library threw, as data. */
export function engineErrorOf(thrown: unknown): EngineError {
  const parsed = engineError.safeParse(thrown);
  return parsed.success ? parsed.data : { message: String(thrown) };
}
