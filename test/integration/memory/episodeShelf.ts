import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../../../src/base/logger.ts';
import type { Task } from '../../../src/core/tasks/task.ts';
import { foldTrace } from '../../../src/core/tasks/taskReducer.ts';
import type { TraceEntry, TraceEvent } from '../../../src/core/trace/traceEvent.ts';
import { episodesFolder, startEpisodes } from '../../../src/host/memory/startEpisodes.ts';
import { StateFeed } from '../../../src/host/stateFeed.ts';
import { createCheckout } from '../../../src/node/changes/checkout.ts';
import { describeRepository } from '../../../src/node/repository/describeRepository.ts';
import { FileTaskStore } from '../../../src/node/tasks/fileTaskStore.ts';
import { created, entry, judged, move, voted } from '../../fakes/traceEvents.ts';
import { testProtection } from '../../fakes/traceProtection.ts';
import { must, signal, TemporaryRepository } from '../repository/temporaryRepository.ts';

const report = (passed: number) => ({
  passed,
  failed: 1 - passed,
  skipped: 0,
  total: 1,
  exitCode: 1 - passed,
  timedOut: false,
  milliseconds: 1,
  tests: [],
  outputTail: '',
});

/** A repository with tasks that ran in it, and hosts that remember them one after the other. */
export class EpisodeShelf {
  readonly repository = new TemporaryRepository();
  readonly logged: string[] = [];
  /** What the setting says to the host that runs. */
  isMemoryOn = true;
  catchUp: () => void = () => undefined;
  readonly directory = join(this.repository.folder, 'home', 'workspace');
  readonly folder = episodesFolder(this);
  readonly tasks = new FileTaskStore({
    directory: join(this.directory, 'tasks'),
    heads: join(this.directory, 'heads'),
    protection: testProtection(),
  });
  private feed = this.newFeed();
  private readonly ends: (() => Promise<void>)[] = [];

  constructor() {
    mkdirSync(this.directory, { recursive: true });
  }

  /** The episodes as a host that starts now has them. */
  async host() {
    const log = (message: string): void => void this.logged.push(message);
    const logger: Logger = { debug: log, info: log, warn: log, error: log };
    const repository = must(await describeRepository(this.repository.root, signal));
    const store = await this.repository.open();
    this.feed = this.newFeed();
    for (const task of await this.tasks.list()) {
      await this.announce(task);
    }
    const { feed, tasks } = this;
    const remembers = (): boolean => this.isMemoryOn;
    const started = await startEpisodes({ paths: this, repository, store, tasks, feed, remembers, logger });
    this.catchUp = started.catchUp;
    this.ends.push(() => started.close());
    await started.book.lookAgain();
    return started.book;
  }

  /** A task that is ready with these files changed; null deletes one. */
  async ready(task: string, goal: string, files: Readonly<Record<string, string | null>>): Promise<void> {
    const store = await this.repository.open();
    const base = must(await store.snapshot(signal));
    const changes = Object.entries(files).map(([path, text]) => ({
      path,
      op: text === null ? ('delete' as const) : ('write' as const),
      mode: '100644',
      bytes: text === null ? null : Buffer.from(text),
    }));
    const result = must(await store.importChanges(base.tree, changes as never, signal));
    const changeset = must(await store.changeset(base.tree, result.tree, signal));
    const { hash } = changeset;
    const proof = {
      verdict: 'green' as const,
      reason: 'All tests pass.',
      hash,
      command: ['true'],
      runner: 'tap',
      runtime: 'runc',
    };
    await this.write(
      task,
      created({ task, goal }),
      move('prepare'),
      move('work'),
      entry('run-started', { run: 'run-1', agent: 'implementer', tree: base.tree }),
      entry('changeset-imported', { run: 'run-1', changeset, summary: `Did it for ${goal}` }),
      judged(hash),
      move('verify'),
      entry('proof-ended', { hash, proof: { ...proof, base: report(0), patched: report(1) } }),
      move('review'),
      voted(hash),
      move('finish'),
    );
  }

  /** Writes its result into the checkout, as an accept does. */
  async accept(task: string): Promise<void> {
    const store = await this.repository.open();
    const { changeset } = await this.task(task);
    if (changeset === undefined) {
      throw new Error('nothing to accept');
    }
    const checkout = createCheckout({ root: this.repository.root, store });
    const plan = must(
      await checkout.planApply(
        changeset,
        changeset.files.map(({ path }) => ({ path })),
        signal,
      ),
    );
    must(await checkout.apply(changeset, plan, 'apply-1', signal));
    const applied = changeset.files.map(({ path }) => path);
    await this.write(
      task,
      entry('apply-intended', {
        key: 'apply-1',
        hash: changeset.hash,
        writes: plan.writes.map((write) => ({ ...write })),
      }),
      entry('apply-ended', { key: 'apply-1', applied, conflicts: [] }),
      move('apply'),
    );
  }

  /** Appends to the trace of a task, and tells the host. */
  async write(task: string, ...entries: readonly TraceEntry[]): Promise<void> {
    const known = (await this.tasks.list()).includes(task);
    const journal = must(known ? await this.tasks.open(task, () => undefined) : await this.tasks.create(task));
    for (const item of entries) {
      await journal.append(item);
    }
    await journal.close();
    await this.announce(task);
  }

  async task(id: string): Promise<Task> {
    const events: TraceEvent[] = [];
    for (;;) {
      const page = must(await this.tasks.read(id, events.length));
      if (page.length === 0) {
        const task = foldTrace(events);
        if (task === undefined) {
          throw new Error('no task');
        }
        return task;
      }
      events.push(...page);
    }
  }

  /** Files that the host keeps of episodes, by their name. */
  kept(): Record<string, string> {
    const found = readdirSync(join(this.directory, 'memory'), { recursive: true, encoding: 'utf8' })
      .map((name) => [name, join(this.directory, 'memory', name)] as const)
      .filter(([, path]) => statSync(path).isFile());
    return Object.fromEntries(found.map(([name, path]) => [name, readFileSync(path, 'latin1')]));
  }

  async remove(): Promise<void> {
    for (const end of this.ends) {
      await end();
    }
    this.repository.remove();
  }

  private async announce(task: string): Promise<void> {
    this.feed.update(await this.task(task));
  }

  private newFeed(): StateFeed {
    return new StateFeed(
      { id: 'x', root: this.repository.root },
      (id) => join(this.directory, 'tasks', id, 'trace.jsonl'),
      (error) => {
        throw error;
      },
    );
  }
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
