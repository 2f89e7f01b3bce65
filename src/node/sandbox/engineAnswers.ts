import * as z from 'zod';

/** The parts of the engine's answers that are used; all else is ignored. */
export const infoAnswer = z.object({
  KernelVersion: z.string(),
  NCPU: z.int().positive(),
  /** Bytes. */
  MemTotal: z.number().nonnegative().nullish(),
  Runtimes: z.record(z.string(), z.unknown()).nullish(),
  // Whether the kernel lets the engine keep these limits. An engine that says nothing of one is taken at its word by inspection.
  MemoryLimit: z.boolean().default(true),
  SwapLimit: z.boolean().default(true),
  PidsLimit: z.boolean().default(true),
  CpuCfsQuota: z.boolean().default(true),
  CgroupVersion: z.string().optional(),
  SecurityOptions: z.array(z.string()).nullish(),
  /** Podman's own word for what Docker lists among the security options. */
  Rootless: z.boolean().optional(),
});

export const versionAnswer = z.object({
  Version: z.string(),
  ApiVersion: z.string(),
  Os: z.string().optional(),
  Arch: z.string().optional(),
  Components: z.array(z.object({ Name: z.string() })).nullish(),
});

const strings = z.array(z.string()).nullish();

/** What decides the rights of a box. Docker and Podman leave out or null different ones of them. */
export const inspectAnswer = z.object({
  Config: z.object({ User: z.string() }),
  HostConfig: z.object({
    Runtime: z.string().nullish(),
    NetworkMode: z.string(),
    CapAdd: strings,
    Privileged: z.boolean(),
    ReadonlyRootfs: z.boolean(),
    SecurityOpt: strings,
    Memory: z.number().nullish(),
    MemorySwap: z.number().nullish(),
    PidsLimit: z.number().nullish(),
    NanoCpus: z.number().nullish(),
    Tmpfs: z.record(z.string(), z.string()).nullish(),
    Binds: strings,
    Devices: z.array(z.object({ PathInContainer: z.string().optional() })).nullish(),
    PidMode: z.string().nullish(),
    IpcMode: z.string().nullish(),
    UTSMode: z.string().nullish(),
    UsernsMode: z.string().nullish(),
  }),
  Mounts: z
    .array(
      z.object({
        Type: z.string().optional(),
        Name: z.string().nullish(),
        Source: z.string().nullish(),
        Destination: z.string(),
        RW: z.boolean().optional(),
      }),
    )
    .nullish(),
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
