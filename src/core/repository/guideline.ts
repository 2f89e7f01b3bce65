import { parseDocument } from 'yaml';
import * as z from 'zod';
import type { Sha256 } from '../../base/hash.ts';
import { type GuidelinePlace, guidelinePlace } from './guidelinePaths.ts';
import { matchesGlob } from './pathGlob.ts';

/** Files of this kind that are read at all, and bytes of each; a repository with more of them has them for something else. */
export const mostGuidelines = 60;
const mostBytes = 32 * 1024;

export interface Guideline extends GuidelinePlace {
  /** Of the exact bytes: what a person pins. */
  readonly sha256: string;
  readonly bytes: number;
  /** Without its front matter, and without what is beyond `mostBytes`. */
  readonly text: string;
  /** Files that it is about; absent where it does not say. */
  readonly globs?: readonly string[];
  /** False for one that its tool tells only when asked for it. */
  readonly always: boolean;
}

/** How a tree is looked at. */
export interface TreeText {
  readonly paths: readonly string[];
  /** Null for what cannot be read. */
  readonly read: (path: string) => Promise<Uint8Array | null>;
}

const globList = z.union([z.string().max(2_000), z.array(z.string().max(300)).max(50)]);

/** Of GitHub, Cursor, Continue and Cline, by their own names for the same thing. */
const frontMatterSchema = z.object({
  applyTo: globList.optional(),
  globs: globList.optional(),
  paths: globList.optional(),
  alwaysApply: z.boolean().optional(),
});

const frontMatter = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/;

/** All instructions of a tree, sorted by path. Regular files only: what a link leads to has its own path, or is not ours. */
export async function readGuidelines({ paths, read }: TreeText, sha256: Sha256): Promise<readonly Guideline[]> {
  const places = paths.flatMap((path) => guidelinePlace(path) ?? []).slice(0, mostGuidelines);
  const found: Guideline[] = [];
  for (const place of places) {
    const bytes = await read(place.path);
    // A file with zero bytes in it is no text, whatever its name.
    if (bytes !== null && !bytes.includes(0)) {
      found.push({ ...place, ...parseGuideline(bytes), sha256: sha256(bytes), bytes: bytes.length });
    }
  }
  return found;
}

/** Front matter that cannot be read stays part of the text: nothing that a person wrote is lost. */
export function parseGuideline(bytes: Uint8Array): Pick<Guideline, 'text' | 'globs' | 'always'> {
  const whole = new TextDecoder().decode(bytes.subarray(0, mostBytes));
  const [front = '', yaml] = frontMatter.exec(whole) ?? [];
  const parsed = yaml === undefined ? undefined : frontMatterSchema.safeParse(plainYaml(yaml));
  if (parsed?.success !== true) {
    return { text: whole.trim(), always: true };
  }
  const { applyTo, globs, paths, alwaysApply } = parsed.data;
  const named = [applyTo, globs, paths].flatMap((list) => splitGlobs(list));
  const always = alwaysApply === true || (alwaysApply === undefined && named.length === 0);
  return { text: whole.slice(front.length).trim(), ...(named.length === 0 ? {} : { globs: named }), always };
}

/** Whether it is about a task that has to do with these files. */
export function isAbout({ scope, globs = [], always }: Guideline, files: readonly string[]): boolean {
  if (scope !== '' && !files.some((file) => file.startsWith(`${scope}/`))) {
    return false;
  }
  return always || globs.some((glob) => isEverything(glob) || files.some((file) => matchesGlob(file, glob)));
}

function isEverything(glob: string): boolean {
  return ['*', '**', '**/*'].includes(glob);
}

/** `a/*.ts, b/{c,d}` is two: a comma inside braces separates no globs. */
function splitGlobs(list: string | readonly string[] | undefined): readonly string[] {
  const texts = typeof list === 'string' ? list.split(/,(?![^{}]*\})/) : (list ?? []);
  return texts.map((text) => text.trim()).filter((text) => text !== '');
}

/** The value of a small YAML text without aliases; undefined for any other. */
function plainYaml(text: string): unknown {
  // Cursor writes `globs: *.ts`, which YAML takes for an alias.
  const quoted = text.replace(/^(globs|applyTo|paths):[ \t]*(\*[^\r\n]*)$/gm, (_, key: string, value: string) => {
    return `${key}: ${JSON.stringify(value.trim())}`;
  });
  const document = parseDocument(quoted, { strict: true, merge: false, logLevel: 'silent' });
  if (document.errors.length > 0) {
    return undefined;
  }
  try {
    return document.toJS({ maxAliasCount: 0 }) ?? {};
  } catch {
    // An alias: text that grows when it is read.
    return undefined;
  }
}
