import { LineCounter, parseDocument } from 'yaml';
import * as z from 'zod';
import { failure } from '../../base/failure.ts';
import { isNetworkHost, networkHostPattern } from '../../base/networkHost.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { EnvironmentFailure } from './environmentFailure.ts';
import { imageProblem, isImageReference } from './imageReference.ts';
import { isTreePath } from './treePath.ts';

export const environmentFilePath = '.nightshift/environment.yml';

/** Bytes of a definition; a person reads it before agreeing to it. */
export const maxDefinitionBytes = 64 * 1024;

/** One word of a command: what a person is shown is what runs, so nothing in it may break a line or hide. */
const word = z
  .string()
  .min(1)
  .max(2_000)
  .refine((text) => !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text), 'holds a control or invisible character');

const argv = z.array(word).min(1).max(100);

/** A host that setup may reach, with a port where it is not 443: `registry.example.com`, `10.0.0.5:4873`. */
export const networkHostSchema = z
  .string()
  .max(255)
  .regex(networkHostPattern, 'is no host name in lower case')
  .refine(isNetworkHost, 'names a port above 65535');

export const environmentFileSchema = z
  .strictObject({
    image: z
      .string()
      .refine(isImageReference, 'is no image reference')
      .refine((text) => imageProblem(text) === undefined, 'has a name of the images that are made here; name another')
      .optional(),
    dockerfile: z.string().refine(isTreePath, 'is no path inside the repository').optional(),
    setup: z.array(argv).max(20).optional(),
    scripts: z.boolean().optional(),
    network: z.union([z.boolean(), z.array(networkHostSchema).max(20)]).optional(),
    test: argv.optional(),
  })
  .refine((file) => file.image === undefined || file.dockerfile === undefined, {
    path: ['dockerfile'],
    message: 'stands beside "image"; give one of them',
  });

export type EnvironmentFile = z.infer<typeof environmentFileSchema>;

/** Reads the file's text. What it may not say is a failure with the line and column of the first such thing. */
export function parseEnvironmentFile(text: string): Result<EnvironmentFile, EnvironmentFailure> {
  if (text.length > maxDefinitionBytes) {
    return refuse('', `is longer than ${maxDefinitionBytes / 1024} KiB`);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, strict: true, uniqueKeys: true, merge: false });
  const at = (offset: number | undefined): string => {
    const place = lines.linePos(offset ?? 0);
    return `:${place.line}:${place.col}`;
  };
  const [broken] = [...document.errors, ...document.warnings];
  if (broken !== undefined) {
    return refuse(at(broken.pos[0]), `is no plain YAML: ${broken.message.split('\n')[0] ?? ''}`);
  }
  const read = plainValue(() => document.toJS({ maxAliasCount: 0 }));
  if (!read.ok) {
    return refuse('', `uses an alias, which is not allowed here: ${read.error}`);
  }
  const parsed = environmentFileSchema.safeParse(read.value ?? {});
  if (parsed.success) {
    return ok(parsed.data);
  }
  const [issue] = parsed.error.issues;
  const path = issue?.path.map((part) => (typeof part === 'symbol' ? String(part) : part)) ?? [];
  const named = issue?.code === 'unrecognized_keys' ? [...path, issue.keys[0] ?? ''] : path;
  return refuse(at(offsetOf(document, named)), `: "${named.join('.')}" ${issueText(issue)}`);
}

function plainValue(read: () => unknown): { ok: true; value: unknown } | { ok: false; error: string } {
  try {
    return { ok: true, value: read() };
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error) };
  }
}

/** Where the named thing starts, or the nearest thing around it that has a place. */
function offsetOf(document: ReturnType<typeof parseDocument>, path: readonly (string | number)[]): number | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)) {
      const start: unknown = node.range[0];
      return typeof start === 'number' ? start : undefined;
    }
  }
  return undefined;
}

function issueText(issue: z.core.$ZodIssue | undefined): string {
  return issue?.code === 'unrecognized_keys'
    ? 'is not known; known are image, dockerfile, setup, scripts, network and test'
    : (issue?.message ?? 'is wrong');
}

function refuse(place: string, what: string): Result<never, EnvironmentFailure> {
  const separator = what.startsWith(':') ? '' : ' ';
  return fail(failure('bad-definition', `${environmentFilePath}${place}${separator}${what}; mend it or remove it.`));
}
