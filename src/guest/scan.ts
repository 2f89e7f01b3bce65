import { readFileSync } from 'node:fs';
import { ok } from '../base/result.ts';
import type { GuestParams, GuestResult } from '../protocol/guest.ts';
import { maxFrameBytes } from '../protocol/guestLimits.ts';
import { globPattern } from './globPattern.ts';
import { locatePath } from './locatePath.ts';
import { looksBinary, shortenLine, splitLines } from './readFile.ts';
import { type Answer, refuse } from './refusal.ts';
import { walkFiles } from './walkFiles.ts';

export type ScanRequest =
  | { readonly kind: 'list'; readonly root: string; readonly params: GuestParams<'list_files'> }
  | { readonly kind: 'search'; readonly root: string; readonly params: GuestParams<'search_text'> };

export type ScanAnswer = Answer<GuestResult<'list_files'> | GuestResult<'search_text'>>;

const maxResults = 10_000;
const maxAnswerBytes = maxFrameBytes - 64 * 1024;
const maxSearchedFileBytes = 4 * 2 ** 20;
const maxHitCharacters = 300;

export function listFiles(root: string, params: GuestParams<'list_files'>): Answer<GuestResult<'list_files'>> {
  const located = locatePath(root, params.directory);
  if (!located.ok) {
    return located;
  }
  const { relative, stats } = located.value;
  if (stats === undefined) {
    return refuse('not-found', `The directory "${params.directory}" does not exist; list "" for the top.`);
  }
  if (!stats.isDirectory()) {
    return stats.isSymbolicLink()
      ? refuse('is-link', `"${params.directory}" is a symbolic link; list the directory it points to.`)
      : refuse('invalid-request', `"${params.directory}" is not a directory; read it with read_file.`);
  }
  const matches = params.glob === undefined ? () => true : globPattern(params.glob);
  const collected = new Collector<{ path: string; size: number }>(params.limit);
  for (const { path, size } of walkFiles(root, relative)) {
    if (matches(path) && !collected.add({ path, size })) {
      break;
    }
  }
  return ok({ files: collected.items, truncated: collected.full });
}

export function searchText(root: string, params: GuestParams<'search_text'>): Answer<GuestResult<'search_text'>> {
  const find = params.regex ? regexFinder(params.pattern) : ok((line: string) => line.indexOf(params.pattern));
  if (!find.ok) {
    return find;
  }
  if (params.pattern === '') {
    return refuse('invalid-pattern', 'The pattern is empty; give the text to look for.');
  }
  const matches = params.glob === undefined ? () => true : globPattern(params.glob);
  const literal = params.regex ? undefined : Buffer.from(params.pattern);
  const collected = new Collector<{ path: string; line: number; text: string }>(params.limit);
  for (const { path, absolute, size } of walkFiles(root, '')) {
    if (collected.full) {
      break;
    }
    if (size > 0 && size <= maxSearchedFileBytes && matches(path)) {
      searchFile(absolute, path, literal, find.value, collected);
    }
  }
  return ok({ hits: collected.items, truncated: collected.full });
}

function searchFile(
  absolute: string,
  path: string,
  literal: Buffer | undefined,
  find: (line: string) => number,
  collected: Collector<{ path: string; line: number; text: string }>,
): void {
  const bytes = readFileSync(absolute);
  if (looksBinary(bytes) || (literal !== undefined && !bytes.includes(literal))) {
    return;
  }
  for (const [index, line] of splitLines(bytes.toString()).entries()) {
    const at = find(line);
    if (at !== -1 && !collected.add({ path, line: index + 1, text: excerpt(line, at) })) {
      return;
    }
  }
}

/** The line, or where it is long the part around the match. */
function excerpt(line: string, at: number): string {
  const from = line.length <= maxHitCharacters ? 0 : Math.max(0, at - 80);
  return (from > 0 ? '…' : '') + shortenLine(line.slice(from), maxHitCharacters);
}

/** A leading `(?i)`, which other engines know, makes the whole pattern ignore case. */
function regexFinder(pattern: string): Answer<(line: string) => number> {
  const insensitive = pattern.startsWith('(?i)');
  try {
    const expression = new RegExp(insensitive ? pattern.slice(4) : pattern, insensitive ? 'i' : '');
    return ok((line: string) => line.search(expression));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return refuse('invalid-pattern', `${text}; write a JavaScript regular expression, or search for literal text.`);
  }
}

/** Keeps as many items as were asked for and as fit in one answer; `full` tells that there was more. */
class Collector<T> {
  readonly items: T[] = [];
  full = false;
  private readonly limit: number;
  private used = 0;

  constructor(limit: number) {
    this.limit = Math.min(limit, maxResults);
  }

  /** False when the item was not taken and no further one will be. */
  add(item: T): boolean {
    this.used += Buffer.byteLength(JSON.stringify(item)) + 1;
    if (this.items.length >= this.limit || this.used > maxAnswerBytes) {
      this.full = true;
      return false;
    }
    this.items.push(item);
    return true;
  }
}
