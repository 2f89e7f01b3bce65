import { Emitter, type Event } from '../../base/event.ts';
import { type Disposable, DisposableStore } from '../../base/lifecycle.ts';
import type { Episode } from '../../protocol/memory.ts';
import type { CommandContext } from '../commands/command.ts';
import type { TaskHost } from '../host/taskHost.ts';
import type { ShownMemory } from './memoryNodes.ts';

/** Milliseconds between two looks at what changed: a memory that indexes tells of itself more often than a person reads. */
const calmMs = 500;

/** What the Memory view shows, kept up to date by what the hosts tell. Asks nothing of a host that does not run, and starts none. */
export class ShownMemories implements Disposable {
  private readonly context: Pick<CommandContext, 'hosts' | 'memorySettings' | 'log'>;
  private readonly owned = new DisposableStore();
  private readonly changed = this.owned.add(new Emitter<void>());
  private readonly episodes = new Map<string, { readonly key: string; readonly list: readonly Episode[] }>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isWaiting = false;
  /** At most a few a second. */
  readonly onDidChange: Event<void> = this.changed.event;

  constructor(context: Pick<CommandContext, 'hosts' | 'memorySettings' | 'log'>) {
    this.context = context;
    this.owned.add(context.hosts.onDidChangeMemory(() => this.announce()));
    this.owned.add(context.hosts.onDidChange(() => this.announce()));
  }

  get present(): readonly ShownMemory[] {
    const { enabled, problem } = this.context.memorySettings();
    return this.context.hosts.all().flatMap(({ root, memory: status }) =>
      !enabled || status === undefined
        ? []
        : [
            {
              root,
              status,
              episodes: this.episodes.get(root)?.list ?? [],
              ...(problem === undefined ? {} : { problem }),
            },
          ],
    );
  }

  /** Fetches the episodes of memories that have others than those that are known. */
  async refreshEpisodes(): Promise<void> {
    await Promise.all(this.context.hosts.all().map((host) => this.fetch(host)));
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.owned.dispose();
  }

  /** The first change at once, those of the next moments together at its end. */
  private announce(): void {
    if (this.timer !== undefined) {
      this.isWaiting = true;
      return;
    }
    this.changed.fire();
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (this.isWaiting) {
        this.isWaiting = false;
        this.announce();
      }
    }, calmMs);
  }

  /** Which episodes are stale depends on the code, so they are asked for again when the index is ready with something new. */
  private async fetch(host: TaskHost): Promise<void> {
    const { root, memory, condition } = host;
    if (memory === undefined || condition.kind !== 'connected') {
      return;
    }
    const { episodes, commits, chunks, state } = memory;
    const known = this.episodes.get(root);
    const key = [episodes, commits, chunks].join(' ');
    if (known?.key === key || (known !== undefined && state !== 'ready')) {
      return;
    }
    this.episodes.set(root, { key, list: known?.list ?? [] });
    const answer = await host.request('episodes', {}, new AbortController().signal);
    if (answer.ok) {
      this.episodes.set(root, { key, list: answer.value.episodes });
      this.announce();
    } else {
      this.episodes.delete(root);
      this.context.log.warn(`Episodes: ${answer.error.message}`);
    }
  }
}
