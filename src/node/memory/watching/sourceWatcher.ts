import { existsSync, realpathSync, statSync } from 'node:fs';
import { errorText } from '../../../base/failure.ts';
import { type Logger, nullLogger } from '../../../base/logger.ts';
import type { SkipAnswer, SourceChanges, SourceWatcher, WatcherStatus } from '../../../core/memory/sourceWatcher.ts';
import { isInside } from '../../../core/memory/watching/isInside.ts';
import { burstPaths, quietTime } from '../../../core/memory/watching/quietTime.ts';
import { SourceTable } from '../../../core/memory/watching/sourceTable.ts';
import { type GitTruth, openGitTruth } from './gitTruth.ts';
import { indexLock } from './gitWatch.ts';
import { racyMs, vanishedMs } from './sourceJudge.ts';
import { searchSources } from './searchSources.ts';
import { SourceView } from './sourceView.ts';
import { createPacer } from './pacer.ts';
import { SourceWatches } from './sourceWatches.ts';
import { watchPaths, type WatchPaths } from './watchPaths.ts';

export interface SourceWatcherOptions {
  readonly root: string;
  /** Globs of what is not indexed, beside what Git ignores. */
  readonly exclude?: readonly string[];
  /** An open window tells changes by `hint`. */
  readonly windowWatches?: boolean;
  /** Larger files are not indexed; 512 kB unless told. */
  readonly maxBytes?: number;
  /** Trees of more files are watched by a window, where there is one; 5,000 unless told. */
  readonly smallTree?: number;
  /** Between two looks where nothing can be watched; 4 s unless told. */
  readonly pollMs?: number;
  readonly logger?: Logger;
  readonly watch?: WatchPaths;
}

/** An open tree stays watched until it has grown to this many times the limit: one file more or less changes nothing. */
const growth = 2;
/** A lock of Git that stays longer was left by a crash. Milliseconds. */
const longestLock = 3_000;
/** Where looks are all there is, they may take a fifth of the time, unless that makes them too rare. */
const pollShare = 5;
const longestPoll = 30_000;
/** Milliseconds after something went wrong; twice as long each time that it does again. */
const firstRetry = 100;

type Work = 'reopen' | 'sweep' | 'refresh' | 'again';

export function createSourceWatcher(options: SourceWatcherOptions): SourceWatcher {
  return new FollowingWatcher(options);
}

class FollowingWatcher implements SourceWatcher {
  private readonly options: SourceWatcherOptions;
  private readonly logger: Logger;
  private readonly watches: SourceWatches;
  private readonly stop = new AbortController();
  private readonly listeners: ((changes: SourceChanges) => Promise<void>)[] = [];
  private view: SourceView | undefined;
  private table = new SourceTable();
  /** Absolute, without links. */
  private root: string;
  private windowWatches: boolean;

  private readonly paths = new Set<string>();
  private readonly work = new Set<Work>();
  private waitingSince: number | undefined;
  private lockedSince: number | undefined;
  private running: Promise<void> | undefined;
  private readonly timers = new Map<'quiet' | 'again' | 'vanished' | 'poll', ReturnType<typeof setTimeout>>();

  /** Milliseconds that Git was asked for what changed. */
  private lastRefresh = 0;
  /** Why nothing can be read. */
  private readProblem: string | undefined;
  /** Why Git cannot be asked, so that the files are found without it. */
  private gitProblem: string | undefined;
  /** Looks in a row that came to nothing. */
  private failures = 0;
  private readonly stopped: Promise<void>;
  private readonly firstDone: Promise<void>;
  private settleFirst: () => void = () => undefined;

  constructor(options: SourceWatcherOptions) {
    this.options = options;
    this.root = options.root;
    this.logger = options.logger ?? nullLogger;
    this.watches = new SourceWatches({
      watch: options.watch ?? watchPaths,
      logger: this.logger,
      onGit: (rules) => {
        if (rules && this.view !== undefined) {
          this.view.rulesChanged = true;
        }
        this.want('refresh');
      },
      onRepository: () => this.want('reopen'),
      onPath: (path) => this.onPath(path),
      leavesOut: (path, directory) => this.view?.leavesOut(path, directory) === true,
      onTreeReady: () => this.want('sweep'),
      onProblem: () => this.want('refresh'),
    });
    this.windowWatches = options.windowWatches === true;
    this.stopped = new Promise((resolve) => {
      this.stop.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    this.firstDone = new Promise((resolve) => {
      this.settleFirst = resolve;
    });
  }

  onChanges(listener: (changes: SourceChanges) => Promise<void>): void {
    this.listeners.push(listener);
  }

  async start(known: ReadonlyMap<string, { readonly bytes: number; readonly modified: number }>): Promise<void> {
    const pace = createPacer();
    for (const [path, { bytes, modified }] of known) {
      this.table.set(path, { bytes, modified });
      await pace();
    }
    this.work.add('reopen');
    await this.run();
    await Promise.race([this.firstDone, this.stopped]);
  }

  hint(paths: readonly string[]): void {
    for (const path of paths) {
      if (isInside(path) && this.view?.leavesOut(path, false) !== true) {
        this.paths.add(path);
      }
    }
    this.wake();
  }

  async search(texts: readonly string[], most: number, signal: AbortSignal): Promise<readonly string[]> {
    const truth = this.view?.truth;
    return truth === undefined ? [] : searchSources(truth, texts, most, AbortSignal.any([signal, this.stop.signal]));
  }

  async explain(path: string): Promise<SkipAnswer | undefined> {
    return this.view === undefined || !isInside(path) ? 'missing' : this.view.explain(path);
  }

  status(): WatcherStatus {
    const by = this.watches.treeOpen ? 'chokidar' : this.windowWatches && !this.stop.signal.aborted ? 'window' : 'none';
    const problem = this.readProblem ?? this.gitProblem ?? this.unwatched;
    return { by, files: this.table.files.size, ...(problem === undefined ? {} : { problem }) };
  }

  /** Why changes are not seen as they happen. */
  private get unwatched(): string | undefined {
    return this.windowWatches && this.watches.gitOpen ? undefined : this.watches.problem;
  }

  setWindowWatches(windowWatches: boolean): void {
    if (this.windowWatches !== windowWatches) {
      this.windowWatches = windowWatches;
      // Whoever watches from now on has not seen what changed until now.
      this.want('sweep');
    }
  }

  async close(): Promise<void> {
    this.stop.abort();
    this.timers.forEach((timer) => clearTimeout(timer));
    this.timers.clear();
    await this.watches.close();
    await this.running;
  }

  private want(work: Work): void {
    this.work.add(work);
    this.wake();
  }

  private get waiting(): number {
    return this.paths.size + (this.work.size > 0 ? 1 : 0);
  }

  /** Something may have changed: looks when no more comes for a moment. */
  private wake(): void {
    if (this.waiting === 0 || this.stop.signal.aborted || (this.view === undefined && this.failures === 0)) {
      return;
    }
    this.waitingSince ??= performance.now();
    this.after('quiet', quietTime(this.waiting, performance.now() - this.waitingSince), () => {
      if (this.isLocked()) {
        this.after('quiet', 25, () => this.wake());
      } else if (this.running === undefined) {
        void this.run();
      }
    });
  }

  private isLocked(): boolean {
    const repository = this.view?.truth?.repository;
    if (
      repository === undefined ||
      (this.paths.size <= burstPaths && this.work.size === 0) ||
      !existsSync(indexLock(repository))
    ) {
      this.lockedSince = undefined;
      return false;
    }
    this.lockedSince ??= performance.now();
    return performance.now() - this.lockedSince < longestLock;
  }

  private after(name: 'quiet' | 'again' | 'vanished' | 'poll', milliseconds: number, then: () => void): void {
    clearTimeout(this.timers.get(name));
    if (!this.stop.signal.aborted) {
      this.timers.set(
        name,
        setTimeout(() => {
          this.timers.delete(name);
          then();
        }, milliseconds),
      );
    }
  }

  private async run(): Promise<void> {
    this.running = this.workOff();
    try {
      await this.running;
    } catch (error) {
      this.fail(`The files could not be looked at (${errorText(error)}). They are looked at again in a moment.`);
    } finally {
      this.running = undefined;
      this.schedule();
    }
  }

  private async workOff(): Promise<void> {
    this.waitingSince = undefined;
    if (!this.rootIsThere()) {
      this.fail(`The folder "${this.options.root}" is gone. What is known of it is kept; put it back to go on.`);
      return;
    }
    if ((this.work.has('reopen') || this.readProblem !== undefined) && !(await this.open())) {
      return;
    }
    const { view } = this;
    if (view === undefined || !(await this.lookAround(view)) || this.stop.signal.aborted) {
      return;
    }
    this.readProblem = undefined;
    this.failures = 0;
    if (view.rulesChanged) {
      this.renew(view);
    }
    this.updateTree();
    await this.view?.flush(this.waiting === 0);
  }

  private async lookAround(view: SourceView): Promise<boolean> {
    const sweeps = this.work.has('sweep'); // What somebody asked for before that goes before most of it.
    const paths = sweeps && this.paths.size <= burstPaths ? new Set<string>() : new Set(this.paths);
    const refreshes = this.work.has('refresh');
    const again = this.work.has('again');
    paths.forEach((path) => this.paths.delete(path));
    this.work.clear();
    const looked = paths.size > 0 && !sweeps ? await view.look(paths) : undefined;
    if (looked?.ok === false) {
      return this.fail(looked.error.message);
    }
    if (again) {
      await view.lookAgain();
    }
    if (sweeps || refreshes) {
      const began = performance.now();
      const done = sweeps ? await view.sweep(() => this.lookMeanwhile(view)) : await view.refresh();
      this.lastRefresh = sweeps ? this.lastRefresh : performance.now() - began;
      if (!done.ok) {
        return this.fail(done.error.message);
      }
    }
    return true;
  }

  /** A file that is saved while everything is looked at does not wait for the end of that. */
  private async lookMeanwhile(view: SourceView): Promise<void> {
    if (this.paths.size > 0 && this.paths.size <= burstPaths) {
      const paths = new Set(this.paths);
      this.paths.clear();
      await view.look(paths);
      await view.flush(false);
    }
  }

  /** What was asked for is looked for anew when the root is opened again: perhaps it is no longer what it was, or not yet in order. */
  private fail(problem: string): false {
    if (!this.stop.signal.aborted) {
      this.paths.clear();
      this.work.clear();
      this.readProblem = problem;
      this.failures += 1;
      this.logger.warn(problem);
      this.settleFirst();
    }
    return false;
  }

  private rootIsThere(): boolean {
    return statSync(this.options.root, { throwIfNoEntry: false })?.isDirectory() === true;
  }

  /** Finds out anew what the root is, and watches that. */
  private async open(): Promise<boolean> {
    this.watches.closeGit();
    this.watches.closeTree();
    this.root = realpathSync(this.options.root);
    const truth = await openGitTruth(this.root, this.stop.signal);
    if (this.stop.signal.aborted) {
      return false;
    }
    this.gitProblem = truth.ok ? undefined : truth.error.message;
    const found = truth.ok ? truth.value : undefined;
    this.view = this.view?.renew(found) ?? this.createView(found);
    await this.watches.openGit(this.root, found);
    this.work.delete('reopen');
    this.work.add('sweep');
    return !this.stop.signal.aborted;
  }

  private createView(truth: GitTruth | undefined): SourceView {
    return new SourceView(
      {
        root: this.root,
        truth,
        exclude: this.options.exclude ?? [],
        maxBytes: this.options.maxBytes ?? 512 * 1024,
        signal: this.stop.signal,
        tell: (changes) => this.tell(changes),
      },
      this.table,
    );
  }

  private renew(view: SourceView): void {
    this.view = view.renew(view.truth);
    this.watches.closeTree();
    this.work.add('sweep');
  }

  private async tell(changes: SourceChanges): Promise<void> {
    for (const listener of this.listeners) {
      if (!this.stop.signal.aborted) {
        // Whoever closes while it is told something does not wait for itself.
        await Promise.race([listener(changes), this.stopped]);
      }
    }
    if (changes.complete) {
      this.settleFirst();
    }
  }

  /** Watches the tree, or leaves that to a window. */
  private updateTree(): void {
    const paths = this.table.files.size + this.table.skipped.size;
    const limit = (this.options.smallTree ?? 5_000) * (this.watches.treeOpen ? growth : 1);
    if (this.windowWatches && paths > limit) {
      this.watches.closeTree();
    } else if (!this.watches.treeOpen && this.watches.problem === undefined) {
      this.watches.openTree(this.root);
    }
  }

  private onPath(path: string): void {
    if (path === '') {
      this.want('reopen');
    } else {
      this.paths.add(path);
      this.wake();
    }
  }

  /** What is to be looked at later without anybody saying so. */
  private schedule(): void {
    const { view } = this;
    if ((view?.unsure.racy ?? 0) > 0 && !this.timers.has('again')) {
      this.after('again', racyMs + 50, () => this.want('again'));
    }
    if ((view?.unsure.vanished.length ?? 0) > 0 && !this.timers.has('vanished')) {
      this.after('vanished', vanishedMs, () => this.hint(this.view?.unsure.vanished ?? []));
    }
    if (this.readProblem !== undefined) {
      const pause = Math.min(this.pollMs, firstRetry * 2 ** (this.failures - 1));
      this.after('poll', pause, () => this.want('reopen'));
    } else if (this.unwatched !== undefined && !this.timers.has('poll')) {
      this.after('poll', Math.max(this.pollMs, Math.min(longestPoll, this.lastRefresh * pollShare)), () =>
        this.want('refresh'),
      );
    } else if (this.gitProblem !== undefined && !this.timers.has('poll')) {
      this.after('poll', 15 * this.pollMs, () => this.want('reopen'));
    }
    this.wake();
  }

  private get pollMs(): number {
    return this.options.pollMs ?? 4_000;
  }
}
