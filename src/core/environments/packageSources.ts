import * as z from 'zod';
import { failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { EnvironmentFailure } from './environmentFailure.ts';
import type { DefaultSteps } from './setupSteps.ts';
import { folderOf, resolveTreePath } from './treePath.ts';

interface SourceFile {
  readonly path: string;
  readonly text: string;
}

type Checked = Result<void, EnvironmentFailure>;

/** Whether the usual steps, told to run no scripts of packages, run none for these files. */
export function checkPackageSources(
  { lockfiles, requirements }: Pick<DefaultSteps, 'lockfiles' | 'requirements'>,
  files: readonly SourceFile[],
): Checked {
  for (const { path, text } of files) {
    const checked = lockfiles.includes(path) ? checkLockfile(path, text) : ok(undefined);
    if (!checked.ok) {
      return checked;
    }
  }
  return checkRequirements(requirements, files);
}

const pattern = (...parts: readonly string[]): RegExp => new RegExp(`^${parts.join('')}$`, 'u');

const url = String.raw`https?://[^\s$#]+`;
/** What can be said beside packages: where they come from, and what only narrows the choice of them. */
const options = [
  pattern(String.raw`(?:-i\s+|--(?:extra-)?index-url[=\s]\s*)`, url),
  pattern(String.raw`--trusted-host[=\s]\s*[\w.:-]+`),
  pattern(String.raw`--(?:require-hashes|prefer-binary|pre)`),
  pattern(String.raw`--only-binary[=\s]\s*:all:`),
];
const inclusion = pattern(String.raw`(?:-[rc]\s*|--(?:requirement|constraint)[=\s]\s*)([\w./-]+)`);
const version = String.raw`(?:===|[<>=!~]=|[<>])\s*\w[\w.*+!-]*`;
const versions = String.raw`${version}(?:\s*,\s*${version})*`;
/** A package of an index by its name. A blank before a dash begins an option, so none stands in a marker. */
const requirement = pattern(
  String.raw`([A-Za-z0-9][\w.-]*)(?:\s*\[[\w.,\s-]*\])?`,
  String.raw`(?:\s*(?:${versions}|\(\s*${versions}\s*\)))?`,
  String.raw`(?:\s*;(?:(?!\s-)[\w\s.'"<>=!~()+*,-])*)?`,
  String.raw`(?:\s+--hash[=\s]\s*sha(?:256|384|512):[0-9a-f]+)*`,
);
const archive = /\.(?:whl|zip|tar|tgz|tbz|txz|tlz|gz|bz2|xz|lzma)$/i;
/** Python ends lines in more places than others do, and a file may ask for another encoding in its first two. */
const foreignText = /[^\P{Cc}\t\n\r]|[\u2028\u2029]|\r(?!\n)/u;
const encoding = /^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)/;

/**
 * Whether pip, told to take wheels only, runs no code of a package for these files and what they include. pip builds whatever is
 * named by an address or a path, and its files may take the order back; so only packages of an index are let through.
 */
export function checkRequirements(roots: readonly string[], files: readonly SourceFile[]): Checked {
  const waiting = [...roots];
  const seen = new Set<string>(waiting);
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const text = files.find((file) => file.path === path)?.text ?? '';
    const foreign = foreignText.test(text) || text.split('\n', 2).some(isRecoded);
    if (foreign) {
      return refuse(`${path} is not plain UTF-8 text, which`);
    }
    for (const { line, content } of logicalLines(text)) {
      const included = includedPath(path, content);
      const known = included !== undefined && files.some((file) => file.path === included);
      if (known && !seen.has(included)) {
        seen.add(included);
        waiting.push(included);
      }
      if (!known && !isHarmless(content)) {
        return refuse(`${path}:${line} ${JSON.stringify(content.slice(0, 200))}`);
      }
    }
  }
  return ok(undefined);
}

function isRecoded(line: string): boolean {
  const name = encoding.exec(line)?.[1];
  return name !== undefined && !/^(?:utf-?8|(?:us-)?ascii)$/i.test(name);
}

function includedPath(from: string, content: string): string | undefined {
  const name = inclusion.exec(content)?.[1];
  return name === undefined ? undefined : resolveTreePath(folderOf(from), name);
}

function isHarmless(content: string): boolean {
  const name = requirement.exec(content)?.[1];
  return name === undefined ? options.some((option) => option.test(content)) : !archive.test(name);
}

/** As pip reads them: lines that end in a backslash go on, comments do not; comments then end at the line's end. */
function* logicalLines(text: string): Generator<{ readonly line: number; readonly content: string }> {
  let pending = '';
  let start = 1;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    start = pending === '' ? index + 1 : start;
    const isComment = /^\s*#/.test(raw);
    if (raw.endsWith('\\') && !isComment) {
      pending += raw.slice(0, -1);
      continue;
    }
    const content = `${pending}${isComment ? ' ' : ''}${raw}`.replace(/(?:^|\s+)#.*$/, '').trim();
    pending = '';
    if (content !== '') {
      yield { line: start, content };
    }
  }
  if (pending.trim() !== '') {
    yield { line: start, content: pending.trim() };
  }
}

const entrySchema = z.looseObject({
  version: z.string().optional(),
  resolved: z.string().optional(),
  link: z.boolean().optional(),
  hasShrinkwrap: z.literal(false).optional(),
});
const entriesSchema = z.record(z.string(), z.unknown());
const lockSchema = z.looseObject({ packages: z.unknown().optional(), dependencies: z.unknown().optional() });

/**
 * Whether every package of an npm lockfile comes from a registry or is a folder of the repository. npm prepares what comes from git
 * with the scripts that it finds there, whatever it was told of scripts; so does a lockfile inside of a package, unseen.
 */
export function checkLockfile(path: string, text: string): Checked {
  const lock = lockSchema.safeParse(parseJson(text)).data;
  const packages = entriesSchema.safeParse(lock?.packages ?? {}).data;
  const older = entriesSchema.safeParse(lock?.dependencies ?? {}).data;
  if (lock === undefined || packages === undefined || older === undefined) {
    return fail(failure('bad-definition', `${path} is no lockfile of npm in plain JSON; make it anew.`));
  }
  const entries =
    lock.packages === undefined || lock.packages === null
      ? nestedEntries(older, '')
      : Object.entries(packages).filter(([name]) => name !== '');
  for (const [name, entry] of entries) {
    const parsed = entrySchema.safeParse(entry);
    if (!parsed.success || !isFromRegistry(parsed.data)) {
      return refuse(`${path}: ${name} does not come from a registry and`);
    }
  }
  return ok(undefined);
}

function* nestedEntries(
  dependencies: Readonly<Record<string, unknown>>,
  above: string,
): Generator<readonly [string, unknown]> {
  for (const [name, entry] of Object.entries(dependencies)) {
    yield [`${above}${name}`, entry];
    const inner = entriesSchema.safeParse(entriesSchema.safeParse(entry).data?.['dependencies']).data;
    yield* nestedEntries(inner ?? {}, `${above}${name}/`);
  }
}

/** Hosts whose addresses npm takes for git, whatever they look like. */
const gitHosts = /^(?:www\.)?(?:github\.com|gist\.github\.com|gitlab\.com|bitbucket\.org|git\.sr\.ht)$/;

function isFromRegistry({ version: number, resolved, link }: z.infer<typeof entrySchema>): boolean {
  if (link === true) {
    return resolved !== undefined && resolveTreePath('', resolved) !== undefined;
  }
  // A folder of the repository that a link leads to has neither.
  const plain = number === undefined || /^v?\d+\.\d+\.\d+[\w.+-]*$/.test(number);
  if (resolved === undefined) {
    return plain;
  }
  const address = /^https?:\/\//.test(resolved) ? URL.parse(resolved) : null;
  return plain && address !== null && !gitHosts.test(address.hostname) && /\/-\/[^/]+\.tgz$/.test(address.pathname);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}

function refuse(what: string): Result<never, EnvironmentFailure> {
  return fail(
    failure(
      'bad-definition',
      `${what} could run code of a package while it is installed; that needs "scripts: true" in .nightshift/environment.yml.`,
    ),
  );
}
