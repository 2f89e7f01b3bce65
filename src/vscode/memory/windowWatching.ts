import { type Disposable, DisposableStore, toDisposable } from '../../base/lifecycle.ts';
import type { CommandContext } from '../commands/command.ts';
import type { TaskHost } from '../host/taskHost.ts';
import { HintBatch } from './hintBatch.ts';
import { pathFrom } from './memoryRoot.ts';

/** What the window sees of files. Nothing is watched before `watch` is called. */
export interface WindowFiles {
  /** Calls with absolute paths until it is ended. */
  watch(on: { readonly changed: (path: string) => void; readonly used: (path: string) => void }): Disposable;
  /** Absolute paths of files that are open, the active one first. */
  open(): readonly string[];
  /** The editor's settings leave nothing out of what is watched but what git keeps for itself. */
  watchesAll(): boolean;
}

type Context = Pick<CommandContext, 'hosts' | 'window' | 'memorySettings' | 'log'>;

/**
 * Gives each connected host the person's settings of the memory and tells it what this window sees of files. Watches only while a
 * host is connected and the memory is on, and starts no host.
 */
export class WindowWatching implements Disposable {
  private readonly context: Context;
  private readonly files: WindowFiles;
  private readonly owned = new DisposableStore();
  private readonly batches = new Map<TaskHost, HintBatch>();
  private watching: Disposable | undefined;
  private readonly never = new AbortController().signal;

  constructor(context: Context, files: WindowFiles) {
    this.context = context;
    this.files = files;
    this.owned.add(context.hosts.onDidChange((host) => this.look(host)));
    this.owned.add(context.hosts.onDidConnect((host) => this.introduce(host)));
    this.owned.add(toDisposable(() => this.stop()));
    context.hosts.all().forEach((host) => {
      this.look(host);
      this.introduce(host);
    });
  }

  get isWatching(): boolean {
    return this.watching !== undefined;
  }

  /** The person's settings are others now. */
  settingsChanged(): void {
    for (const host of this.context.hosts.all()) {
      this.look(host);
      this.introduce(host);
    }
  }

  dispose(): void {
    this.owned.dispose();
  }

  private look(host: TaskHost): void {
    const isWanted = host.condition.kind === 'connected' && this.context.memorySettings().enabled;
    if (isWanted === this.batches.has(host)) {
      return;
    }
    if (!isWanted) {
      this.batches.get(host)?.dispose();
      this.batches.delete(host);
      if (this.batches.size === 0) {
        this.stop();
      }
      return;
    }
    const batch = new HintBatch((hint) => this.tell(host, host.request('memoryHint', hint, this.never)));
    this.batches.set(host, batch);
    this.watching ??= this.files.watch({
      changed: (path) => this.spread(path, 'changed'),
      used: (path) => this.spread(path, 'used'),
    });
  }

  /** Says how the person wants the memory, and what is open. Said again after a lost connection, and where settings change. */
  private introduce(host: TaskHost): void {
    const batch = this.batches.get(host);
    if (batch === undefined) {
      // A memory that is turned off is so for the tasks and the command line as well.
      if (host.condition.kind === 'connected') {
        this.setMemory(host, false);
      }
      return;
    }
    this.setMemory(host, this.files.watchesAll() && this.sees(host.root));
    this.files.open().forEach((path) => this.note(host, batch, path, 'used'));
  }

  private setMemory(host: TaskHost, windowWatches: boolean): void {
    const { enabled, embedding, exclude } = this.context.memorySettings();
    const params = { enabled, embedding, exclude: [...exclude], windowWatches };
    this.tell(host, host.request('setMemory', params, this.never));
  }

  /** An open folder holds the whole repository. */
  private sees(root: string): boolean {
    return this.context.window.folders().some((folder) => folder === root || pathFrom(folder, root) !== undefined);
  }

  private spread(path: string, what: 'changed' | 'used'): void {
    this.batches.forEach((batch, host) => this.note(host, batch, path, what));
  }

  private note({ root }: TaskHost, batch: HintBatch, path: string, what: 'changed' | 'used'): void {
    const own = pathFrom(root, path);
    if (own !== undefined) {
      if (what === 'changed') {
        batch.addChanged(own);
      } else {
        batch.addUsed(own);
      }
    }
  }

  /** A host that has no memory is no trouble of the person who types. */
  private tell(host: TaskHost, request: ReturnType<TaskHost['request']>): void {
    request.then(
      (answer) => answer.ok || this.context.log.debug(`Memory of ${host.root}: ${answer.error.message}`),
      (error: unknown) => this.context.log.warn(`Memory of ${host.root}: ${String(error)}`),
    );
  }

  private stop(): void {
    this.watching?.dispose();
    this.watching = undefined;
    this.batches.forEach((batch) => batch.dispose());
    this.batches.clear();
  }
}
