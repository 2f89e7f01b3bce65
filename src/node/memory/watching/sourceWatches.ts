import { join, relative, sep } from 'node:path';
import { errorText } from '../../../base/failure.ts';
import type { Logger } from '../../../base/logger.ts';
import type { GitTruth } from './gitTruth.ts';
import { watchGit } from './gitWatch.ts';
import type { Watching, WatchPaths } from './watchPaths.ts';

export interface SourceWatchesOptions {
  readonly watch: WatchPaths;
  readonly logger: Logger;
  /** What Git knows may have changed; `rules`: what it ignores as well. */
  readonly onGit: (rules: boolean) => void;
  /** A repository was made in a root without one. */
  readonly onRepository: () => void;
  /** Relative to the root; empty for the root itself. */
  readonly onPath: (path: string) => void;
  readonly leavesOut: (path: string, directory: boolean | undefined) => boolean;
  /** The tree's changes are seen from now on. */
  readonly onTreeReady: () => void;
  /** Nothing more can be watched. */
  readonly onProblem: () => void;
}

/** The watches of one root: of what Git says about it, and of its files. */
export class SourceWatches {
  private readonly options: SourceWatchesOptions;
  private git: Watching | undefined;
  private tree: Watching | undefined;
  private readonly closing = new Set<Promise<void>>();
  private failure: string | undefined;

  constructor(options: SourceWatchesOptions) {
    this.options = options;
  }

  get treeOpen(): boolean {
    return this.tree !== undefined;
  }

  get gitOpen(): boolean {
    return this.git !== undefined;
  }

  /** Why nothing more can be watched. */
  get problem(): string | undefined {
    return this.failure;
  }

  /** Resolves when its changes are seen. */
  async openGit(root: string, truth: GitTruth | undefined): Promise<void> {
    const onError = (error: unknown): void => this.onError(error, root, () => this.closeGit());
    if (truth === undefined) {
      const data = join(root, '.git');
      this.git = this.options.watch({
        paths: [data],
        leavesOut: (path) => relative(data, path).includes(sep),
        onPath: this.options.onRepository,
        onError,
      });
    } else {
      this.git = watchGit(truth.repository, this.options.watch, this.options.onGit, onError);
    }
    await this.git.ready;
  }

  openTree(root: string): void {
    const inRoot = (path: string): string => relative(root, path).split(sep).join('/');
    const tree = this.options.watch({
      paths: [root],
      leavesOut: (path, found) => {
        const inside = inRoot(path);
        return inside !== '' && this.options.leavesOut(inside, found?.isDirectory());
      },
      onPath: (path) => this.options.onPath(inRoot(path)),
      onError: (error) => this.onError(error, root, () => this.closeTree()),
    });
    this.tree = tree;
    void this.announce(tree);
  }

  private async announce(tree: Watching): Promise<void> {
    await tree.ready;
    if (this.tree === tree) {
      this.options.onTreeReady();
    }
  }

  closeGit(): void {
    this.end(this.git);
    this.git = undefined;
  }

  closeTree(): void {
    this.end(this.tree);
    this.tree = undefined;
  }

  async close(): Promise<void> {
    this.closeGit();
    this.closeTree();
    await Promise.all(this.closing);
  }

  private end(watching: Watching | undefined): void {
    if (watching !== undefined) {
      const closed = watching.close().finally(() => this.closing.delete(closed));
      this.closing.add(closed);
    }
  }

  private onError(error: unknown, root: string, close: () => void): void {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!['ENOSPC', 'EMFILE', 'ENFILE'].includes(code)) {
      this.options.logger.warn(`Watching "${root}": ${errorText(error)}.`);
      return;
    }
    const [what, way] =
      code === 'ENOSPC'
        ? ['watches of files', 'Raise fs.inotify.max_user_watches']
        : ['open files', 'Raise its limit of open files, or of fs.inotify.max_user_instances'];
    this.failure = `The system allows no more ${what}, so changes are seen seconds later. ${way}, and restart.`;
    this.options.logger.warn(this.failure);
    close();
    this.options.onProblem();
  }
}
