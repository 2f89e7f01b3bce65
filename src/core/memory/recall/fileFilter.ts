import type { Failure } from '../../../base/failure.ts';
import { ok, type Result } from '../../../base/result.ts';
import type { MemoryKind, RecallQuery } from '../../../protocol/memory.ts';
import { matchesGlob } from '../../repository/pathGlob.ts';
import { type FileFilter, fileKinds, type WordSearch } from './recallSources.ts';

/** Seconds since 1970; both ends are inside. */
export interface TimeSpan {
  readonly since: number;
  readonly until: number;
}

/** Undefined where the question names no time. What is no date narrows nothing. */
export function timeSpanOf({ since, until }: Pick<RecallQuery, 'since' | 'until'>): TimeSpan | undefined {
  const from = since === undefined ? Number.NaN : Date.parse(since) / 1000;
  const to = until === undefined ? Number.NaN : Date.parse(until) / 1000;
  return Number.isNaN(from) && Number.isNaN(to)
    ? undefined
    : { since: Number.isNaN(from) ? 0 : from, until: Number.isNaN(to) ? Number.MAX_SAFE_INTEGER : to };
}

/** What the question wants of files; undefined where it wants none. */
export function fileFilterOf(query: RecallQuery, words: WordSearch): Result<FileFilter | undefined, Failure> {
  const asked: readonly MemoryKind[] | undefined = query.kinds;
  const kinds = asked === undefined ? undefined : fileKinds.filter((kind) => asked.includes(kind));
  if (kinds?.length === 0) {
    return ok(undefined);
  }
  const span = timeSpanOf(query);
  const changed = span === undefined ? undefined : words.changedBetween(span.since, span.until);
  if (changed?.ok === false) {
    return changed;
  }
  const languages = query.languages?.map((language) => language.toLowerCase());
  const fitsPath = pathFilter(query.paths);
  return ok({
    ...(kinds === undefined ? {} : { kinds }),
    ...(languages === undefined ? {} : { languages }),
    narrow: changed !== undefined || query.paths !== undefined,
    accepts: (path) => {
      const file = words.describe(path);
      return (
        file !== undefined &&
        (kinds === undefined || kinds.includes(file.kind)) &&
        (languages === undefined || languages.includes(file.language)) &&
        (changed === undefined || changed.value.has(path)) &&
        fitsPath(path)
      );
    },
  });
}

/**
 * One of the globs must fit, and none of those that begin with `!`; globs that only take away leave the rest. One that ends with a
 * name fits what is in the folder of that name, too.
 */
export function pathFilter(globs: readonly string[] | undefined): (path: string) => boolean {
  const wanted = (globs ?? []).filter((glob) => !glob.startsWith('!'));
  const unwanted = (globs ?? []).filter((glob) => glob.startsWith('!')).map((glob) => glob.slice(1));
  return (path) =>
    (wanted.length === 0 || wanted.some((glob) => fits(path, glob))) && !unwanted.some((glob) => fits(path, glob));
}

function fits(path: string, glob: string): boolean {
  const folder = glob.trim().replace(/\/+$/, '');
  const last = folder.slice(folder.lastIndexOf('/') + 1);
  return matchesGlob(path, glob) || (!/[*?]/.test(last) && matchesGlob(path, `${folder}/**`));
}
