import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build, type BuildOptions, type Metafile, transform } from 'esbuild';

export interface BuiltProgram {
  /** Of the program with everything that it reads. */
  readonly bytes: number;
  /** Of those, what it reads when it starts: all but what it imports when it gets there. */
  readonly bytesAtStart: number;
  readonly metafile: Metafile;
}

export interface TogetherOptions extends BuildOptions {
  /** What the names of the shared files begin with. */
  readonly group: string;
  /** Names of files in `src/`, without their ending. */
  readonly entries: readonly string[];
  readonly target: string;
}

/**
 * Builds programs that use the same libraries: what two or more of them need lies once, in files `GROUP-HASH.cjs` beside them, and
 * each program reads only what it needs itself. What it imports when it gets there is in a file of its own and read then.
 *
 * esbuild parts modules only into files of the other form, which it then turns into this one: programs keep their names, start
 * without the slower loader, and find what lies beside them as before. Answers by entry.
 */
export async function buildTogether(
  folder: string,
  { group, entries, ...options }: TogetherOptions,
): Promise<ReadonlyMap<string, BuiltProgram>> {
  const { outputFiles, metafile } = await build({
    ...options,
    entryPoints: entries.map((entry) => `src/${entry}.ts`),
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    chunkNames: `${group}-[hash]`,
    format: 'esm',
    splitting: true,
    metafile: true,
    write: false,
  });
  const bytes = new Map<string, number>();
  for (const { path, text } of outputFiles) {
    const { code } = await transform(text, {
      format: 'cjs',
      platform: 'node',
      target: options.target,
      minify: true,
      legalComments: 'none',
      // Of our own files; they need no other loader.
      supported: { 'dynamic-import': false },
    });
    bytes.set(basename(path), Buffer.byteLength(code));
    await writeFile(join(folder, basename(path)), code);
  }
  return new Map(
    entries.map((entry) => {
      const sum = (atStart: boolean): number =>
        [...filesOf(`${entry}.cjs`, metafile.outputs, atStart)].reduce((all, file) => all + (bytes.get(file) ?? 0), 0);
      return [entry, { bytes: sum(false), bytesAtStart: sum(true), metafile }];
    }),
  );
}

/** An output with what it requires, at once or, unless only `atStart` is asked for, later; by their names. */
function filesOf(
  name: string,
  outputs: Metafile['outputs'],
  atStart: boolean,
  seen = new Set<string>(),
): ReadonlySet<string> {
  if (!seen.has(name)) {
    seen.add(name);
    const output = Object.entries(outputs).find(([path]) => basename(path) === name)?.[1];
    for (const { path, external, kind } of output?.imports ?? []) {
      if (external !== true && !(atStart && kind === 'dynamic-import')) {
        filesOf(basename(path), outputs, atStart, seen);
      }
    }
  }
  return seen;
}
