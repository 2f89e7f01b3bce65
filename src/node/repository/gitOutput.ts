import { failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { RepositoryFailure } from '../../core/repository/repository.ts';

/**
 * A path as Git gave it. `raw` has one character per byte, so that it can be handed back to Git unchanged; `path` is null when
 * the bytes are no UTF-8 and no string can stand for them.
 */
export interface GitPath {
  readonly raw: string;
  readonly path: string | null;
}

export interface IndexEntry extends GitPath {
  readonly mode: string;
  readonly id: string;
  readonly stage: number;
}

export interface RawChange extends GitPath {
  readonly oldMode: string;
  readonly newMode: string;
  readonly oldId: string;
  readonly newId: string;
  readonly status: string;
}

export interface TreeEntry extends GitPath {
  readonly mode: string;
  readonly type: string;
  readonly id: string;
  /** Null when the object is not there, or no size was asked for. */
  readonly size: number | null;
}

export interface LineCounts extends GitPath {
  /** Null for a binary file. */
  readonly additions: number | null;
  readonly deletions: number | null;
}

const id = '[0-9a-f]{40}(?:[0-9a-f]{24})?';
const indexLine = new RegExp(`^([0-7]{6}) (${id}) ([0-3])\t([^]+)$`);
const rawLine = new RegExp(`^:([0-7]{6}) ([0-7]{6}) (${id}) (${id}) ([A-Z])$`);
const treeLine = new RegExp(`^([0-7]{6}) ([a-z]+) (${id})(?: +(\\d+|-|BAD))?\t([^]+)$`);
const countLine = /^(\d+|-)\t(\d+|-)\t([^]+)$/;
const renameLine = /^(\d+|-)\t(\d+|-)\t$/;
const idOnly = new RegExp(`^${id}$`);

export function isObjectId(text: string): boolean {
  return idOnly.test(text);
}

/** `git ls-files -s -z`. */
export function parseIndexEntries(output: Buffer): Result<IndexEntry[], RepositoryFailure> {
  return collect('ls-files', records(output), (record) => {
    const [, mode = '', objectId = '', stage = '', raw = ''] = indexLine.exec(record) ?? [];
    return raw === '' ? undefined : { mode, id: objectId, stage: Number(stage), ...gitPath(raw) };
  });
}

/** `git ls-files -o -z` and others that answer names alone. */
export function parsePaths(output: Buffer): GitPath[] {
  return records(output).map(gitPath);
}

/** `git ls-tree -r -z`, with `-l` or without. */
export function parseTreeEntries(output: Buffer): Result<TreeEntry[], RepositoryFailure> {
  return collect('ls-tree', records(output), (record) => {
    const [, mode = '', type = '', objectId = '', size = '', raw = ''] = treeLine.exec(record) ?? [];
    return raw === ''
      ? undefined
      : { mode, type, id: objectId, size: /^\d+$/.test(size) ? Number(size) : null, ...gitPath(raw) };
  });
}

/** `--raw -z --no-renames` of the diff family; with `--numstat` too, the counts follow the changes. */
export function parseRawDiff(
  output: Buffer,
): Result<{ readonly changes: RawChange[]; readonly counts: LineCounts[] }, RepositoryFailure> {
  const changes: RawChange[] = [];
  const counts: LineCounts[] = [];
  const parts = records(output);
  for (let index = 0; index < parts.length; index += 1) {
    const record = parts[index] ?? '';
    const count = countLine.exec(record);
    if (count !== null) {
      const [, additions = '', deletions = '', raw = ''] = count;
      counts.push({ additions: countOf(additions), deletions: countOf(deletions), ...gitPath(raw) });
      continue;
    }
    const [, oldMode = '', newMode = '', oldId = '', newId = '', status = ''] = rawLine.exec(record) ?? [];
    const raw = parts[index + 1] ?? '';
    if (status === '' || raw === '') {
      return unexpected('diff', record);
    }
    changes.push({ oldMode, newMode, oldId, newId, status, ...gitPath(raw) });
    index += 1;
  }
  return ok({ changes, counts });
}

export interface Rename extends LineCounts {
  readonly from: string;
}

/** The renames in `--numstat -z` with `--find-renames`, whose other files have their name in the record of the counts. */
export function parseRenames(output: Buffer): Rename[] {
  const parts = records(output);
  return parts.flatMap((record, index) => {
    const [, additions, deletions = ''] = renameLine.exec(record) ?? [];
    const from = gitPath(parts[index + 1] ?? '').path;
    return additions === undefined || from === null
      ? []
      : [{ from, additions: countOf(additions), deletions: countOf(deletions), ...gitPath(parts[index + 2] ?? '') }];
  });
}

/** One name as `git hash-object --stdin-paths` reads it, whatever is in it. */
export function quotePath(path: string): string {
  const quoted = path.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n').replace(/\r/g, '\\r').replace(/\t/g, '\\t');
  return `"${quoted}"`;
}

/** A name for Git's input, byte for byte. */
export function rawPath(path: string): string {
  return Buffer.from(path, 'utf8').toString('latin1');
}

function gitPath(raw: string): GitPath {
  if (/^[\x20-\x7e]*$/.test(raw)) {
    return { raw, path: raw };
  }
  const bytes = Buffer.from(raw, 'latin1');
  const path = bytes.toString('utf8');
  return { raw, path: Buffer.from(path, 'utf8').equals(bytes) ? path : null };
}

function records(output: Buffer): string[] {
  return output.length === 0 ? [] : output.toString('latin1').replace(/\0$/, '').split('\0');
}

function countOf(text: string): number | null {
  return text === '-' ? null : Number(text);
}

function collect<T>(
  command: string,
  lines: readonly string[],
  parse: (record: string) => T | undefined,
): Result<T[], RepositoryFailure> {
  const parsed: T[] = [];
  for (const line of lines) {
    const value = parse(line);
    if (value === undefined) {
      return unexpected(command, line);
    }
    parsed.push(value);
  }
  return ok(parsed);
}

function unexpected(command: string, record: string): { readonly ok: false; readonly error: RepositoryFailure } {
  return fail(
    failure(
      'git-failed',
      `git ${command} answered what this version does not know: "${record.slice(0, 80)}". Update Git.`,
    ),
  );
}
