import * as z from 'zod/mini';

/**
 * Host and guest speak over the stdin and stdout of PID 1. A frame is a 4-byte big-endian length of what follows, one kind byte
 * (`J` a JSON message, `D` raw bytes of the tree upload in progress), and the body.
 */

const path = z.string().check(z.minLength(1), z.maxLength(400));
const count = z.int().check(z.nonnegative());
const base64 = z.string();

/** Why the guest refuses a request; the message is for the model or a person. */
export const guestErrorSchema = z.object({
  reason: z.enum([
    'not-found',
    'not-a-file',
    'path-outside',
    'is-link',
    'too-large',
    'binary',
    'exists',
    'no-match',
    'ambiguous-match',
    'left-out',
    'no-space',
    'not-executable',
    'invalid-pattern',
    'invalid-request',
    'unknown-method',
    'failed',
  ]),
  message: z.string(),
});

const change = z.object({
  path: z.string(),
  op: z.enum(['write', 'delete']),
  /** `100644` or `100755`, `120000` for a link (which the host refuses), null for a deletion. */
  mode: z.nullable(z.string()),
  size: count,
  /** SHA-256 of the content, hexadecimal; null for a deletion. */
  sha256: z.nullable(z.string()),
});

/** SHA-256 of a file's content before and after a change, hexadecimal; null where there was none. */
const contentChange = z.object({ before: z.nullable(z.string()), after: z.nullable(z.string()) });

/** What the guest sees of its own confinement; null where the kernel it runs on does not tell. */
const confinement = z.object({
  /** Effective capabilities, hexadecimal without a prefix; a locked-down box has none, so only zeros. */
  capabilities: z.nullable(z.string().check(z.regex(/^[0-9a-f]{1,32}$/))),
  noNewPrivileges: z.nullable(z.boolean()),
  /** 0 none, 1 strict, 2 filter. gVisor shows 0, as its own kernel stands between. */
  seccomp: z.nullable(z.int().check(z.minimum(0), z.maximum(2))),
  /** True when other processes of the same user in the box may read and write the guest's memory and descriptors. */
  dumpable: z.boolean(),
});

/** Every request the guest serves: parameters and result, both checked on both sides. Paths are relative to the repository. */
export const guestMethods = {
  hello: {
    params: z.object({ protocolVersion: z.int() }),
    result: z.object({
      protocolVersion: z.int(),
      uid: z.int(),
      node: z.string(),
      kernel: z.string(),
      isolatedKernel: z.boolean(),
      confinement,
    }),
  },
  /** Opens a tree upload; `D` frames with tar bytes follow, then `end_tree`. */
  begin_tree: { params: z.object({}), result: z.object({}) },
  end_tree: { params: z.object({}), result: z.object({ files: count, bytes: count }) },
  list_files: {
    params: z.object({ directory: z.string(), glob: z.optional(z.string()), limit: count }),
    result: z.object({ files: z.array(z.object({ path: z.string(), size: count })), truncated: z.boolean() }),
  },
  /** Lines are counted from 1; `endLine` is inclusive. Text only. */
  read_file: {
    params: z.object({ path, startLine: z.optional(count), endLine: z.optional(count), maxBytes: count }),
    result: z.object({ text: z.string(), startLine: count, endLine: count, totalLines: count, truncated: z.boolean() }),
  },
  /** Raw bytes, for the host: a changed file or a test report. `from: 'scratch'` reads below `/tmp`. */
  read_bytes: {
    params: z.object({ path, from: z.enum(['repository', 'scratch']), offset: count, length: count }),
    result: z.object({ bytes: base64, size: count }),
  },
  search_text: {
    params: z.object({ pattern: z.string(), regex: z.boolean(), glob: z.optional(z.string()), limit: count }),
    result: z.object({
      hits: z.array(z.object({ path: z.string(), line: count, text: z.string() })),
      truncated: z.boolean(),
    }),
  },
  write_file: {
    params: z.object({ path, content: z.string() }),
    result: z.object({ created: z.boolean(), bytes: count, content: contentChange }),
  },
  edit_file: {
    params: z.object({ path, oldText: z.string(), newText: z.string() }),
    /** `match` where the old text stood there with other white space or punctuation. */
    result: z.object({
      line: count,
      bytes: count,
      match: z.optional(z.enum(['trim-end', 'trim', 'punctuation'])),
      content: contentChange,
    }),
  },
  delete_file: { params: z.object({ path }), result: z.object({}) },
  /** Manifest compare against the uploaded tree, after up to 5,000 changes the rest is left out and said. */
  list_changes: {
    params: z.object({}),
    result: z.object({ changes: z.array(change), truncated: z.boolean() }),
  },
  /** Runs argv (never a shell string) in the repository with a fresh environment; profile `build` only. */
  run_command: {
    params: z.object({
      argv: z.array(z.string()).check(z.minLength(1)),
      environment: z.record(z.string(), z.string()),
      timeoutMs: count,
      maxOutputBytes: count,
    }),
    result: z.object({
      exitCode: z.nullable(z.int()),
      signal: z.nullable(z.string()),
      timedOut: z.boolean(),
      /** True when the kernel ended a process of the box for want of memory while the command ran. gVisor ends the whole box then. */
      outOfMemory: z.boolean(),
      /** Head and tail of each stream where it was over the cap. */
      stdout: z.string(),
      stderr: z.string(),
      omittedBytes: count,
      milliseconds: z.number(),
    }),
  },
} as const;

export type GuestMethod = keyof typeof guestMethods;
export type GuestParams<M extends GuestMethod> = z.infer<(typeof guestMethods)[M]['params']>;
export type GuestResult<M extends GuestMethod> = z.infer<(typeof guestMethods)[M]['result']>;
export type GuestError = z.infer<typeof guestErrorSchema>;
export type Confinement = z.infer<typeof confinement>;
export type GuestChange = z.infer<typeof change>;

export const guestRequestSchema = z.object({ id: z.int(), method: z.string(), params: z.unknown() });
export const guestResponseSchema = z.union([
  z.object({ id: z.int(), result: z.unknown() }),
  z.object({ id: z.int(), error: guestErrorSchema }),
]);
