import { type Stats } from 'node:fs';
import { watch } from 'chokidar';

export interface Watching {
  /** Settles when every change from then on is seen, or the watch ended. */
  readonly ready: Promise<void>;
  close(): Promise<void>;
}

export interface WatchRequest {
  /** Absolute, without links. */
  readonly paths: readonly string[];
  /** Asked with and without what the path is. True for a folder: nothing below it is seen. */
  readonly leavesOut: (path: string, found: Stats | undefined) => boolean;
  readonly onPath: (path: string) => void;
  readonly onError: (error: unknown) => void;
}

export type WatchPaths = (request: WatchRequest) => Watching;

/** Tells paths at or below which something changed; never what. Links are not followed. */
export const watchPaths: WatchPaths = ({ paths, leavesOut, onPath, onError }) => {
  const watcher = watch([...paths], {
    ignored: leavesOut,
    ignoreInitial: true,
    followSymlinks: false,
    ignorePermissionErrors: true,
    // Every path is looked at before it is told: holding events back would only make that later.
    atomic: false,
  });
  watcher.on('all', (_event, path) => onPath(path));
  let settle: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    settle = resolve;
  });
  watcher.on('ready', settle);
  watcher.on('error', (error) => {
    settle();
    onError(error);
  });
  return {
    ready,
    close: async () => {
      settle();
      await watcher.close();
    },
  };
};
