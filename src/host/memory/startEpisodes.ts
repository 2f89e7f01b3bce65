import { join } from 'node:path';
import type { Logger } from '../../base/logger.ts';
import type { BlobReader } from '../../core/repository/repository.ts';
import { settledStates } from '../../core/tasks/taskState.ts';
import type { TaskStore } from '../../core/tasks/taskStore.ts';
import { appliedHistory } from '../../node/memory/episodes/appliedHistory.ts';
import { presentFiles } from '../../node/memory/episodes/presentFiles.ts';
import type { GitRepository } from '../../node/repository/describeRepository.ts';
import { type TaskView, traceProblems } from '../../protocol/taskView.ts';
import type { WorkspacePaths } from '../paths.ts';
import type { StateFeed } from '../stateFeed.ts';
import { EpisodeBook } from './episodeBook.ts';
import { EpisodeFiles } from './episodeFiles.ts';

export interface EpisodesOptions {
  readonly paths: Pick<WorkspacePaths, 'directory'>;
  readonly repository: Pick<GitRepository, 'root' | 'worktreeGitDirectory' | 'objectFormat'>;
  readonly store: BlobReader;
  readonly tasks: Pick<TaskStore, 'read'>;
  readonly feed: Pick<StateFeed, 'onDidChange' | 'state'>;
  /** See `EpisodeBookOptions`. */
  readonly remembers: () => boolean;
  readonly logger: Logger;
}

/**
 * Keeps the episodes of a workspace up to date with its tasks from now on; those of tasks that are over already are made first, and
 * by `catchUp` those of tasks that ended while nothing was remembered.
 */
export async function startEpisodes(
  options: EpisodesOptions,
): Promise<{ readonly book: EpisodeBook; catchUp(): void; close(): Promise<void> }> {
  const { repository, store, tasks, feed, remembers, logger } = options;
  const { root, objectFormat } = repository;
  const book = new EpisodeBook({
    files: new EpisodeFiles(episodesFolder(options.paths)),
    traces: tasks,
    code: {
      readBlobs: (ids, signal) => store.readBlobs(ids, signal),
      present: (paths) => presentFiles(root, paths, objectFormat),
      history: (accepted, signal) => appliedHistory(repository, accepted, signal),
    },
    remembers,
    logger,
  });
  await book.load();
  const follow = (task: TaskView): void => {
    if (isOver(task)) {
      void book.refresh(task.id, task.trace.events);
    }
  };
  const catchUp = (): void => {
    feed.state().tasks.forEach(follow);
    void book.lookAgain();
  };
  const following = feed.onDidChange((delta) => {
    if (delta.kind === 'task') {
      follow(delta.task);
    }
  });
  catchUp();
  return {
    book,
    catchUp,
    close: async () => {
      following.dispose();
      await book.close();
    },
  };
}

export function episodesFolder({ directory }: Pick<WorkspacePaths, 'directory'>): string {
  return join(directory, 'memory', 'episodes');
}

/** A trace that cannot be relied on makes no episode. */
function isOver({ state, reason }: TaskView): boolean {
  return settledStates.has(state) && !traceProblems.some((problem) => problem === reason?.code);
}
