import { parse } from 'jsonc-parser';
import * as z from 'zod';
import { folderOf, joinPath, nameOf } from './modulePath.ts';

const table = z.record(z.string(), z.array(z.string()));

/** What of a project's own files decides where its imports lead, as it is kept. */
export const projectManifestSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('typescript'),
    path: z.string(),
    extends: z.array(z.string()),
    /** From the root of the repository; undefined: none is given. */
    baseUrl: z.string().exactOptional(),
    /** Patterns with at most one `*`; targets from the root of the repository. */
    paths: table.exactOptional(),
  }),
  z.object({
    kind: z.literal('package'),
    path: z.string(),
    name: z.string().exactOptional(),
    /** Subpath (`.`, `./button`) to files from the package's folder; all conditions together, first first. */
    exports: table,
    imports: table,
  }),
  z.object({ kind: z.literal('go'), path: z.string(), module: z.string() }),
  z.object({ kind: z.literal('cargo'), path: z.string(), name: z.string() }),
]);

export type ProjectManifest = z.infer<typeof projectManifestSchema>;

/** Characters; a larger one is a data file that happens to have the name. */
const longestManifest = 1_000_000;

const typescriptSchema = z.looseObject({
  extends: z.union([z.string(), z.array(z.string())]).optional(),
  compilerOptions: z
    .looseObject({ baseUrl: z.string().optional(), paths: z.record(z.string(), z.array(z.string())).optional() })
    .optional(),
});

const packageSchema = z.looseObject({
  name: z.string().optional(),
  main: z.string().optional().catch(undefined),
  module: z.string().optional().catch(undefined),
  types: z.string().optional().catch(undefined),
  source: z.string().optional().catch(undefined),
  exports: z.unknown().optional(),
  imports: z.unknown().optional(),
});

export const isProjectManifest = (path: string): boolean =>
  /^(?:package\.json|[jt]sconfig[\w.-]*\.json|go\.mod|Cargo\.toml)$/.test(nameOf(path));

/** Undefined for files that are none, or cannot be read as one. */
export function readProjectManifest(path: string, text: string): ProjectManifest | undefined {
  if (!isProjectManifest(path) || text.length > longestManifest) return undefined;
  const name = nameOf(path);
  if (name === 'go.mod') {
    const module = /^module[ \t]+"?([^\s"]+)/m.exec(text)?.[1];
    return module === undefined ? undefined : { kind: 'go', path, module };
  }
  if (name === 'Cargo.toml') {
    const section = text.split(/^\[/m).find((part) => part.startsWith('package]')) ?? '';
    const crate = /^name[ \t]*=[ \t]*["']([^"'\n]+)["']/m.exec(section)?.[1];
    return crate === undefined ? undefined : { kind: 'cargo', path, name: crate };
  }
  const value = parsed(text);
  return name === 'package.json' ? readPackage(path, value) : readTypescript(path, value);
}

/** Undefined for a text of more brackets in brackets than there is stack for: the parser calls itself for each. */
function parsed(text: string): unknown {
  try {
    return parse(text, [], { allowTrailingComma: true, disallowComments: false });
  } catch (error) {
    if (error instanceof RangeError) {
      return undefined;
    }
    throw error;
  }
}

function readTypescript(path: string, value: unknown): ProjectManifest | undefined {
  const parsed = typescriptSchema.safeParse(value);
  if (!parsed.success) return undefined;
  const folder = folderOf(path);
  const { baseUrl, paths } = parsed.data.compilerOptions ?? {};
  const base = baseUrl === undefined ? undefined : joinPath(folder, baseUrl);
  const parents = parsed.data.extends ?? [];
  return {
    kind: 'typescript',
    path,
    extends: (typeof parents === 'string' ? [parents] : parents)
      .filter((parent) => parent.startsWith('.'))
      .map((parent) => joinPath(folder, parent.endsWith('.json') ? parent : `${parent}.json`))
      .filter((parent) => parent !== undefined),
    ...(base === undefined ? {} : { baseUrl: base }),
    ...(paths === undefined
      ? {}
      : {
          paths: Object.fromEntries(
            Object.entries(paths).map(([pattern, targets]) => [
              pattern,
              targets.map((target) => joinPath(base ?? folder, target)).filter((target) => target !== undefined),
            ]),
          ),
        }),
  };
}

function readPackage(path: string, value: unknown): ProjectManifest | undefined {
  const parsed = packageSchema.safeParse(value);
  if (!parsed.success) return undefined;
  const { name, main, module, types, source } = parsed.data;
  const exports = subpaths(parsed.data.exports);
  const entries = [source, module, main, types].filter((entry) => entry !== undefined);
  return {
    kind: 'package',
    path,
    ...(name === undefined ? {} : { name }),
    exports: { ...exports, '.': [...(exports['.'] ?? []), ...entries] },
    imports: subpaths(parsed.data.imports),
  };
}

/** `exports` and `imports` have a string, conditions, or subpaths with either. */
function subpaths(value: unknown): Record<string, string[]> {
  const record = z.record(z.string(), z.unknown()).safeParse(value);
  if (!record.success || !Object.keys(record.data).some((key) => /^[.#]/.test(key))) {
    const files = filesOf(value, 0);
    return files.length === 0 ? {} : { '.': files };
  }
  return Object.fromEntries(Object.entries(record.data).map(([key, target]) => [key, filesOf(target, 0)]));
}

function filesOf(value: unknown, depth: number): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null || depth > 5) return [];
  return [...new Set(Object.values(value).flatMap((inner: unknown) => filesOf(inner, depth + 1)))].slice(0, 20);
}
