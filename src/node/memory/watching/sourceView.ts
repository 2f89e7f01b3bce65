import { ok, type Result } from '../../../base/result.ts';
import type { SourceChanges } from '../../../core/memory/sourceWatcher.ts';
import type { SkipReason } from '../../../protocol/memory.ts';
import { batchPaths } from '../../../core/memory/watching/changeBatch.ts';
import { SourceTable } from '../../../core/memory/watching/sourceTable.ts';
import type { RepositoryFailure } from '../../../core/repository/repository.ts';
import { describeHead } from '../../repository/describeRepository.ts';
import { type FolderLooks, fingerprintOf, lookAt } from './fileLook.ts';
import { isRepository, listFolder } from './folderListing.ts';
import { changedBetween, type GitTruth, type ListedPath, listSources, uncommittedSources } from './gitTruth.ts';
import { IgnoreFiles, isIgnoreFile } from './ignoreFiles.ts';
import { createPacer } from './pacer.ts';
import { racyMs, SourceJudge } from './sourceJudge.ts';

/** More paths than these are looked up in a list of all. */
const askedOneByOne = 1_000;

type Outcome = Result<void, RepositoryFailure>;

export interface SourceViewOptions {
  /** Absolute, without links. */
  readonly root: string;
  /** Undefined: the root is in no repository. */
  readonly truth: GitTruth | undefined;
  readonly exclude: readonly string[];
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  readonly tell: (changes: SourceChanges) => Promise<void>;
}

/**
 * What was told of a root, brought up to what is there. Pieces of work are not to overlap. What they find is told as soon as a
 * batch is full, the rest by `flush`.
 */
export class SourceView {
  readonly table: SourceTable;
  readonly truth: GitTruth | undefined;
  /** A file with rules changed: a view with new rules must look at everything. */
  rulesChanged = false;
  private readonly options: SourceViewOptions;
  private readonly rules: IgnoreFiles;
  private readonly judge: SourceJudge;
  private readonly pace = createPacer();
  private head: string | undefined;
  private untoldHead: string | undefined;
  /** As Git said when it was asked last, and what was seen to change since. */
  private uncommitted = new Set<string>();
  private toldComplete = false;

  constructor(options: SourceViewOptions, table = new SourceTable(), head?: string) {
    this.options = options;
    this.truth = options.truth;
    this.table = table;
    this.head = head;
    this.rules = new IgnoreFiles(options.root, options.truth, options.exclude);
    this.judge = new SourceJudge(options.root, options.maxBytes, table, this.rules);
  }

  /** Files that are to be looked at again in a while, and paths that are gone if they do not come back at once. */
  get unsure(): { readonly racy: number; readonly vanished: readonly string[] } {
    return { racy: this.judge.racy.size, vanished: [...this.judge.vanished.keys()] };
  }

  /** The same with the rules as they are now. */
  renew(truth: GitTruth | undefined): SourceView {
    const next = new SourceView({ ...this.options, truth }, this.table, this.head);
    next.toldComplete = this.toldComplete;
    next.untoldHead = this.untoldHead;
    next.judge.adopt(this.judge);
    return next;
  }

  /** True for what needs no watching. `directory` undefined: not known what it is. */
  leavesOut(path: string, directory: boolean | undefined): boolean {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (name === '.git') {
      return true;
    }
    if (directory === undefined || this.table.has(path) || isIgnoreFile(path)) {
      return directory === true && this.table.skipped.has(path);
    }
    if (directory && this.table.hasFolder(path)) {
      return false;
    }
    return name === 'node_modules' || this.rules.git.ignores(path, directory);
  }

  /** Looks at everything. `between` is awaited after each full batch. */
  async sweep(between: () => Promise<void> = async () => undefined): Promise<Outcome> {
    const listed = new Map<string, ListedPath['kind']>();
    const done = await this.list(undefined, ({ path, kind }) => listed.set(path, kind));
    if (!done.ok) {
      return done;
    }
    for (const path of this.rules.paths) {
      this.rulesChanged = this.rules.changedSince(path) || this.rulesChanged;
    }
    for (const path of this.table.paths()) {
      if (!listed.has(path)) {
        this.judge.remove(path);
      }
      await this.pace();
    }
    const folders: FolderLooks = new Map();
    for (const [path, kind] of listed) {
      if (this.options.signal.aborted) {
        return ok(undefined);
      }
      if (isIgnoreFile(path)) {
        this.rulesChanged = this.rules.changedSince(path) || this.rulesChanged;
      }
      this.judge.judge(path, kind, lookAt(this.options.root, path, folders));
      if (this.judge.batch.size >= batchPaths) {
        await this.flush(false);
        await between();
        folders.clear();
      }
      await this.pace();
    }
    return this.truth === undefined ? ok(undefined) : this.readUncommitted(this.truth, listed);
  }

  /** Asks Git what changed since it was asked last, and looks at that. */
  async refresh(): Promise<Outcome> {
    const { truth } = this;
    if (truth === undefined) {
      return this.sweep();
    }
    const { signal } = this.options;
    const before = this.head;
    const head = await this.readHead(truth);
    const uncommitted = head.ok ? await uncommittedSources(truth, signal) : head;
    if (!uncommitted.ok) {
      return uncommitted;
    }
    const moved =
      before !== undefined && this.head !== undefined && before !== this.head
        ? await changedBetween(truth, before, this.head, signal)
        : ok([]);
    if (!moved.ok || (before === undefined) !== (this.head === undefined)) {
      // The commit from before is no longer there, or there was none.
      return this.sweep();
    }
    const paths = new Set([...moved.value, ...this.uncommitted, ...uncommitted.value]);
    this.uncommitted = new Set(uncommitted.value);
    return this.look(paths, true);
  }

  /** Looks at these paths and what is below them. `ask`: they may belong to the index no longer, though they are there as before. */
  async look(paths: ReadonlySet<string>, ask = false): Promise<Outcome> {
    const folders: FolderLooks = new Map();
    const emptied = new Set<string>();
    const asked = new Set<string>();
    for (const path of paths) {
      await this.pace();
      if (!ask) {
        this.uncommitted.add(path);
      }
      if (isIgnoreFile(path) && this.rules.changed(path)) {
        this.rulesChanged = true;
      }
      const found = lookAt(this.options.root, path, folders);
      if (found.kind !== 'folder' && this.table.hasFolder(path)) {
        emptied.add(path);
      }
      if (found.kind === 'missing') {
        this.judge.miss(path, ask);
      } else if (ask || found.kind === 'folder' || !this.table.has(path)) {
        asked.add(path);
      } else {
        this.judge.judge(path, 'file', found);
      }
      if (this.judge.batch.size >= batchPaths) {
        await this.flush(false);
      }
    }
    const below = emptied.size === 0 ? [] : this.table.below(emptied);
    for (const path of below) {
      this.judge.judge(path, 'file', lookAt(this.options.root, path, folders));
      await this.pace();
    }
    return asked.size === 0 ? ok(undefined) : this.lookUp(asked, folders);
  }

  /** Looks again at files that were told soon after they changed. */
  async lookAgain(): Promise<void> {
    const folders: FolderLooks = new Map();
    for (const [path, fingerprint] of this.judge.racy) {
      const seen = this.table.files.get(path);
      if (seen === undefined) {
        this.judge.racy.delete(path);
      } else if (Date.now() - (seen.changed ?? 0) >= racyMs) {
        this.judge.racy.delete(path);
        const same = fingerprintOf(this.options.root, path, seen.bytes) === fingerprint;
        this.judge.judge(path, 'file', lookAt(this.options.root, path, folders), !same);
      }
      await this.pace();
    }
  }

  /** Tells what was found and not told yet. */
  async flush(complete: boolean): Promise<void> {
    if (this.judge.batch.size === 0 && this.untoldHead === undefined && (!complete || this.toldComplete)) {
      return;
    }
    const changes = this.judge.batch.take(complete, this.untoldHead);
    this.untoldHead = undefined;
    this.toldComplete = complete;
    try {
      await this.options.tell(changes);
    } catch (error) {
      this.forget(changes);
      throw error;
    }
  }

  /** What nobody took in is found again by the next sweep. */
  private forget({ changed, skipped, removed, head }: SourceChanges): void {
    for (const { path } of [...changed, ...skipped]) {
      this.table.delete(path);
    }
    for (const path of removed) {
      this.table.set(path, { bytes: -1, modified: 0 });
    }
    this.untoldHead = head;
    this.toldComplete = false;
  }

  explain(path: string): SkipReason | 'missing' | undefined {
    return this.judge.explain(path);
  }

  private async list(paths: readonly string[] | undefined, take: (listed: ListedPath) => void): Promise<Outcome> {
    if (this.truth !== undefined) {
      return listSources(this.truth, paths, this.options.signal, (some) => some.forEach(take));
    }
    for (const from of paths ?? ['']) {
      if (from !== '' && this.rules.git.ignores(from, false)) {
        continue;
      }
      if (from !== '' && lookAt(this.options.root, from, new Map()).kind !== 'folder') {
        take({ path: from, kind: 'file' });
        continue;
      }
      for (const listed of this.rules.git.ignores(from, true)
        ? []
        : listFolder(this.options.root, from, this.rules.git)) {
        take(listed);
        await this.pace();
      }
    }
    return ok(undefined);
  }

  /** Which of the paths, and of what is below them, belong to the index. */
  private async lookUp(asked: ReadonlySet<string>, folders: FolderLooks): Promise<Outcome> {
    const belonging = new Map<string, ListedPath['kind']>();
    const many = asked.size > askedOneByOne;
    const done = await this.list(many ? undefined : [...asked], ({ path, kind }) => belonging.set(path, kind));
    if (!done.ok) {
      return done;
    }
    for (const path of asked) {
      const found = lookAt(this.options.root, path, folders);
      if (found.kind === 'folder' && isRepository(this.options.root, path) && !this.rules.git.ignores(path, true)) {
        belonging.set(path, 'repository');
      } else if (!belonging.has(path)) {
        this.judge.remove(path);
      }
    }
    for (const [path, kind] of belonging) {
      if (!many || asked.has(path) || !this.table.has(path)) {
        this.judge.judge(path, kind, lookAt(this.options.root, path, folders));
      }
      if (this.judge.batch.size >= batchPaths) {
        await this.flush(false);
      }
      await this.pace();
    }
    return ok(undefined);
  }

  private async readHead(truth: GitTruth): Promise<Outcome> {
    const { root, worktreeGitDirectory } = truth.repository;
    const at = await describeHead(root, worktreeGitDirectory, this.options.signal);
    if (!at.ok) {
      return at;
    }
    const head = at.value.head ?? undefined;
    if (head !== this.head) {
      this.head = head;
      this.untoldHead = head;
    }
    return ok(undefined);
  }

  /** After a sweep: what changed while it went on, and what the next refresh compares with. */
  private async readUncommitted(truth: GitTruth, swept: ReadonlyMap<string, unknown>): Promise<Outcome> {
    const head = await this.readHead(truth);
    const uncommitted = head.ok ? await uncommittedSources(truth, this.options.signal) : head;
    if (!uncommitted.ok) {
      return uncommitted;
    }
    this.uncommitted = new Set(uncommitted.value);
    const fresh = new Set(uncommitted.value.filter((path) => !swept.has(path)));
    return this.look(fresh, true);
  }
}
