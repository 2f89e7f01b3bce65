import type { SkipReason } from '../../../protocol/memory.ts';
import { ChangeBatch } from '../../../core/memory/watching/changeBatch.ts';
import { parentOf } from '../../../core/memory/watching/ignoreRules.ts';
import { headBytes, skippedByContent } from '../../../core/memory/watching/sourceContent.ts';
import { isSecretFile } from '../../../core/policy/secretFiles.ts';
import { skippedByName } from '../../../core/memory/watching/sourceNames.ts';
import type { SourceTable } from '../../../core/memory/watching/sourceTable.ts';
import { type FileLook, fingerprintOf, lookAt, readBeginning } from './fileLook.ts';
import { isRepository } from './folderListing.ts';
import type { ListedPath } from './gitTruth.ts';
import type { IgnoreFiles } from './ignoreFiles.ts';

/** A file that changed less than this ago may change again without its size and times showing it. Milliseconds. */
export const racyMs = 2_000;
/** Programs that save a file by putting another in its place take it away for a moment. Milliseconds. */
export const vanishedMs = 100;

/** Compares what is found at a path with what was told of it, and collects the difference. */
export class SourceJudge {
  private collected = new ChangeBatch();
  /** Told within `racyMs` of their last change, with the fingerprint from before the telling. */
  readonly racy = new Map<string, string>();
  /** Gone, but perhaps only for a moment; since when, in monotonic milliseconds. */
  readonly vanished = new Map<string, number>();
  private readonly table: SourceTable;
  private readonly rules: IgnoreFiles;
  private readonly root: string;
  private readonly maxBytes: number;

  constructor(root: string, maxBytes: number, table: SourceTable, rules: IgnoreFiles) {
    this.root = root;
    this.maxBytes = maxBytes;
    this.table = table;
    this.rules = rules;
  }

  /** What is to be told. */
  get batch(): ChangeBatch {
    return this.collected;
  }

  /** Goes on with what another one, with other rules, has not told or was not sure of. */
  adopt(other: SourceJudge): void {
    this.collected = other.collected;
    for (const [path, fingerprint] of other.racy) {
      this.racy.set(path, fingerprint);
    }
    for (const [path, since] of other.vanished) {
      this.vanished.set(path, since);
    }
  }

  /** A path that is not there. `sure`: it does not come back in a moment. */
  miss(path: string, sure: boolean): void {
    if (!this.table.has(path)) {
      return;
    }
    const since = this.vanished.get(path) ?? performance.now();
    if (sure || performance.now() - since >= vanishedMs) {
      this.remove(path);
    } else {
      this.vanished.set(path, since);
    }
  }

  /** Takes in what was found at a path that belongs to the index, whoever saw it. `forced`: its content is another one, whatever its times say. */
  judge(path: string, kind: ListedPath['kind'], found: FileLook, forced = false): void {
    this.vanished.delete(path);
    if (kind === 'nameless') {
      this.skip(path, 'unreadable');
      return;
    }
    if (found.kind === 'folder' && kind === 'repository') {
      this.skip(path, 'submodule');
      return;
    }
    if (found.kind === 'missing' || found.kind === 'folder') {
      this.remove(path);
      return;
    }
    const named = skippedByName(path) ?? this.rules.excludedBy(path);
    const reason = named ?? (found.kind === 'skipped' ? found.reason : undefined);
    if (reason !== undefined) {
      this.skip(path, reason);
    } else if (found.kind === 'file') {
      this.judgeFile(path, found, forced);
    }
  }

  private judgeFile(path: string, found: Extract<FileLook, { kind: 'file' }>, forced: boolean): void {
    const { bytes, modified, changed } = found;
    const seen = this.table.files.get(path);
    const same = seen !== undefined && seen.bytes === bytes && Math.trunc(seen.modified) === modified;
    const racy = Math.abs(Date.now() - changed) < racyMs;
    // What the index has from another run is taken for the same, but not when it could have been read before the last change.
    if (!forced && same && (seen.changed === undefined ? !racy : seen.changed === changed)) {
      if (seen.changed === undefined) {
        this.table.set(path, { bytes, modified, changed });
      }
      return;
    }
    if (bytes > this.maxBytes) {
      this.skip(path, 'too-large');
      return;
    }
    const head = readBeginning(this.root, path, Math.min(headBytes, bytes + 1));
    const reason = head === undefined ? 'unreadable' : skippedByContent(path, head);
    if (reason !== undefined) {
      this.skip(path, reason);
      return;
    }
    if (racy) {
      this.racy.set(path, fingerprintOf(this.root, path, bytes));
    }
    this.table.set(path, { bytes, modified, changed });
    this.batch.changed({ path, bytes, modified });
  }

  private skip(path: string, reason: SkipReason): void {
    if (this.table.skipped.get(path) !== reason) {
      this.table.skip(path, reason);
      this.batch.skipped(path, reason);
    }
  }

  remove(path: string): void {
    this.vanished.delete(path);
    if (this.table.has(path)) {
      this.table.delete(path);
      this.batch.removed(path);
    }
  }

  /** Why a path is not indexed; undefined where it, or something below it, is. */
  explain(path: string): SkipReason | 'missing' | undefined {
    for (let outer = path; outer !== ''; outer = parentOf(outer)) {
      const reason = this.table.skipped.get(outer);
      if (reason !== undefined) {
        return reason;
      }
    }
    if (this.table.files.has(path) || this.table.hasFolder(path)) {
      return undefined;
    }
    const found = lookAt(this.root, path, new Map());
    if (found.kind === 'missing') {
      return 'missing';
    }
    if (isSecretFile(path)) {
      return 'secret';
    }
    for (let outer = parentOf(path); outer !== ''; outer = parentOf(outer)) {
      if (isRepository(this.root, outer)) {
        return 'submodule';
      }
    }
    // Git was asked, and did not name it; what else could be said of it matters less.
    return 'ignored';
  }
}
