import { Emitter, type Event } from '../../base/event.ts';
import { type Disposable, DisposableStore } from '../../base/lifecycle.ts';
import type { TaskHost, TaskReference } from './taskHost.ts';

/** The hosts of all repositories of this window, one each, made on first use. Owns them. */
export class TaskHosts implements Disposable {
  private readonly open: (root: string) => TaskHost;
  private readonly hosts = new Map<string, TaskHost>();
  private readonly owned = new DisposableStore();
  private readonly changed = this.owned.add(new Emitter<TaskHost>());

  /** A host's tasks or condition changed, or a host was added. */
  readonly onDidChange: Event<TaskHost> = this.changed.event;

  private readonly memoryChanged = this.owned.add(new Emitter<TaskHost>());
  readonly onDidChangeMemory: Event<TaskHost> = this.memoryChanged.event;
  private readonly connected = this.owned.add(new Emitter<TaskHost>());
  readonly onDidConnect: Event<TaskHost> = this.connected.event;

  constructor(open: (root: string) => TaskHost) {
    this.open = open;
  }

  of(root: string): TaskHost {
    const known = this.hosts.get(root);
    if (known !== undefined) {
      return known;
    }
    const host = this.owned.add(this.open(root));
    this.hosts.set(root, host);
    this.owned.add(host.onDidChange(() => this.changed.fire(host)));
    this.owned.add(host.onDidChangeMemory(() => this.memoryChanged.fire(host)));
    this.owned.add(host.onDidConnect(() => this.connected.fire(host)));
    this.changed.fire(host);
    return host;
  }

  all(): readonly TaskHost[] {
    return [...this.hosts.values()];
  }

  /** Every known task, newest first. */
  tasks(): readonly TaskReference[] {
    return this.all()
      .flatMap((host) => host.tasks.map((task) => ({ root: host.root, task })))
      .toSorted((left, right) => right.task.createdAt.localeCompare(left.task.createdAt));
  }

  find(root: string, id: string): TaskReference | undefined {
    const task = this.hosts.get(root)?.tasks.find((each) => each.id === id);
    return task === undefined ? undefined : { root, task };
  }

  dispose(): void {
    this.owned.dispose();
  }
}
