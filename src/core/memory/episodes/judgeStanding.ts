import { changedLines, sideOf } from './changedLines.ts';
import type { EpisodeFile, EpisodeRecord, Standing } from './episodeRecord.ts';

/** A file of the working tree as it is now. */
export interface PresentFile {
  readonly bytes: Uint8Array;
  readonly sha256: string;
  /** Git object ids of it, as it is and with the line ends that Git keeps. */
  readonly ids: readonly string[];
}

/** By path; null for no file. A path that could not be looked at is not in it, and nothing is said of it. */
export type PresentFiles = ReadonlyMap<string, PresentFile | null>;

/** What the repository's history says of files of an accepted task, since the accept. */
export interface AppliedHistory {
  /** A commit below HEAD has, or had, a file as the task left it. */
  readonly held: boolean;
  /** Commits that are not below HEAD (other branches, the stash) changed the files: the change may live there. */
  readonly elsewhere: boolean;
}

type Side = 'result' | 'base' | 'neither';

/** Files by which an episode is judged: those that an accept wrote, else all. */
export function judgedFiles(record: Pick<EpisodeRecord, 'decision' | 'files'>): readonly EpisodeFile[] {
  const applied = record.files.filter((file) => file.applied);
  return record.decision === 'accepted' && applied.length > 0 ? applied : record.files;
}

/** True where nothing that an accept wrote stands in the checkout any more: whether that is a revert, history has to say. */
export function isGone(record: EpisodeRecord, present: PresentFiles): boolean {
  const files = judgedFiles(record);
  return (
    record.decision === 'accepted' &&
    files.length > 0 &&
    files.every((file) => {
      const now = present.get(file.path);
      return now !== undefined && looselyOn(file, now) === 'base';
    })
  );
}

/**
 * How an episode stands to the code as it is now.
 *
 * Reverted: all that an accept wrote is gone from the working tree again, and that is not because another branch is checked out: a
 * commit below HEAD had it, or no commit elsewhere could have it. It stays so until the change stands there again.
 *
 * Changed since: files that are not as the accept left them; of a task that is not in the checkout those that are neither as it found them
 * nor as it made them.
 */
export function judgeStanding(record: EpisodeRecord, present: PresentFiles, history?: AppliedHistory): Standing {
  const files = judgedFiles(record);
  const gone = isGone(record, present) && history !== undefined && (history.held || !history.elsewhere);
  const reverted = gone || (record.standing.reverted && !standsAgain(files, present));
  const inCheckout = record.decision === 'accepted' && !reverted;
  const changedSince = files.flatMap((file) => {
    const now = present.get(file.path);
    const side = now === undefined ? undefined : exactlyOn(file, now);
    const same = side === undefined || side === 'result' || (side === 'base' && !inCheckout);
    return same ? [] : [file.path];
  });
  return { reverted, changedSince };
}

function standsAgain(files: readonly EpisodeFile[], present: PresentFiles): boolean {
  return files.every((file) => {
    const now = present.get(file.path);
    return now !== undefined && looselyOn(file, now) === 'result';
  });
}

/** The side whose bytes the file has. */
function exactlyOn(file: EpisodeFile, now: PresentFile | null): Side {
  const is = (id: string | null, sha256: string | null | undefined): boolean =>
    now === null ? id === null || sha256 === null : now.sha256 === sha256 || (id !== null && now.ids.includes(id));
  if (is(file.result, file.after)) {
    return 'result';
  }
  return is(file.base, file.before) ? 'base' : 'neither';
}

/** The side whose lines the file has, whatever else was changed in it. */
function looselyOn(file: EpisodeFile, now: PresentFile | null): Side {
  const exact = exactlyOn(file, now);
  return exact !== 'neither' || now === null || file.lines === undefined ? exact : sideOf(file.lines, now.bytes);
}

/** The record with what tells later whether its changes stand; sides that cannot be read are left out. */
export function withLines(record: EpisodeRecord, blobs: ReadonlyMap<string, Uint8Array>): EpisodeRecord {
  const sideBytes = (id: string | null): Uint8Array | null | undefined => (id === null ? null : blobs.get(id));
  const files = record.files.map((file) => {
    const base = sideBytes(file.base);
    const result = sideBytes(file.result);
    const lines = base === undefined || result === undefined ? undefined : changedLines(base, result);
    return lines === undefined ? file : { ...file, lines };
  });
  return { ...record, files };
}
